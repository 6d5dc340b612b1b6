"""A scan from files to findings: the stages in order."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from detector.campaigns.allow import AllowList
from detector.errors import InputError, UsageError
from detector.logs.accounts import read_accounts
from detector.logs.files import LogFile, discover
from detector.logs.formats import known
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.logs.survey import described, linked, survey
from detector.profiles.assemble import assemble
from detector.profiles.files import Profiled, Task, Window, profile_files
from detector.profiles.profile import Sizes
from detector.results import limits, record
from detector.results.cautions import warnings_on
from detector.results.folder import ScanResult
from detector.results.sampling import of_all_requests, scale_counts
from detector.secret import derive_key
from detector.settings import Settings

if TYPE_CHECKING:
    from detector.anomaly.baseline import Baseline
    from detector.campaigns.find import Group

Progress = Callable[[str, float], None]
#: Hears sentences that a user should read while the scan runs.
Notice = Callable[[str], None]
#: What the stages after reading import, which takes seconds.
_LATER = (
    "detector.features",
    "detector.campaigns.find",
    "detector.campaigns.tables",
    "detector.results.accounts",
    "sklearn.ensemble",
)
_IMPORTS = ThreadPoolExecutor(1, "imports")


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
    )
    clock = record.Clock(progress)
    tell = notice or (lambda sentence: None)
    files = discover(request.paths)
    check_rate(request.settings.reading.sampling_rate)
    key = request.key or derive_key([file.path for file in files])
    import_early(*_LATER)
    with clock.stage("reading"):
        window = _read(files, request, key, clock, tell)
    with clock.stage("accounts"):
        people, account_reports, account_rejects = _people(request)
    with clock.stage("profiles"):
        assert window.profile is not None
        tables = assemble(window.profile, people, window.names, key, _sizes(request.settings))
        allowed = request.allow.on(_date(tables.last_day))
        tables = allowed.without_keys(tables, key)
        coverage = record.coverage_of(window, people)
        reached = _limits(request, window, account_reports, account_rejects)
        warnings = limits.said(reached) + warnings_on(window, files, tables, request.settings.reading, request.mapping)
    for sentence in warnings:
        tell(f"Warning: {sentence}")
    with clock.stage("features"):
        from detector.features import compute_features

        features, off = compute_features(tables, coverage.present)
        features = of_all_requests(features, request.settings.reading.sampling_rate)
    with clock.stage("campaigns"):
        from detector.campaigns.find import find_groups

        groups = find_groups(tables, request.settings.campaigns, allowed)
    with clock.stage("scores"):
        from detector.anomaly import baseline as anomaly
        from detector.campaigns.scores import final_scores

        model, source = _baseline(request, features, groups, key)
        rarity = anomaly.score(model, features)
        vouched = np.array([entry is not None for entry in allowed.vouchers(tables.accounts)], dtype=bool)
        scores = final_scores(rarity["score"].to_numpy(), groups, vouched)
    with clock.stage("tables"):
        from detector.campaigns.tables import campaign_table, evidence_table, member_table, timeline_table
        from detector.results.accounts import account_table

        shown = [group for group in groups if not group.explained]
        result = ScanResult(
            accounts=account_table(tables, features, rarity, model, scores, shown),
            campaigns=campaign_table(shown),
            members=member_table(shown, scores.score),
            evidence_table=evidence_table(shown, [one.report.path for one in window.files]),
            timeline_table=timeline_table(shown, tables),
            rejects=_rejects(window, account_rejects),
            run={},
        )
        scale_counts(result, request.settings.reading.sampling_rate)
    result.run = record.run_record(
        request.settings,
        key,
        window,
        account_reports,
        reached,
        coverage,
        off,
        tables,
        groups,
        scores,
        allowed,
        source,
        clock,
    )
    result.run["coverage"]["notes"] += warnings
    return result


def import_early(*modules: str) -> None:
    """Import modules in a thread, one by one, for whoever needs them later; what fails here fails again there."""
    for module in modules:
        _IMPORTS.submit(import_module, module)


def _listed(paths: str | Path | Sequence[str | Path]) -> list[str]:
    return [str(paths)] if isinstance(paths, str | Path) else [str(path) for path in paths]


def _micro(moment: pd.Timestamp | None) -> int | None:
    if moment is None:
        return None
    aware = moment.tz_localize("UTC") if moment.tzinfo is None else moment
    return int((aware - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(microseconds=1))


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _sizes(settings: Settings) -> Sizes:
    return Sizes(settings.profiling.sample_per_day, settings.profiling.distinct_per_day)


def _read(files: list[LogFile], request: Request, key: bytes, clock: record.Clock, tell: Notice) -> Window:
    """Profile all files; raise where not one row came of them."""
    reading = request.settings.reading
    reports = survey(files, reading, request.mapping)
    if any(report.format in known() for report in reports):
        for sentence in described(reports):
            tell(sentence)
    with linked(files, reports, reading, request.mapping) as mapping:
        return _profiled(files, dataclasses.replace(request, mapping=mapping), key, clock)


def _profiled(files: list[LogFile], request: Request, key: bytes, clock: record.Clock) -> Window:
    sizes, span = _sizes(request.settings), (request.since, request.until)
    tasks = [Task(file, request.settings.reading, request.mapping, key, sizes, span) for file in files]
    finished: list[Profiled] = []

    def done(one: Profiled) -> None:
        finished.append(one)
        clock.say("reading", len(finished) / len(tasks))

    window = profile_files(tasks, request.settings.profiling.workers, done)
    if window.profile is None:
        raise InputError(record.nothing_usable(window))
    return window


def _people(request: Request) -> tuple[pa.Table | None, list[FileReport], Rejects]:
    rejects = Rejects(request.settings.reading.max_rejects_kept)
    reports: list[FileReport] = []
    if not request.accounts:
        return None, reports, rejects
    people = read_accounts(request.accounts, request.settings.reading, request.mapping, rejects, reports)
    return people, reports, rejects


def _limits(
    request: Request, window: Window, account_reports: list[FileReport], account_rejects: Rejects
) -> limits.Reached:
    """How often each limit on input was reached, in logs and accounts files."""
    rejects = window.rejects
    rejects.merge(account_rejects)
    reports = [*(one.report for one in window.files), *account_reports]
    return limits.reached(request.settings.reading, reports, rejects.reasons())


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


def _baseline(request: Request, features: pd.DataFrame, groups: list[Group], key: bytes) -> tuple[Baseline, str]:
    """What accounts are scored against, and where it comes from in words."""
    from detector.anomaly import baseline as anomaly
    from detector.anomaly.shipped import shipped_baseline
    from detector.features import FEATURES

    if request.baseline is not None:
        return anomaly.load(request.baseline), f"the baseline in {request.baseline}"
    settings = request.settings.anomaly
    outside = np.ones(len(features), bool)
    for group in groups:
        outside[group.cohort.members] = False
    if outside.sum() < settings.min_accounts:
        return (
            shipped_baseline(),
            "the baseline shipped with the detector, since the log has too few accounts for one of its own",
        )
    directions = {feature.name: feature.suspicious for feature in FEATURES}
    card = {"source": "the scanned log, candidate groups set aside", "accounts": int(outside.sum())}
    seed = int.from_bytes(key[:4], "little")
    model = anomaly.fit(features[outside], directions, settings, seed, card)
    return model, f"the {int(outside.sum())} accounts of this log that are in no group"


def _rejects(window: Window, of_accounts: Rejects) -> pd.DataFrame:
    merged = window.rejects
    merged.merge(of_accounts)
    table: pd.DataFrame = merged.to_table().to_pandas()
    return table


def check_window(since: pd.Timestamp | None, until: pd.Timestamp | None) -> None:
    """Refuse a window that holds nothing.

    Raises
    ------
    UsageError
        If it ends before it begins.
    """
    if since is not None and until is not None and until <= since:
        raise UsageError(f"--until {until} is not after --since {since}: the window is empty.")
