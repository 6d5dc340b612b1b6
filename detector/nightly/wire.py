"""What came of a file, as bytes that travel from the machine that read it to the one that has the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.nightly.dayparts import DayPart, dayparts
from detector.profiles.build import Built
from detector.profiles.fingerprints import Names
from detector.profiles.task import Profiled, Task


@dataclass(frozen=True)
class Told:
    """All that is said of a file but its days.

    Attributes
    ----------
    requests : bytes
        Hashes of the requests by which repeats are found, eight bytes each.
    days : list of int
        Days that they are of.
    rejected : list of (file, reason, number of rows)
    rejects : list of (file, row, offset, reason, detail)
    """

    report: FileReport
    rows_used: int
    rows_duplicate: int
    rows_out_of_window: int
    requests: bytes
    days: list[int]
    names: dict[str, dict[int, str]]
    identities: dict[str, str]
    rejected: list[tuple[str, str, int]]
    rejects: list[tuple[str, int, int | None, str, str]]


@dataclass(frozen=True)
class Sent:
    """A day of a file, with the digest of the content it was read from."""

    sha256: str
    day: DayPart


def packed(one: Profiled) -> Iterator[bytes]:
    """What is said of a file, then each of its days."""
    built = one.built
    told = Told(
        one.report,
        built.rows_used,
        built.rows_duplicate,
        built.rows_out_of_window,
        np.concatenate([np.zeros(0, np.uint64), *built.requests]).tobytes(),
        np.unique(np.concatenate([np.zeros(0, np.int32), *built.days])).tolist(),
        built.names.of,
        built.identities,
        [(file, reason, rows) for (file, reason), rows in one.rejects.counts.items()],
        [tuple(row.values()) for row in one.rejects.to_table().to_pylist()],
    )
    yield msgspec.msgpack.encode(told)
    for day in dayparts(built):
        yield msgspec.msgpack.encode(Sent(one.report.sha256, day))


def unpacked(data: bytes, task: Task) -> Profiled:
    """A file of which the days are elsewhere."""
    told = msgspec.msgpack.decode(data, type=Told)
    rejects = Rejects(task.reading.max_rejects_kept)
    for file, row, offset, reason, detail in told.rejects:
        rejects.add(file, row, offset, reason, detail)
    rejects.counts = Counter({(file, reason): rows for file, reason, rows in told.rejected})
    built = Built(
        names=Names(told.names),
        requests=[np.frombuffer(told.requests, np.uint64)],
        days=[np.array(told.days, np.int32)],
        identities=told.identities,
        rows_used=told.rows_used,
        rows_duplicate=told.rows_duplicate,
        rows_out_of_window=told.rows_out_of_window,
    )
    return Profiled(built, told.report, rejects, task)


def unpacked_day(data: bytes) -> Sent:
    """A day of a file."""
    return msgspec.msgpack.decode(data, type=Sent)
