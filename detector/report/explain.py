"""One campaign or one account, told in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from detector.errors import UsageError
from detector.report import numbers
from detector.report.findings import Findings, records, strings
from detector.report.headline import CAUTION, TIER_MEANINGS
from detector.report.labels import chance_sentence, labelled
from detector.report.layout import fit, heading, paint, rows, wrap
from detector.report.text import for_terminal, identifier

_MEMBERS_SHOWN = 15
_EVIDENCE_SHOWN = 12
_FEATURES_SHOWN = 15


class Described(Protocol):
    """Words on a feature: what it measures, and which side of it is suspicious."""

    @property
    def unit(self) -> str: ...  # noqa: D102

    @property
    def suspicious(self) -> str: ...  # noqa: D102

    @property
    def summary(self) -> str: ...  # noqa: D102


def explain_campaign(findings: Findings, campaign_id: str, width: int = 80, colour: bool = False) -> str:
    """Size, evidence, innocent explanation and members of a campaign.

    Raises
    ------
    UsageError
        If the scan found no such campaign.
    """
    complete = findings.completed()
    found = complete.campaigns[complete.campaigns["campaign_id"] == campaign_id]
    if not len(found):
        raise _unknown("campaign", campaign_id, complete.campaigns["campaign_id"])
    campaign = records(found)[0]
    lines = _campaign_head(campaign, width, colour)
    lines += _list("What was asked", strings(campaign["asked"]), width, colour)
    lines += _evidence(complete.evidence_of(campaign_id), width, colour)
    lines += _said("Best innocent explanation", campaign["benign_explanation"], width, colour)
    lines += _said("Why it was set aside", campaign["set_aside"], width, colour)
    lines += _list("What speaks against", strings(campaign["against"]), width, colour)
    lines += _said("What to look at first", campaign["look_at"], width, colour)
    lines += _members(complete.members_of(campaign_id), width, colour)
    return _end(lines, width)


def explain_account(
    findings: Findings,
    account_id: str,
    width: int = 80,
    colour: bool = False,
    described: Mapping[str, Described] | None = None,
) -> str:
    """Scores, reasons, campaign and features of an account, each beside the population.

    Raises
    ------
    UsageError
        If the account has no query in the scan.
    """
    complete = findings.completed()
    found = np.flatnonzero(complete.accounts["account_id"].eq(account_id).to_numpy(dtype=bool))
    if not len(found):
        raise _unknown("account", account_id, complete.accounts["account_id"])
    row = int(found[0])
    account = records(complete.accounts.iloc[[row]])[0]
    lines = _account_head(complete, account, width, colour)
    lines += _list("Reasons", strings(account["reasons"]), width, colour)
    lines += _features(complete, row, width, colour, described or {})
    return _end(lines, width)


def percentiles(values: pd.Series[Any], value: float) -> float:
    """Share of known values below a value, ties counted half, in [0, 1]."""
    known = values.astype("float64").dropna().to_numpy()
    if not len(known) or np.isnan(value):
        return float("nan")
    return float(((known < value).sum() + 0.5 * (known == value).sum()) / len(known))


def _campaign_head(campaign: dict[str, Any], width: int, colour: bool) -> list[str]:
    tier = for_terminal(campaign["tier"], 4)
    title = f"{identifier(campaign['campaign_id'])}  tier {tier}  {for_terminal(campaign['kind'])}"
    lines = [paint(line, tier, colour) for line in wrap(title, width)]
    lines += wrap(for_terminal(campaign["title"] or ""), width)
    lines += wrap(f"Tier {tier}: {TIER_MEANINGS.get(tier, 'not known')}.", width)
    first, last = campaign["first_seen"], campaign["last_seen"]
    created = numbers.span(campaign["created_first"], campaign["created_last"])
    models = ", ".join(identifier(model) for model in strings(campaign["models"])[:8])
    facts: tuple[tuple[str, str], ...] = (
        ("accounts", f"{numbers.count(campaign['n_accounts'])}, {numbers.count(campaign['n_core'])}"
         f" core, {numbers.count(campaign['n_principals'])} principals"),
        ("queries", f"{numbers.count(campaign['n_queries'])},"
         f" {numbers.quantity(campaign['queries_per_account_day'])} per account and day"),
        ("active", f"{numbers.moment(first)} to {numbers.moment(last)}"
         f" ({numbers.span(first, last)})"),
        ("sign-ups", f"from {numbers.moment(campaign['created_first'])}, within {created}"),
        ("models", models or numbers.UNKNOWN),
        ("evidence", f"10^{numbers.quantity(campaign['log_evidence'])}"),
    )  # fmt: skip
    of_labels = (("labels", labelled(campaign)), ("chance", chance_sentence(campaign)))
    facts += tuple((name, said) for name, said in of_labels if said)
    return [*lines, "", *_facts(facts, width, colour)]


def _account_head(findings: Findings, account: dict[str, Any], width: int, colour: bool) -> list[str]:
    flagged = "flagged" if account["flagged"] is True or account["flagged"] == 1 else "not flagged"
    name = wrap(identifier(account["account_id"], 200), width)
    held = account["campaign_id"]
    campaign = "none" if not isinstance(held, str) else _membership(findings, account)
    facts = (
        ("score", f"{numbers.score(account['score'])}, {flagged}"),
        ("by itself", f"forest {numbers.score(account['anomaly'])},"
         f" tail {numbers.score(account['tail'])}"),
        ("campaign", campaign),
        ("queries", numbers.count(account["n_queries"])),
        ("active", f"{numbers.moment(account['first_seen'])}"
         f" to {numbers.moment(account['last_seen'])}"),
        ("signed up", numbers.moment(account["created_at"])),
        ("principal", f"of {numbers.counted(account['principal_size'], 'account')}"),
        *([("label", for_terminal(account["label"]))] if isinstance(account["label"], str) else []),
    )  # fmt: skip
    title = [paint(line, "bold", colour) for line in name]
    return [*title, "", *_facts(facts, width, colour)]


def _membership(findings: Findings, account: dict[str, Any]) -> str:
    members = findings.members_of(account["campaign_id"])
    own = records(members[members["account_id"] == account["account_id"]])
    role = f", {for_terminal(own[0]['role'])}" if own else ""
    tier = for_terminal(account["tier"], 4)
    return f"{identifier(account['campaign_id'])}, tier {tier}{role}"


def _features(findings: Findings, row: int, width: int, colour: bool, described: Mapping[str, Described]) -> list[str]:
    """Features that lie farthest from the population's middle."""
    ranked = []
    for name in findings.feature_names():
        values = findings.accounts[name]
        value = float(values.iloc[row]) if pd.notna(values.iloc[row]) else float("nan")
        at = percentiles(values, value)
        if not np.isnan(at):
            ranked.append((-abs(at - 0.5), name, value, at))
    if not ranked:
        return []
    ranked.sort()
    shown = [
        (for_terminal(name, 200), numbers.quantity(value), _place(at, described.get(name)))
        for _, name, value, at in ranked[:_FEATURES_SHOWN]
    ]
    room = width - 12 - 30 - 4
    lines = heading("Features farthest from the middle of the population", width, colour)
    lines += rows(("feature", "value", "against all accounts"), (room, 12, 30), shown, "lrl")
    left = len(ranked) - len(shown)
    return lines + ([f"{left} more are in accounts.parquet"] if left else [])


