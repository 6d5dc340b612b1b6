"""The way of files through a cluster, gone on one machine: what tasks give becomes bytes, which are counted."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detector.logs import parquet_process
from detector.nightly.dayparts import DayPart
from detector.nightly.wire import packed, unpacked, unpacked_day
from detector.profiles.build import Repeats
from detector.profiles.task import Profiled, Task, profile_file


@dataclass
class Handed:
    """An engine that does in this process what executors and driver do in theirs.

    Attributes
    ----------
    folder : Path
        Where days of files wait, as they do on the disks of executors.
    cpu : float
        CPU seconds of tasks.
    said, days : int
        Bytes handed to the driver before it is known what repeats, and after.
    """

    folder: Path
    cpu: float = 0.0
    said: int = 0
    days: int = 0
    _waiting: dict[int, list[Path]] = field(default_factory=dict)

    def profiled(
        self, tasks: list[Task], repeats: list[Repeats | None], done: Callable[[Profiled], None] | None
    ) -> list[Profiled]:
        """Read files one after another."""
        return [self._one(task, known) for task, known in zip(tasks, repeats, strict=True)]

    def cut(self, files: Sequence[Profiled]) -> Iterator[tuple[Profiled, Iterable[DayPart]]]:
        """Days of files, from where they wait."""
        for one in files:
            yield one, (unpacked_day(path.read_bytes()).day for path in self._waiting[one.task.file.index])

    def _one(self, task: Task, repeats: Repeats | None) -> Profiled:
        began = cpu_seconds()
        messages = packed(profile_file(task, repeats))
        first, paths = next(messages), []
        for number, data in enumerate(messages):
            paths.append(self.folder / f"{task.file.index}-{number}")
            paths[-1].write_bytes(data)
            self.days += len(data)
        parquet_process.stop()  # as at the end of each task of a cluster
        self.cpu += cpu_seconds() - began
        self.said += len(first)
        self._waiting[task.file.index] = paths
        return unpacked(first, task)


def cpu_seconds() -> float:
    """CPU seconds of this process and of those it started that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_bytes() -> int:
    """Most bytes that this process had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
