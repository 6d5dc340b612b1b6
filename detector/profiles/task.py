"""One file and what came of it: the unit of work, in whatever process or machine it is done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from detector.errors import InputError, SetAside
from detector.logs.files import LogFile
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.profiles.build import Built, Repeats, Storing, build_profile
from detector.profiles.draw import Draw
from detector.profiles.fingerprints import RequestFingerprinter
from detector.profiles.profile import Profile, Sizes
from detector.profiles.spill import Spilled, spill
from detector.settings import Reading


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


Done = Callable[[Profiled], None]
#: Profiles files, each without the repeats that do not count in it, in the order of the tasks; tells of each.
Reader = Callable[[list[Task], list[Repeats | None], Done | None], list[Profiled]]


def profile_file(task: Task, repeats: Repeats | None) -> Profiled:
    """Profile one file; what is wrong with it is in its report."""
    report = FileReport(path=task.file.shown, index=task.file.index)
    rejects = Rejects(task.reading.max_rejects_kept)
    built = Built()
    try:
        batches = read_queries(task.file, task.reading, task.mapping, report, rejects)
        leaves_few = task.storing is None
        draw, spill = _draw(task), _folder(task)
        build_profile(batches, task.key, task.sizes, task.window, repeats, built, task.storing, draw, leaves_few, spill)
    except SetAside:
        built = Built()
    except InputError as error:
        report.error = str(error)
    if built.rows_beyond:
        detail = f"the log has over {task.reading.max_accounts:,} accounts"
        rejects.add_many(report.path, built.beyond, built.rows_beyond, "accounts", detail)
        report.rows_rejected += built.rows_beyond
    return Profiled(built, report, rejects, task)


def spilled(profile: Profile, task: Task) -> Profile | Spilled:
    """Profile on disk, where it is to wait there for others."""
    folder = _folder(task)
    return profile if folder is None else spill(profile, folder)


def _folder(task: Task) -> Path | None:
    """A new folder for what waits on disk."""
    return None if task.spill is None else Path(tempfile.mkdtemp(dir=task.spill))


def _draw(task: Task) -> Draw | None:
    """Draw of the accounts that stay; a store keeps all."""
    if task.storing is not None:
        return None
    return Draw(task.reading.max_accounts, RequestFingerprinter(task.key).accounts, task.bar)


def bytes_of(file: LogFile) -> int:
    """Size of a file; 0 where that cannot be told."""
    try:
        return os.stat(file.path).st_size
    except OSError:
        return 0
