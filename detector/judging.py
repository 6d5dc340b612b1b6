"""From what was read to findings: the stages that a scan and a night have in common."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from detector.beside import Beside
from detector.campaigns.allow import AllowList
from detector.campaigns.calendar import date_of
from detector.campaigns.calibration import with_chances
from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.profiles.assemble import assemble
from detector.profiles.files import Window
from detector.profiles.profile import Profile, Sizes
from detector.profiles.tables import Tables
from detector.results import limits, record
from detector.results.folder import ScanResult
from detector.results.labels import label_record
from detector.results.review import review
from detector.results.sampling import of_all_requests, scale_counts
from detector.settings import Settings

if TYPE_CHECKING:
    from detector.anomaly.baseline import Baseline
    from detector.campaigns.examine import Group
    from detector.campaigns.scores import Scores
    from detector.campaigns.traces import Trace

#: Hears sentences that a user should read while the work goes on.
Notice = Callable[[str], None]
#: Gives words for a file number and a row of it.
Place = Callable[[int, int], str]
#: What the stages after reading import, which takes seconds.
LATER = (
    "detector.features",
    "detector.campaigns.find",
    "detector.campaigns.tables",
    "detector.campaigns.traces",
    "detector.results.accounts",
)
#: Rows from which on it is worth making copies of the process for what can be computed beside.
MANY_ROWS = 100_000


@dataclass(frozen=True)
class Terms:
    """By what findings are judged.

    Attributes
    ----------
    settings : Settings
    key : bytes
        Secret under which the window was profiled.
    baseline : Path or None
        Folder of a baseline to score accounts against; None takes the window's own population.
    allow : AllowList
        What an analyst vouches for.
    watched : frozenset of (kind, hash)
        Traces of accounts judged abusive.
    """

    settings: Settings
    key: bytes
    baseline: Path | None = None
    allow: AllowList = field(default_factory=AllowList)
    watched: frozenset[Trace] = frozenset()


@dataclass(frozen=True)
class People:
    """What the accounts files say.

    Attributes
    ----------
    table : pyarrow.Table of `schema.ACCOUNTS_SCHEMA` or None
        None where no accounts file was given.
    reports : list of FileReport
    rejects : Rejects
    """

    table: pa.Table | None
    reports: list[FileReport]
    rejects: Rejects


def judge(
    window: Window,
    people: People,
    terms: Terms,
    clock: record.Clock,
    *,
    cautions: Callable[[Tables], list[str]],
    place: Place,
    tell: Notice,
) -> ScanResult:
    """Find campaigns in what was read.

    Parameters
    ----------
    window : Window
        Merged profile of all that is judged, with at least one row; the profile is let go of.
    people : People
    terms : Terms
    clock : Clock
    cautions : callable
        What a reader of the results must know of the input, a sentence each.
    place : callable
        Words for a file number and a row, where evidence names requests to look at.
    tell : callable
        Hears the cautions as they are known.
    """
    settings = terms.settings
    beside = Beside(_is_large(window, settings))
    with clock.stage("profiles"):
        tables = assemble(_taken(window), people.table, window.names, terms.key, sizes_of(settings))
        allowed = terms.allow.on(date_of(tables.last_day))
        tables = allowed.without_keys(tables, terms.key)
        coverage = record.coverage_of(window, people.table)
        reached = limits.reached(settings.reading, *_read(window, people))
        warnings = limits.said(reached) + cautions(tables)
    for sentence in warnings:
        tell(f"Warning: {sentence}")
    with clock.stage("features"):
        from detector.features import FEW, MOST, compute_features

        computed = beside.begin(compute_features, tables, coverage.present, MOST)
    with clock.stage("campaigns"):
        from detector.campaigns.find import find_groups
        from detector.campaigns.lone import lone_extractors

        groups = find_groups(tables, settings.campaigns, allowed, beside)
        alone = lone_extractors(tables, groups, settings.campaigns)
    with clock.stage("scores"):
        from detector.anomaly import baseline as anomaly
        from detector.campaigns.scores import final_scores
        from detector.features import joined

        # a copy takes longer with all of them than the search for groups does
        features, off = joined(compute_features(tables, coverage.present, FEW), computed())
        features = of_all_requests(features, settings.reading.sampling_rate)
        apart = [*(group.cohort.members.tolist() for group in groups), [one.account for one in alone]]
        shown = [group for group in groups if not group.explained]
        with ThreadPoolExecutor(1) as meanwhile:
            told = meanwhile.submit(_told, shown, tables, place)
            model, source = _baseline(terms, features, apart)
        rarity = anomaly.score(model, features)
        vouched = np.array([entry is not None for entry in allowed.vouchers(tables.accounts)], dtype=bool)
        scores = final_scores(rarity["score"].to_numpy(), groups, vouched, alone)
    if settings.review.budget > 0:
        with clock.stage("chance"):
            from detector.campaigns.chance import chance_groups

            chance = chance_groups(tables, settings.campaigns, allowed, terms.key, settings.review.resamples, beside)
    with clock.stage("tables"):
        from detector.campaigns.tables import member_table
        from detector.campaigns.traces import trace_table
        from detector.results.accounts import account_table

        campaigns, evidence, timeline = told.result()
        result = ScanResult(
            accounts=account_table(tables, features, rarity, model, scores, groups),
            campaigns=with_chances(campaigns, groups, alone, tables.accounts["label"], settings.labels),
            members=member_table(shown, scores.score),
            evidence_table=evidence,
            timeline_table=timeline,
            rejects=_rejects(window, people.rejects),
            run={},
            traces=trace_table(tables, _looked_at(shown, scores), terms.key, terms.watched, allowed.keys(terms.key)),
        )
        scale_counts(result, settings.reading.sampling_rate)
    result.run = record.run_record(
        settings,
        terms.key,
        window,
        people.reports,
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
    result.run |= label_record(result.accounts, people.table)
    if settings.review.budget > 0:
        result.run["chance"] = [[list(group) for group in one] for one in chance]
        result.run["review"] = review(result.accounts, result.campaigns, chance, settings.review.budget)
    return result


def _told(groups: list[Group], tables: Tables, place: Place) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What is told of groups whatever the scores of accounts are: themselves, their evidence, their days."""
    from detector.campaigns.tables import campaign_table, evidence_table, timeline_table

    return campaign_table(groups), evidence_table(groups, place), timeline_table(groups, tables)


