"""One campaign as the page shows it: words and drawings in place of table rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from detector.report import drawings, numbers
from detector.report.figures import CAMPAIGN_COLOURS
from detector.report.findings import Findings, instants, records, strings
from detector.report.headline import TIER_MEANINGS
from detector.report.labels import chance_sentence, labelled
from detector.settings import Reporting

_WEIGHT_OF_FULL_BAR = 6.0
_ITEMS_SHOWN = 8
_ROWS_SHOWN = 2


@dataclass(frozen=True)
class EvidenceView:
    """One statement with its numbers and the bar that shows its weight."""

    family: str
    statement: str
    observed: str
    expected: str
    p: str
    weight: str
    bar: Markup
    rows: list[str]


@dataclass(frozen=True)
class MemberView:
    """One row of the table of members."""

    account_id: str
    role: str
    membership: str
    score: str
    queries: str
    composites: str
    created: str
    active: str


@dataclass(frozen=True)
class CampaignView:
    """Everything the page says about one campaign."""

    number: int
    colour: str
    id: str
    tier: str
    tier_meaning: str
    kind: str
    title: str
    facts: list[tuple[str, str]]
    chance: str
    models: list[str]
    asked: list[str]
    evidence: list[EvidenceView]
    evidence_left: int
    benign: str
    set_aside: str
    against: list[str]
    look_at: str
    members: list[MemberView]
    members_left: int
    heat: Markup
    sign_ups: Markup
    sign_ups_unknown: int


def campaign_views(findings: Findings, settings: Reporting) -> list[CampaignView]:
    """Show the first campaigns, in reading order."""
    shown = findings.campaigns.head(settings.campaigns_shown)
    platform = instants(findings.accounts["created_at"])
    return [
        _view(findings, settings, number, campaign, platform) for number, campaign in enumerate(records(shown), start=1)
    ]


def colour_class(number: int) -> str:
    """Class of a campaign's colour, the same in its section, in lists and in the scatter."""
    return f"c{number}" if number <= len(CAMPAIGN_COLOURS) else "c0"


def evidence_views(evidence: pd.DataFrame, most: int) -> list[EvidenceView]:
    """Weightiest statements first; those that speak against come last, and are never cut away."""
    against = evidence["weight"].astype("float64") < 0
    shown = pd.concat([evidence[~against].head(most), evidence[against].head(most)])
    return [_evidence(row) for row in records(shown)]


def _view(
    findings: Findings,
    settings: Reporting,
    number: int,
    campaign: dict[str, Any],
    platform: drawings.Moments,
) -> CampaignView:
    members = findings.members_of(campaign["campaign_id"])
    evidence = findings.evidence_of(campaign["campaign_id"])
    shown = evidence_views(evidence, settings.evidence_shown)
    created = instants(members["created_at"])
    return CampaignView(
        number=number,
        colour=colour_class(number),
        id=str(campaign["campaign_id"]),
        tier=_word(campaign["tier"]),
        tier_meaning=TIER_MEANINGS.get(_word(campaign["tier"]), ""),
        kind=_word(campaign["kind"]),
        title=_word(campaign["title"]),
        facts=_facts(campaign),
        chance=chance_sentence(campaign),
        models=strings(campaign["models"])[:_ITEMS_SHOWN],
        asked=strings(campaign["asked"])[:_ITEMS_SHOWN],
        evidence=shown,
        evidence_left=len(evidence) - len(shown),
        benign=_word(campaign["benign_explanation"]),
        set_aside=_word(campaign["set_aside"]),
        against=strings(campaign["against"])[:_ITEMS_SHOWN],
        look_at=_word(campaign["look_at"]),
        members=[_member(row) for row in records(members.head(settings.members_shown))],
        members_left=max(len(members) - settings.members_shown, 0),
        heat=_heat(findings, campaign["campaign_id"]),
        sign_ups=drawings.sign_ups(created, platform, _begin(findings)),
        sign_ups_unknown=len(members) - len(created),
    )


def _facts(campaign: dict[str, Any]) -> list[tuple[str, str]]:
    accounts, core = numbers.count(campaign["n_accounts"]), numbers.count(campaign["n_core"])
    facts = [
        ("accounts", f"{accounts}, {core} core"),
        ("principals", numbers.count(campaign["n_principals"])),
        ("queries", numbers.count(campaign["n_queries"])),
        ("per account and day", numbers.quantity(campaign["queries_per_account_day"])),
        ("evidence, log10", numbers.quantity(campaign["log_evidence"])),
        ("active, UTC", _span(campaign["first_seen"], campaign["last_seen"])),
    ]
    if numbers.utc(campaign["created_first"]) is not None:
        created = _span(campaign["created_first"], campaign["created_last"])
        facts.append(("signed up, UTC", created))
    if said := labelled(campaign):
        facts.append(("labelled", said))
    return facts


def _span(first: object, last: object) -> str:
    return f"{numbers.moment(first)} to {numbers.moment(last)}, {numbers.span(first, last)}"


def _evidence(row: dict[str, Any]) -> EvidenceView:
    weight = float(row["weight"]) if not pd.isna(row["weight"]) else float("nan")
    return EvidenceView(
        family=_word(row["family"]),
        statement=_word(row["statement"]),
        observed=numbers.quantity(row["observed"]),
        expected=numbers.quantity(row["expected"]),
        p=numbers.probability(row["p"]),
        weight=numbers.UNKNOWN if np.isnan(weight) else f"{weight:+.1f}",
        bar=drawings.strength(weight, _WEIGHT_OF_FULL_BAR),
        rows=strings(row["rows"])[:_ROWS_SHOWN],
    )


def _member(row: dict[str, Any]) -> MemberView:
    return MemberView(
        account_id=str(row["account_id"]),
        role=_word(row["role"]),
        membership=numbers.quantity(row["membership"]),
        score=numbers.score(row["score"]),
        queries=numbers.count(row["n_queries"]),
        composites=numbers.count(row["n_composites"]),
        created=numbers.moment(row["created_at"]),
        active=f"{numbers.day(row['first_seen'])} – {numbers.day(row['last_seen'])}",
    )


def _heat(findings: Findings, campaign_id: object) -> Markup:
    timeline = findings.timeline[findings.timeline["campaign_id"] == campaign_id]
    timeline = timeline.sort_values("hour")
    requests = timeline["requests"].fillna(0).to_numpy(dtype=np.int64)
    return drawings.heat_map(instants(timeline["hour"]), requests)


def _begin(findings: Findings) -> np.datetime64 | None:
    first = numbers.utc(findings.section("window").get("first"))
    return None if first is None else first.tz_localize(None).to_datetime64()


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
