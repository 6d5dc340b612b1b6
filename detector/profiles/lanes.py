"""Files profiled on this machine, as many at a time as there are cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import import_module
from queue import SimpleQueue

import pyarrow as pa

from detector.errors import SetAside
from detector.logs.parquet_decoding import DAMAGE, schema_of
from detector.profiles.build import Repeats
from detector.profiles.task import Profiled, Task, bytes_of, profile_file

#: Below this many bytes in all, starting processes costs more than it saves.
SMALL_INPUT = 8 << 20

_Lane = Callable[[Task, Repeats | None], Profiled]


def in_lanes(
    workers: int,
    tasks: list[Task],
    repeats: list[Repeats | None],
    done: Callable[[Profiled], None] | None = None,
) -> list[Profiled]:
    """Profile files, the largest first.

    Parameters
    ----------
    workers : int
        Files read at a time; 0 takes as many as there are cores, and one where the input is small.
    tasks : list of Task
    repeats : list of Repeats or None
        Of each file, the requests that occur more than once.
    done : callable, optional
        Called with each file as it is finished.

    Returns
    -------
    list of Profiled
        In the order of the tasks.
    """
    sizes = [bytes_of(task.file) for task in tasks]
    order = sorted(range(len(tasks)), key=lambda i: (-sizes[i], tasks[i].file.index))
    n = min(workers or (os.cpu_count() or 1), len(tasks))
    if not workers and sum(sizes) < SMALL_INPUT:
        n = 1
    found: dict[int, Profiled] = {}
    for i, one in _each(tasks, repeats, order, n):
        found[i] = one
        if done is not None:
            done(one)
    return [found[i] for i in range(len(tasks))]


def _each(tasks: list[Task], repeats: list[Repeats | None], order: list[int], n: int) -> Iterator[tuple[int, Profiled]]:
    """Files as they are finished, with their places."""
    if n == 1:
        yield from ((i, profile_file(tasks[i], repeats[i])) for i in order)
        return
    lanes: SimpleQueue[_Lane] = SimpleQueue()
    for lane in _lanes(tasks, n):
        lanes.put(lane)

    def run(i: int) -> tuple[int, Profiled]:
        lane = lanes.get()
        try:
            return i, lane(tasks[i], repeats[i])
        finally:
            lanes.put(lane)

    threads = ThreadPoolExecutor(n)
    try:
        for finished in as_completed([threads.submit(run, i) for i in order]):
            yield finished.result()
    finally:
        threads.shutdown(cancel_futures=True)


def _lanes(tasks: list[Task], n: int) -> list[_Lane]:
    """Ways to profile n files at a time.

    Flat Parquet takes threads: next to nothing of it is done in Python, and another process takes seconds to start,
    as much memory again, and hands its profiles over as copies. Text and nested columns are taken apart in Python,
    which a process does on one core; this process is one of the n, since it has everything loaded.
    """
    if all(_is_flat(task) for task in tasks):
        return [profile_file] * n
    import_module("joblib")  # to its end, which the thread that imports early may be at: parts alone could fail
    from joblib.externals.loky import get_reusable_executor

    others = get_reusable_executor(n - 1)
    return [profile_file, *[lambda *given: others.submit(profile_file, *given).result()] * (n - 1)]


def _is_flat(task: Task) -> bool:
    """Whether a file is Parquet without nested columns; a damaged one is not."""
    file = task.file
    if not file.name.lower().endswith(".parquet"):
        return False
    try:
        return not any(pa.types.is_nested(kind) for kind in schema_of(file, task.reading).types)
    except SetAside:
        return True
    except DAMAGE:
        return False