def _looked_at(groups: list[Group], scores: Scores) -> npt.NDArray[np.int64]:
    """Accounts that an analyst may judge: those of groups, and those with the highest scores."""
    from detector.results.accounts import EXPLAINED

    worst = np.argsort(-scores.score, kind="stable")[:EXPLAINED]
    found: npt.NDArray[np.int64] = np.unique(np.concatenate([worst, *(group.cohort.members for group in groups)]))
    return found


def _read(window: Window, people: People) -> tuple[list[FileReport], dict[str, int]]:
    """Reports of all files, and for what reasons how many of their rows were rejected."""
    rejects = window.rejects
    rejects.merge(people.rejects)
    return [*(one.report for one in window.files), *people.reports], rejects.reasons()


def sizes_of(settings: Settings) -> Sizes:
    """How much is kept of an account's day."""
    said = settings.profiling
    return Sizes(said.sample_per_day, said.distinct_per_day, said.sample_per_window)


def _taken(window: Window) -> Profile:
    """The profile of a window, which lets go of it, so that what the tables do not need is freed."""
    profile, window.profile = window.profile, None
    assert profile is not None
    return profile


def _is_large(window: Window, settings: Settings) -> bool:
    """Whether work is worth sharing out among processes."""
    rows = sum(one.built.rows_used for one in window.files)
    return settings.profiling.workers != 1 and rows >= MANY_ROWS


def _baseline(terms: Terms, features: pd.DataFrame, apart: list[list[int]]) -> tuple[Baseline, str]:
    """What accounts are scored against - those that are set apart are not of it - and where it comes from in words."""
    from detector.anomaly import baseline as anomaly
    from detector.anomaly.shipped import shipped_baseline
    from detector.features import FEATURES

    if terms.baseline is not None:
        return anomaly.load(terms.baseline), f"the baseline {terms.baseline.name}"
    settings = terms.settings.anomaly
    outside = np.ones(len(features), bool)
    outside[[account for accounts in apart for account in accounts]] = False
    if outside.sum() < settings.min_accounts:
        return (
            shipped_baseline(),
            "the baseline shipped with the detector, since the log has too few accounts for one of its own",
        )
    directions = {feature.name: feature.suspicious for feature in FEATURES}
    card = {"source": "the scanned log, candidate groups set aside", "accounts": int(outside.sum())}
    seed = int.from_bytes(terms.key[:4], "little")
    model = anomaly.fit(features[outside], directions, settings, seed, card)
    return model, f"the {int(outside.sum())} accounts of this log that are in no group"


def _rejects(window: Window, of_accounts: Rejects) -> pd.DataFrame:
    merged = window.rejects
    merged.merge(of_accounts)
    table: pd.DataFrame = merged.to_table().to_pandas()
    return table