def _place(at: float, words: Described | None) -> str:
    side = f"above {numbers.share(at)}" if at >= 0.5 else f"below {numbers.share(1 - at)}"
    if words is None:
        return side
    return f"{side}, {'suspicious' if (at >= 0.5) == (words.suspicious == 'high') else 'harmless'}"


def _evidence(evidence: pd.DataFrame, width: int, colour: bool) -> list[str]:
    lines = heading("Evidence", width, colour)
    for row in records(evidence.head(_EVIDENCE_SHOWN)):
        weight = "" if pd.isna(row["weight"]) else f"{row['weight']:+.1f}"
        lead = f"{weight:>5}  {fit(for_terminal(row['family'], 11), 11)} "
        lines += wrap(for_terminal(row["statement"]), width, " " * 19, lead)
        lines += wrap(
            f"observed {numbers.quantity(row['observed'])},"
            f" expected {numbers.quantity(row['expected'])},"
            f" by chance {numbers.probability(row['p'])}",
            width,
            " " * 19,
        )
    left = len(evidence) - _EVIDENCE_SHOWN
    return lines + ([f"{left} more in evidence.parquet"] if left > 0 else [])


def _members(members: pd.DataFrame, width: int, colour: bool) -> list[str]:
    shown = [
        (
            identifier(row["account_id"], 200),
            for_terminal(row["role"] or "", 10),
            numbers.score(row["score"]),
            numbers.count(row["n_queries"]),
            numbers.day(row["created_at"]),
        )
        for row in records(members.head(_MEMBERS_SHOWN))
    ]
    heads = ("account", "role", "score", "queries", "signed up")
    widths = (max(width - 44, 10), 9, 5, 9, 10)
    lines = heading("Members", width, colour) + rows(heads, widths, shown, "llrrl")
    left = len(members) - len(shown)
    return lines + ([f"{left:,} more are in members.parquet"] if left else [])


def _facts(facts: tuple[tuple[str, str], ...], width: int, colour: bool) -> list[str]:
    lines = []
    for name, value in facts:
        wrapped = wrap(value, width, " " * 11)
        lines += [paint(name.ljust(11), "soft", colour) + wrapped[0][11:], *wrapped[1:]]
    return lines


def _list(title: str, sentences: list[str], width: int, colour: bool) -> list[str]:
    if not sentences:
        return []
    lines = heading(title, width, colour)
    for sentence in sentences:
        lines += wrap(for_terminal(sentence), width, "  ", "- ")
    return lines


def _said(title: str, sentence: object, width: int, colour: bool) -> list[str]:
    if not isinstance(sentence, str) or not sentence:
        return []
    return [*heading(title, width, colour), *wrap(for_terminal(sentence), width)]


def _end(lines: list[str], width: int) -> str:
    return "\n".join([*lines, "", *wrap(CAUTION, width)]) + "\n"


def _unknown(noun: str, given: str, known: pd.Series[Any]) -> UsageError:
    few = ", ".join(identifier(name) for name in known.head(5))
    holds = f"It holds {numbers.counted(len(known), noun)}"
    return UsageError(f"No {noun} {identifier(given)} in this run. {holds}{f', such as {few}' if few else ''}.")
