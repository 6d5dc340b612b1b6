"""The whole page as plain values: what the template shows, decided and cut beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from detector.report import numbers
from detector.report.campaign_view import CampaignView, campaign_views, colour_class
from detector.report.coverage_view import CoverageView, coverage_view
from detector.report.figures import (
    CAMPAIGN_COLOURS,
    INK,
    OTHER_CAMPAIGNS,
    Group,
    as_image,
    creation_timeline,
    scatter,
    score_distribution,
)
from detector.report.findings import Findings, records, strings
from detector.report.headline import CAUTION, TIER_MEANINGS, Headline, headline
from detector.report.text import identifier
from detector.settings import Reporting

_LISTED = 200
_REASONS_SHOWN = 5


@dataclass(frozen=True)
class ListedCampaign:
    """One row of the overview of campaigns."""

    number: int
    colour: str
    id: str
    tier: str
    kind: str
    title: str
    accounts: str
    queries: str
    created: str
    evidence: str


@dataclass(frozen=True)
class AccountView:
    """An account that no campaign holds."""

    account_id: str
    score: str
    queries: str
    active: str
    created: str
    reasons: list[str]


@dataclass(frozen=True)
class PageView:
    """Everything the template needs."""

    headline: Headline
    caution: str
    tier_meanings: dict[str, str]
    listed: list[ListedCampaign]
    listed_left: int
    campaigns: list[CampaignView]
    campaigns_left: int
    flagged: list[AccountView]
    flagged_left: int
    unusual: list[AccountView]
    scatter: Markup
    scores: Markup
    creation: Markup
    creation_unknown: int
    population: list[tuple[str, str]]
    coverage: CoverageView
    settings: Reporting
    shortened: bool = False


def page_view(findings: Findings, settings: Reporting) -> PageView:
    """View of completed findings."""
    flagged, alone = findings.flagged(), findings.alone()
    left = max(len(findings.campaigns) - settings.campaigns_shown, 0)
    return PageView(
        headline=headline(findings),
        caution=CAUTION,
        tier_meanings=TIER_MEANINGS,
        listed=_listed(findings, settings),
        listed_left=max(len(findings.campaigns) - _LISTED, 0),
        campaigns=campaign_views(findings, settings),
        campaigns_left=left,
        flagged=_accounts(findings.accounts[flagged & alone], settings.accounts_shown),
        flagged_left=max(int((flagged & alone).sum()) - settings.accounts_shown, 0),
        unusual=_accounts(findings.accounts[~flagged & alone], settings.accounts_shown),
        scatter=_scatter(findings),
        scores=_scores(findings, flagged),
        creation=_creation(findings),
        creation_unknown=int(findings.accounts["created_at"].isna().sum()),
        population=_population(findings),
        coverage=coverage_view(findings),
        settings=settings,
    )


def _listed(findings: Findings, settings: Reporting) -> list[ListedCampaign]:
    rows = records(findings.campaigns.head(_LISTED))
    return [_listed_campaign(number, row) for number, row in enumerate(rows, start=1)]


def _listed_campaign(number: int, row: dict[str, Any]) -> ListedCampaign:
    return ListedCampaign(
        number=number,
        colour=colour_class(number),
        id=str(row["campaign_id"]),
        tier=str(row["tier"]),
        kind=str(row["kind"] or ""),
        title=str(row["title"] or ""),
        accounts=numbers.count(row["n_accounts"]),
        queries=numbers.count(row["n_queries"]),
        created=numbers.day(row["created_first"]),
        evidence=numbers.quantity(row["log_evidence"]),
    )


def _accounts(accounts: pd.DataFrame, most: int) -> list[AccountView]:
    ranked = accounts.assign(score=accounts["score"].astype("float64"))
    ranked = ranked.sort_values(["score", "account_id"], ascending=[False, True]).head(most)
    return [
        AccountView(
            account_id=str(row["account_id"]),
            score=numbers.score(row["score"]),
            queries=numbers.count(row["n_queries"]),
            active=f"{numbers.day(row['first_seen'])} – {numbers.day(row['last_seen'])}",
            created=numbers.day(row["created_at"]),
            reasons=strings(row["reasons"])[:_REASONS_SHOWN],
        )
        for row in records(ranked[list(_SHOWN)])
    ]


_SHOWN = (
    "account_id", "score", "n_queries", "first_seen", "last_seen", "created_at", "reasons",
)  # fmt: skip


def groups(findings: Findings) -> list[Group]:
    """First campaigns in colours of their own, the rest together in one."""
    held = findings.accounts["campaign_id"]
    own = findings.campaigns["campaign_id"].head(len(CAMPAIGN_COLOURS)).tolist()
    marked = [
        Group(identifier(name, 24), colour, held.eq(name).to_numpy(dtype=bool, na_value=False))
        for name, colour in zip(own, CAMPAIGN_COLOURS, strict=False)
    ]
    if len(findings.campaigns) > len(own):
        rest = (held.notna() & ~held.isin(own)).to_numpy(dtype=bool)
        marked.insert(0, Group("other campaigns", OTHER_CAMPAIGNS, rest))
    single = findings.flagged() & findings.alone()
    if single.any():
        marked.append(Group("flagged, in no campaign", INK, single))
    return marked


def _floats(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(values.astype("float64").fillna(0.0), dtype=np.float64)


def _scatter(findings: Findings) -> Markup:
    if not len(findings.accounts):
        return Markup("")
    accounts = findings.accounts
    figure = scatter(_floats(accounts["n_queries"]), _floats(accounts["anomaly"]), groups(findings))
    return as_image(figure, "Accounts by queries and anomaly, campaigns marked")


def _scores(findings: Findings, flagged: npt.NDArray[np.bool_]) -> Markup:
    if not len(findings.accounts):
        return Markup("")
    figure = score_distribution(_floats(findings.accounts["score"]), flagged)
    return as_image(figure, "Number of accounts by score, flagged ones marked")


def _creation(findings: Findings) -> Markup:
    known = pd.to_datetime(findings.accounts["created_at"], utc=True)
    if not known.notna().any():
        return Markup("")
    rows = known.notna().to_numpy()
    created = known[rows].dt.tz_localize(None).to_numpy(dtype="datetime64[s]")
    figure = creation_timeline(created, ~findings.alone()[rows])
    return as_image(figure, "Sign-ups over time, members of campaigns marked")


def _population(findings: Findings) -> list[tuple[str, str]]:
    known = findings.section("population")
    names = (
        ("accounts", "accounts"),
        ("principals", "principals"),
        ("flagged", "flagged"),
        ("median_queries", "queries, median account"),
        ("p99_queries", "queries, 99th percentile"),
    )
    return [(label, numbers.count(known[name])) for name, label in names if name in known]
