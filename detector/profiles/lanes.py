"""Files profiled on this machine, as many at a time as there are cores, by copies of this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue

from detector.copies import Copy, can_be_made
from detector.early import begin_imports
from detector.logs.files import LogFile
from detector.profiles.build import Repeats
from detector.profiles.files import is_large
from detector.profiles.fingerprints import load_kernels
from detector.profiles.task import Done, Profiled, Reader, Task, bytes_of, profile_file

#: Below this many bytes in all, another process costs more than it saves.
SMALL_INPUT = 8 << 20

_Lane = Callable[[Task, Repeats | None], Profiled]


@contextmanager
def lanes(workers: int, files: Sequence[LogFile], key: bytes) -> Iterator[Reader]:
    """Ways to profile files at the same time.

    Copies of this process are made first, with the kernels loaded; then what was planned to be imported is, beside the
    reading, or beside what comes after it where memory counts for more. A copy has an interpreter of its own, which
    threads would have to share with those imports.

    Parameters
    ----------
    workers : int
        Files read at a time; 0 takes as many as there are cores, and one where the input is small.
    files : sequence of LogFile
        What there is to read.
    key : bytes
        Secret of the content hashes.
    """
    n = max(1, min(workers or (os.cpu_count() or 1), len(files)))
    if not can_be_made() or (not workers and sum(map(bytes_of, files)) < SMALL_INPUT):
        n = 1
    if n == 1:
        begin_imports()
        yield in_turn
        return
    load_kernels(key)
    others = [Copy() for _ in range(n)]
    try:
        if not is_large(files):
            begin_imports()
        yield partial(_profiled, [partial(_profiled_by, other) for other in others])
    finally:
        for other in others:
            other.end()
    begin_imports()


def _profiled_by(other: Copy, task: Task, repeats: Repeats | None) -> Profiled:
    return other.ask(profile_file, task, repeats)


def _profiled(
    ways: list[_Lane], tasks: list[Task], repeats: list[Repeats | None], done: Done | None = None
) -> list[Profiled]:
    """Profile files, the largest first; give them in the order of the tasks."""
    sizes = [bytes_of(task.file) for task in tasks]
    order = sorted(range(len(tasks)), key=lambda i: (-sizes[i], tasks[i].file.index))
    found: dict[int, Profiled] = {}
    for i, one in _each(ways, tasks, repeats, order):
        found[i] = one
        if done is not None:
            done(one)
    return [found[i] for i in range(len(tasks))]


#: Profiles one file after another.
in_turn: Reader = partial(_profiled, [profile_file])


def _each(
    ways: list[_Lane], tasks: list[Task], repeats: list[Repeats | None], order: list[int]
) -> Iterator[tuple[int, Profiled]]:
    """Files as they are finished, with their places."""
    if len(ways) == 1:
        yield from ((i, ways[0](tasks[i], repeats[i])) for i in order)
        return
    free: SimpleQueue[_Lane] = SimpleQueue()
    for way in ways:
        free.put(way)

    def run(i: int) -> tuple[int, Profiled]:
        way = free.get()
        try:
            return i, way(tasks[i], repeats[i])
        finally:
            free.put(way)

    threads = ThreadPoolExecutor(len(ways))
    try:
        for finished in as_completed([threads.submit(run, i) for i in order]):
            yield finished.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
