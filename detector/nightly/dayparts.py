"""What came of a file, cut into its days: the bytes that a store keeps of each, wherever they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detector.nightly import fragments, sealed
from detector.nightly.ledger import Part
from detector.profiles.build import Built
from detector.profiles.profile import Profile
from detector.results.folder import parquet


@dataclass(frozen=True)
class DayPart:
    """What one file holds of one day.

    Attributes
    ----------
    part : Part
        What the record of the content says of it.
    profile, requests : bytes
        Its profile and the hashes of its requests, as files.
    """

    part: Part
    profile: bytes
    requests: bytes


def dayparts(built: Built) -> Iterator[DayPart]:
    """Days of a file that was profiled for a store."""
    if not isinstance(built.profile, Profile):
        return
    requests, days = np.concatenate(built.requests), np.concatenate(built.days)
    for day, own in fragments.by_day(built.profile):
        here = np.sort(requests[days == day])
        profile, hashes = fragments.encoded(own), parquet(pa.table({"request": here}))
        mark = int(here.sum(dtype=np.uint64))
        known = dict(sorted(built.known[day].items()))
        part = Part(day, len(here), mark, sealed.digest(profile), sealed.digest(hashes), known)
        yield DayPart(part, profile, hashes)
