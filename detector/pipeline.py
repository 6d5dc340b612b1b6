"""A scan from files to findings: the stages in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from detector.campaigns.allow import AllowList
from detector.copies import dismiss_assistants, has_assistant
from detector.early import FOREST, plan_imports
from detector.errors import InputError, UsageError
from detector.judging import LATER, Notice, People, Terms, judge, sizes_of
from detector.logs import parquet_process
from detector.logs.accounts import read_accounts
from detector.logs.files import LogFile, discover
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.logs.survey import described, linked, survey
from detector.profiles.files import Window, is_large, profile_files
from detector.profiles.lanes import lanes
from detector.profiles.task import Profiled, Task
from detector.results import record
from detector.results.cautions import warnings_on
from detector.results.folder import ScanResult
from detector.secret import derive_key
from detector.settings import Settings

if TYPE_CHECKING:
    from detector.campaigns.traces import Trace

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Request:
    """What to scan, and how."""

    paths: Sequence[str]
    accounts: Sequence[str | Path] = ()
    mapping: Mapping | None = None
    settings: Settings = field(default_factory=Settings)
    key: bytes | None = None
    since: int | None = None
    until: int | None = None
    baseline: Path | None = None
    allow: AllowList = field(default_factory=AllowList)
    watched: frozenset[Trace] = frozenset()


def scan(
    paths: str | Path | Sequence[str | Path],
    *,
    accounts: str | Path | Sequence[str | Path] = (),
    mapping: Mapping | None = None,
    settings: Settings | None = None,
    key: bytes | None = None,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    baseline: Path | None = None,
    allow: AllowList | None = None,
    format: str | None = None,
    account_key: str | None = None,
    watched: Collection[Trace] = (),
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> ScanResult:
    """Scan query logs for distillation campaigns.

    Parameters
    ----------
    paths : path or sequence of paths
        Files, folders, globs of JSON, CSV or Parquet, plain or compressed; ``-`` is standard input.
    accounts : path or sequence of paths, optional
        Accounts files; without one everything runs on the log alone.
    mapping : Mapping, optional
        Other names of columns, from `logs.mapping.read_mapping`.
    settings : Settings, optional
    key : bytes, optional
        Secret of all content hashes; without it one is derived from the input.
    since, until : Timestamp, optional
        Window, half open, UTC.
    baseline : Path, optional
        Folder of a baseline to score accounts against, instead of tonight's own population.
    allow : AllowList, optional
        What an analyst vouches for, from `campaigns.allow.read_allow`.
    format : str, optional
        Name of the format of all files; else that of each is recognised.
    account_key : str, optional
        Column or field of the source that names the unit to score.
    watched : collection of (kind, hash), optional
        Traces of accounts judged abusive: whoever holds one stands in the table of traces.
    progress : callable, optional
        Called with the name of a stage and the share of it that is done.
    notice : callable, optional
        Called with what the files are taken for, and with warnings, a sentence each.

    Returns
    -------
    ScanResult

    Raises
    ------
    InputError
        If there is nothing to read, or nothing in it that can be used.
    """
    request = Request(
        _listed(paths),
        _listed(accounts),
        dataclasses.replace(mapping or Mapping(), format=format, account_key=account_key),
        settings or Settings(),
        key,
        _micro(since),
        _micro(until),
        baseline,
        allow or AllowList(),
        frozenset(watched),
    )
    clock = record.Clock(progress)
    tell = notice or (lambda sentence: None)
    files = discover(request.paths)
    check_rate(request.settings.reading.sampling_rate)
    key = request.key or derive_key([file.path for file in files])
    if is_large(files):  # reading takes longer than any import
        dismiss_assistants()
    plan_imports(*LATER, *([] if has_assistant() else [FOREST]))
    with ExitStack() as copies, ThreadPoolExecutor(1, "accounts") as beside:
        reader = copies.enter_context(lanes(request.settings.profiling.workers, files, key))
        reading_people = beside.submit(read_people, request)
        if is_large(files):
            reading_people.add_done_callback(lambda _: parquet_process.stop())
        with clock.stage("reading"):
            profiled = partial(profile_files, reader=reader, read=copies.close)
            window = _read(files, request, key, profiled, clock, tell)
        with clock.stage("accounts"):
            people = reading_people.result()
    parquet_process.stop()
    paths = [one.report.path for one in window.files]
    reading, mapping = request.settings.reading, request.mapping
    return judge(
        window,
        people,
        Terms(request.settings, key, request.baseline, request.allow, request.watched),
        clock,
        cautions=lambda tables: warnings_on(window, files, tables, reading, mapping),
        place=lambda file, row: f"{paths[file]}:{row}",
        tell=tell,
    )


def read_people(request: Request) -> People:
    """Read the accounts files of a request."""
    rejects = Rejects(request.settings.reading.max_rejects_kept)
    reports: list[FileReport] = []
    if not request.accounts:
        return People(None, reports, rejects)
    table = read_accounts(request.accounts, request.settings.reading, request.mapping, rejects, reports)
    return People(table, reports, rejects)


def _listed(paths: str | Path | Sequence[str | Path]) -> list[str]:
    return [str(paths)] if isinstance(paths, str | Path) else [str(path) for path in paths]


def _micro(moment: pd.Timestamp | None) -> int | None:
    if moment is None:
        return None
    aware = moment.tz_localize("UTC") if moment.tzinfo is None else moment
    return int((aware - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(microseconds=1))


def _read(
    files: list[LogFile],
    request: Request,
    key: bytes,
    profiled: Callable[..., Window],
    clock: record.Clock,
    tell: Notice,
) -> Window:
    """Profile all files; raise where not one row came of them."""
    reading = request.settings.reading
    reports = survey(files, reading, request.mapping)
    for sentence in described(reports):
        tell(sentence)
    with linked(files, reports, reading, request.mapping) as mapping:
        return _profiled(files, dataclasses.replace(request, mapping=mapping), key, profiled, clock)


def _profiled(
    files: list[LogFile], request: Request, key: bytes, profiled: Callable[..., Window], clock: record.Clock
) -> Window:
    sizes, span = sizes_of(request.settings), (request.since, request.until)
    tasks = [Task(file, request.settings.reading, request.mapping, key, sizes, span) for file in files]
    finished: list[Profiled] = []

    def done(one: Profiled) -> None:
        finished.append(one)
        clock.say("reading", len(finished) / len(tasks))

    window = profiled(tasks, done=done)
    if window.profile is None:
        raise InputError(record.nothing_usable(window))
    return window


def check_rate(rate: float) -> None:
    """Refuse a share of requests that is none.

    Raises
    ------
    UsageError
        If it is not over 0 and at most 1.
    """
    if not 0 < rate <= 1:
        raise UsageError(
            f"reading.sampling_rate is {rate}: give the share of requests that are logged, over 0 and up to 1."
        )


def check_window(since: pd.Timestamp | None, until: pd.Timestamp | None) -> None:
    """Refuse a window that holds nothing.

    Raises
    ------
    UsageError
        If it ends before it begins.
    """
    if since is not None and until is not None and until <= since:
        raise UsageError(f"--until {until} is not after --since {since}: the window is empty.")
