"""Files → one merged profile: as many at a time as there are cores, every row accounted for, repeats counted once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detector.logs.files import LogFile
from detector.logs.rejects import Rejects
from detector.memory import give_back, part_with_freed
from detector.profiles.build import Built, Repeats, profiles_of_few
from detector.profiles.draw import bar_over
from detector.profiles.fingerprints import Names, RequestFingerprinter
from detector.profiles.profile import Profile
from detector.profiles.request_hashes import repeated
from detector.profiles.spill import merge_all
from detector.profiles.task import Done, Profiled, Reader, Taken, Task, bytes_of, spilled

#: From this many bytes on, profiles of files wait on disk: below, they take less memory than writing them takes time.
LARGE_INPUT = 256 << 20


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


def profile_files(
    tasks: list[Task], reader: Reader, done: Done | None = None, read: Callable[[], None] | None = None
) -> Window:
    """Profile files, each once, and merge what came of them.

    Parameters
    ----------
    tasks : list of Task
        One per file.
    reader : callable
        Profiles files, wherever that is done; called again for those with repeats.
    done : callable, optional
        Called with each file as it is finished.
    read : callable, optional
        Called once the reader is not needed any more, before what came of the files is merged.
    """
    with (
        tempfile.TemporaryDirectory(prefix="detector-")
        if is_large([task.file for task in tasks])
        else nullcontext() as folder
    ):
        return _merged([replace(task, spill=Path(folder)) for task in tasks] if folder else tasks, reader, done, read)


def is_large(files: Sequence[LogFile]) -> bool:
    """Whether memory counts for more than the time of writing and reading what waits."""
    return sum(map(bytes_of, files)) >= LARGE_INPUT


def _merged(tasks: list[Task], reader: Reader, done: Done | None, read: Callable[[], None] | None) -> Window:
    files = read_files(tasks, reader, done)
    if read is not None:
        read()
    if tasks[0].spill is not None:
        part_with_freed()
    profiles = [one.built.profile for one in files if one.built.profile is not None]
    few = (one.built.few for one in files if one.built.few is not None)
    profiles += [spilled(profile, tasks[0]) for profile in profiles_of_few(few, tasks[0].sizes)]
    names = Names()
    for one in files:
        one.built.profile = one.built.few = None  # held by nobody else, so that it is gone once it is merged
        names.absorb(one.built.names)
    merged = merge_all(profiles, tasks[0].sizes) if profiles else None
    give_back()
    return Window(merged, files, names)


def read_files(tasks: list[Task], reader: Reader, done: Done | None = None, held: Held | None = None) -> list[Profiled]:
    """Profile files, each by itself, with every request counted in one of them, in the order of the manifest.

    Parameters
    ----------
    tasks : list of Task
        One per file.
    reader : callable
        Profiles files, wherever that is done; called again for those with repeats.
    done : callable, optional
        Called with each file as it is finished.
    held : Held, optional
        What earlier runs have taken.

    Notes
    -----
    A request with an id counts once in all files together: the occurrence in the file whose content hash is
    smallest does. Files with repeats are read a second time without them, so that nothing grows with the rows but
    eight bytes for each. A file whose content is that of another counts not at all.
    """
    files = sorted(reader(tasks, [None] * len(tasks), done), key=lambda one: one.task.file.index)
    _drop_copies(files, held)
    again = _repeats(files, held)
    bar, crowded = _bar(files)
    again |= {i: again.get(i, Repeats.none()) for i in crowded}
    if again:
        redone = reader([replace(files[i].task, bar=bar) for i in again], list(again.values()), None)
        for i, one in zip(again, redone, strict=True):
            files[i] = one
    return files


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


def _bar(files: list[Profiled]) -> tuple[int | None, list[int]]:
    """Hash over which accounts are out, and the files that hold such accounts; none where there are few enough."""
    told = [one.built.bar for one in files if one.built.bar is not None]
    ids = {i: one.built.ids for i, one in enumerate(files) if len(one.built.ids)}
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
    days = [np.unique(part) for one in files for part in one.built.days]
    before = held.requests(np.unique(np.concatenate(days))) if held and days else np.zeros(0, np.uint64)
    repeats, (taken, *own) = repeated(
        [[np.unique(before)], *(one.built.on_disk or one.built.requests for one in files)]
    )
    if not len(repeats):
        return {}
    found = {}
    for i in sorted(range(len(files)), key=lambda i: (files[i].report.sha256, i)):
        if own[i].any():
            found[i] = Repeats(repeats[own[i]], ~taken[own[i]])
            taken |= own[i]
    return found
