"""The whole page as plain values: what the template shows, decided and cut beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from detector.report import numbers
from detector.report.campaign_view import CampaignView, campaign_views, colour_class
from detector.report.coverage_view import CoverageView, coverage_view
from detector.report.findings import Findings, records, strings
from detector.report.headline import CAUTION, TIER_MEANINGS, Headline, headline
from detector.report.labels import label_sentences
from detector.report.opening import Opening, opening
from detector.report.pictures import Pictures
from detector.settings import Reporting

_LISTED = 200
_REASONS_SHOWN = 5
_SHOWN = (
    "account_id", "score", "n_queries", "first_seen", "last_seen", "created_at", "reasons",
)  # fmt: skip


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
    opening: Opening
    caution: str
    labels: list[str]
    tier_meanings: dict[str, str]
    listed: list[ListedCampaign]
    listed_left: int
    campaigns: list[CampaignView]
    campaigns_left: int
    flagged: list[AccountView]
    flagged_left: int
    unusual: list[AccountView]
    pictures: Pictures
    creation_unknown: int
    population: list[tuple[str, str]]
    coverage: CoverageView
    settings: Reporting
    shortened: bool


def page_view(findings: Findings, drawn: Pictures, settings: Reporting, shortened: bool) -> PageView:
    """View of completed findings."""
    flagged, alone = findings.flagged(), findings.alone()
    left = max(len(findings.campaigns) - settings.campaigns_shown, 0)
    return PageView(
        headline=headline(findings),
        opening=opening(findings),
        caution=CAUTION,
        labels=label_sentences(findings.section("labels")),
        tier_meanings=TIER_MEANINGS,
        listed=_listed(findings),
        listed_left=max(len(findings.campaigns) - _LISTED, 0),
        campaigns=campaign_views(findings, settings),
        campaigns_left=left,
        flagged=_accounts(findings.accounts[flagged & alone], settings.accounts_shown),
        flagged_left=max(int((flagged & alone).sum()) - settings.accounts_shown, 0),
        unusual=_accounts(findings.accounts[~flagged & alone], settings.accounts_shown),
        pictures=drawn,
        creation_unknown=int(findings.accounts["created_at"].isna().sum()),
        population=_population(findings),
        coverage=coverage_view(findings),
        settings=settings,
        shortened=shortened,
    )


def _listed(findings: Findings) -> list[ListedCampaign]:
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
