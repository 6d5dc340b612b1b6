"""What a store has taken: a sealed record of each content, which makes the files that it names count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from detector.campaigns.calendar import date_of
from detector.nightly import sealed
from detector.nightly.damage import DamagedStore
from detector.nightly.store import Store

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Part:
    """What one content holds of one day.

    Attributes
    ----------
    day : int
        Days since the epoch.
    rows : int
        Requests that count.
    mark : int
        Sum of the hashes of these requests modulo 2^64: equal for equal sets, whatever files they came in.
    profile, requests : str
        SHA-256 of the profile and of the list of hashes.
    known : dict of str to int
        Rows in which each column is known.
    """

    day: int
    rows: int
    mark: int
    profile: str
    requests: str
    known: dict[str, int]


@dataclass(frozen=True)
class Taken:
    """Record of a content.

    Attributes
    ----------
    content : str
        Keyed digest of the decoded bytes.
    after : str or None
        Newest night that had been judged when it was taken; rows of that day or an earlier one came late.
    rows_in, rows_used, rows_duplicate, rows_rejected : int
        Row accounting of the reading in which it was taken.
    error : str or None
        Kind of damage that ended the reading.
    models : dict of str to str
        Names of models by their hash, in hexadecimal.
    parts : list of Part
    """

    content: str
    after: str | None
    rows_in: int
    rows_used: int
    rows_duplicate: int
    rows_rejected: int
    error: str | None
    models: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)


def profile_path(store: Store, content: str, day: int) -> Path:
    """Where the profile of a content's day is."""
    return store / "days" / str(date_of(day)) / f"{content}.parquet"


def requests_path(store: Store, content: str, day: int) -> Path:
    """Where the hashes of the requests of a content's day are."""
    return store / "days" / str(date_of(day)) / f"{content}.requests.parquet"


def record_path(store: Store, content: str) -> Path:
    """Where the record of a content is."""
    return store / "files" / f"{content}.json"


def records(store: Store) -> list[Taken]:
    """All contents that were taken, in a fixed order."""
    paths = sorted((store / "files").glob("*.json"))
    return [_checked(path, sealed.opened(path, store.seal)) for path in paths]


def as_bytes(store: Store, taken: Taken) -> bytes:
    """Record as a sealed document."""
    return sealed.sealed(asdict(taken), store.seal)


def hashes_of_days(store: Store, taken: Iterable[Taken], days: npt.NDArray[np.int64]) -> Hashes:
    """Hashes of all requests of some days."""
    wanted = set(days.tolist())
    found = [_hashes(store, one.content, part) for one in taken for part in one.parts if part.day in wanted]
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def marks(taken: Iterable[Taken]) -> dict[int, tuple[int, int]]:
    """Number of requests of each day, and their mark."""
    found: dict[int, tuple[int, int]] = {}
    for one in taken:
        for part in one.parts:
            rows, mark = found.get(part.day, (0, 0))
            found[part.day] = (rows + part.rows, (mark + part.mark) % 2**64)
    return dict(sorted(found.items()))


def _checked(path: Path, document: dict[str, Any]) -> Taken:
    try:
        taken = msgspec.convert(document, Taken)
    except msgspec.ValidationError as error:
        raise DamagedStore(path, f"it is no record of a file ({error})") from error
    if taken.content != path.stem:
        raise DamagedStore(path, "it is the record of another file")
    return taken


def _hashes(store: Store, content: str, part: Part) -> Hashes:
    path = requests_path(store, content, part.day)
    data = sealed.read(path, part.requests)
    try:
        table = pq.read_table(pa.BufferReader(data), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise DamagedStore(path, f"it cannot be read ({type(error).__name__})") from error
    found: Hashes = table.column("request").to_numpy()
    return found
