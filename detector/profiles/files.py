"""Files → one merged profile: as many at a time as there are cores, every row accounted for, repeats counted once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detector.errors import InputError, SetAside
from detector.logs.files import LogFile
from detector.logs.mapping import Mapping
from detector.logs.parquet_decoding import DAMAGE, schema_of
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.profiles.build import Built, Repeats, Storing, build_profile
from detector.profiles.draw import Draw, bar_over
from detector.profiles.fingerprints import Names, RequestFingerprinter
from detector.profiles.profile import Profile, Sizes
from detector.profiles.spill import merge_all, spill
from detector.settings import Reading

#: Below this many bytes in all, starting processes costs more than it saves.
SMALL_INPUT = 8 << 20
#: From this many bytes on, profiles of files wait on disk: below, they take less memory than writing them takes time.
LARGE_INPUT = 256 << 20


@dataclass(frozen=True)
class Task:
    """What it takes to profile a file, in any process."""

    file: LogFile
    reading: Reading
    mapping: Mapping | None
    key: bytes
    sizes: Sizes
    window: tuple[int | None, int | None]
    storing: Storing | None = None
    spill: Path | None = None
    bar: int | None = None


@dataclass
class Taken:
    """What was taken from one source of rows: its profile, report and rejects."""

    built: Built
    report: FileReport
    rejects: Rejects


@dataclass
class Profiled(Taken):
    """What was taken from a file."""

    task: Task


@dataclass(frozen=True)
class Held:
    """What earlier runs have taken, which does not count again.

    Attributes
    ----------
    copy_of : callable
        Gives words for what had the same decoded content, by its digest, or None.
    requests : callable
        Gives the hashes of the requests of some days.
    """

    copy_of: Callable[[str], str | None]
    requests: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.uint64]]


@dataclass
class Window:
    """Everything that was read.

    Attributes
    ----------
    profile : Profile or None
        Merged over all files; None where no row could be used.
    files : list of Taken
        In the order of the manifest.
    """

    profile: Profile | None
    files: Sequence[Taken]
    names: Names = field(default_factory=Names)

    @property
    def rejects(self) -> Rejects:
        """Rejected rows of all files."""
        merged = Rejects(self.files[0].rejects.max_kept) if self.files else Rejects()
        for one in self.files:
            merged.merge(one.rejects)
        return merged


_Lane = Callable[[Task, Repeats | None], Profiled]


def profile_files(tasks: list[Task], workers: int, done: Callable[[Profiled], None] | None = None) -> Window:
    """Profile files, each once, and merge what came of them.

    Parameters
    ----------
    tasks : list of Task
        One per file.
    workers : int
        Files read at a time; 0 takes as many as there are cores, and one where the input is small.
    done : callable, optional
        Called with each file as it is finished.
    """
    large = len(tasks) > 1 and sum(_bytes(task.file) for task in tasks) >= LARGE_INPUT
    with tempfile.TemporaryDirectory(prefix="detector-") if large else nullcontext() as folder:
        return _merged([replace(task, spill=Path(folder)) for task in tasks] if folder else tasks, workers, done)


def _merged(tasks: list[Task], workers: int, done: Callable[[Profiled], None] | None) -> Window:
    files = read_files(tasks, workers, done)
    profiles = [one.built.profile for one in files if one.built.profile is not None]
    names = Names()
    for one in files:
        one.built.profile = None  # held by nobody else, so that it is gone once it is merged
        names.absorb(one.built.names)
    return Window(merge_all(profiles, tasks[0].sizes) if profiles else None, files, names)


def read_files(
    tasks: list[Task], workers: int, done: Callable[[Profiled], None] | None = None, held: Held | None = None
) -> list[Profiled]:
    """Profile files, each by itself, with every request counted in one of them, in the order of the manifest.

    Notes
    -----
    A request with an id counts once in all files together: the occurrence in the file whose content hash is
    smallest does. Files with repeats are read a second time without them, so that nothing grows with the rows but
    eight bytes for each. A file whose content is that of another counts not at all.
    """
    files = sorted(_run(tasks, [None] * len(tasks), workers, done), key=lambda one: one.task.file.index)
    _drop_copies(files, held)
    again = _repeats(files, held)
    bar, crowded = _bar(files)
    again |= {i: again.get(i, Repeats.none()) for i in crowded}
    if again:
        redone = _run([replace(files[i].task, bar=bar) for i in again], list(again.values()), workers, None)
        for i, one in zip(again, redone, strict=True):
            files[i] = one
    return files


def _run(
    tasks: list[Task],
    repeats: list[Repeats | None],
    workers: int,
    done: Callable[[Profiled], None] | None,
) -> list[Profiled]:
    sizes = [_bytes(task.file) for task in tasks]
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


def profile_file(task: Task, repeats: Repeats | None) -> Profiled:
    """Profile one file; what is wrong with it is in its report."""
    report = FileReport(path=task.file.shown, index=task.file.index)
    rejects = Rejects(task.reading.max_rejects_kept)
    built = Built()
    try:
        batches = read_queries(task.file, task.reading, task.mapping, report, rejects)
        build_profile(batches, task.key, task.sizes, task.window, repeats, built, task.storing, _draw(task))
    except SetAside:
        built = Built()
    except InputError as error:
        report.error = str(error)
    if built.rows_beyond:
        detail = f"the log has over {task.reading.max_accounts:,} accounts"
        rejects.add_many(report.path, built.beyond, built.rows_beyond, "accounts", detail)
        report.rows_rejected += built.rows_beyond
    if task.spill is not None and isinstance(built.profile, Profile):
        built.profile = spill(built.profile, Path(tempfile.mkdtemp(dir=task.spill)))
    return Profiled(built, report, rejects, task)


def _bytes(file: LogFile) -> int:
    try:
        return os.stat(file.path).st_size
    except OSError:
        return 0


def _drop_copies(files: list[Profiled], held: Held | None) -> None:
    """Count the rows of a file that is a copy of another as duplicates."""
    first: dict[str, str] = {}
    for one in files:
        if not one.report.sha256:
            continue
        earlier = held.copy_of(one.report.sha256) if held else None
        known = earlier or first.setdefault(one.report.sha256, one.report.path)
        if known != one.report.path and one.report.rows_in:
            built = one.built
            one.built = Built(
                rows_duplicate=built.rows_used + built.rows_duplicate,
                rows_out_of_window=built.rows_out_of_window,
            )
            one.report.warnings.append(f"The content is that of {known}: its rows count once.")


def _draw(task: Task) -> Draw | None:
    """Draw of the accounts that stay; a store keeps all."""
    if task.storing is not None:
        return None
    return Draw(task.reading.max_accounts, RequestFingerprinter(task.key).accounts, task.bar)


def _bar(files: list[Profiled]) -> tuple[int | None, list[int]]:
    """Hash over which accounts are out, and the files that hold such accounts; none where there are few enough."""
    told = [one.built.bar for one in files if one.built.bar is not None]
    ids = {i: one.built.profile.ids for i, one in enumerate(files) if one.built.profile is not None}
    most = files[0].task.reading.max_accounts if files else 0
    if not files or files[0].task.storing or (not told and sum(map(len, ids.values())) <= most):
        return None, []
    hashes_of = RequestFingerprinter(files[0].task.key).accounts
    hashes = {i: hashes_of(pa.array(names, pa.large_string())) for i, names in ids.items()}
    over_all = bar_over(hashes.values(), most)
    told += [] if over_all is None else [over_all]
    bar = min(told, default=None)
    return bar, [i for i, h in hashes.items() if files[i].built.bar is not None or (bar is not None and h.max() > bar)]


def _repeats(files: list[Profiled], held: Held | None) -> dict[int, Repeats]:
    """Files that hold requests which occur more than once, with the occurrences that count."""
    own = [np.concatenate(one.built.requests) if one.built.requests else np.zeros(0, np.uint64) for one in files]
    days = [np.unique(part) for one in files for part in one.built.days]
    before = held.requests(np.unique(np.concatenate(days))) if held and days else np.zeros(0, np.uint64)
    repeated = _repeated([*own, np.unique(before)])
    if not len(repeated):
        return {}
    taken = np.isin(repeated, before)
    found = {}
    for i in sorted(range(len(files)), key=lambda i: (files[i].report.sha256, i)):
        here = np.isin(repeated, own[i])
        if here.any():
            found[i] = Repeats(repeated, here & ~taken)
            taken |= here
    return found


def _repeated(hashes: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    everything = np.sort(np.concatenate(hashes)) if hashes else np.zeros(0, np.uint64)
    return np.unique(everything[1:][everything[1:] == everything[:-1]])
