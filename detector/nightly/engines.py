"""Where files are read into a store: every engine calls the same functions on a file, and so makes the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from detector.nightly.dayparts import DayPart, dayparts
from detector.profiles.build import Repeats
from detector.profiles.lanes import lanes
from detector.profiles.task import Profiled, Task


class Engine(Protocol):
    """Reads files, and gives what a store keeps of them."""

    def profiled(
        self, tasks: list[Task], repeats: list[Repeats | None], done: Callable[[Profiled], None] | None
    ) -> list[Profiled]:
        """Read files, each without the repeats that do not count in it, in the order of the tasks."""

    def cut(self, files: Sequence[Profiled]) -> Iterator[tuple[Profiled, Iterable[DayPart]]]:
        """Days of files as they were read last, one file after another."""


@dataclass(frozen=True)
class Local:
    """On the machine at hand."""

    workers: int

    def profiled(
        self, tasks: list[Task], repeats: list[Repeats | None], done: Callable[[Profiled], None] | None
    ) -> list[Profiled]:
        """Read files, as many at a time as there are workers."""
        if not tasks:
            return []
        with lanes(self.workers, [task.file for task in tasks], tasks[0].key) as reader:
            return reader(tasks, repeats, done)

    def cut(self, files: Sequence[Profiled]) -> Iterator[tuple[Profiled, Iterable[DayPart]]]:
        """Days of files, whose profiles are let go of."""
        for one in files:
            yield one, dayparts(one.built)
            one.built.profile = None
