"""What a scan says in one breath: shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detector.report import numbers
from detector.report.findings import TIERS, Findings, strings
from detector.report.numbers import count, counted

CAUTION = (
    "Anomalous is not abusive. A score says that an account is rare, a campaign that accounts move"
    " together; neither says why. Nobody should lose access on the strength of this page alone."
)
#: Return visitors named in a sentence.
_NAMED = 5
TIER_MEANINGS = {
    "A": "coordination, and signs of both extraction and split work",
    "B": "coordination, and signs of one of the two",
    "C": "coordination only: watch, not flagged",
}


@dataclass(frozen=True)
class Headline:
    """Counts, the sentence above them, and what was wrong with the input."""

    title: str
    meaning: str
    tiers: Mapping[str, int]
    accounts: int
    flagged: int
    flagged_alone: int
    window: str
    notes: list[str]


def headline(findings: Findings) -> Headline:
    """Sum up completed findings."""
    tiers = {tier: int((findings.campaigns["tier"] == tier).sum()) for tier in TIERS}
    flagged, alone = findings.flagged(), findings.alone()
    return Headline(
        title=_title(tiers, int((flagged & alone).sum())),
        meaning=_meaning(findings, tiers),
        tiers=tiers,
        accounts=len(findings.accounts),
        flagged=int(flagged.sum()),
        flagged_alone=int((flagged & alone).sum()),
        window=window(findings),
        notes=[*problems(findings), *set_aside(findings)],
    )


def window(findings: Findings) -> str:
    """Span of the log in words."""
    given = findings.section("window")
    if numbers.utc(given.get("first")) is None:
        return "no rows"
    first, last = given.get("first"), given.get("last")
    return f"{numbers.moment(first)} to {numbers.moment(last)} UTC ({numbers.span(first, last)})"


def problems(findings: Findings) -> list[str]:
    """Sentences on what was wrong with the input, gravest first."""
    inputs = [part for part in findings.run.get("inputs", ()) if isinstance(part, Mapping)]
    broken = [part for part in inputs if part.get("error")]
    said = []
    if broken:
        said.append(
            f"{counted(len(broken), 'file')} of {count(len(inputs))} could not be read in full;"
            " what is below rests on the rest."
        )
    rows = findings.section("rows")
    rejected, rows_in = rows.get("rejected") or 0, rows.get("in") or 0
    if rejected:
        part = numbers.share(rejected / max(rows_in, 1))
        said.append(f"{counted(rejected, 'row')} of {count(rows_in)} ({part}) could not be used.")
    if len(findings.accounts) == 0:
        said.append("No account has a usable query in this window.")
    if findings.section("coverage").get("without_accounts"):
        said.append("No accounts file was given: sign-up, payment and identity facts are not in play.")
    given = [part for part in findings.run.get("accounts_files", ()) if isinstance(part, Mapping)]
    warned = sum(bool(strings(part.get("warnings"))) for part in [*inputs, *given])
    if warned:
        said.append(f"{counted(warned, 'file')} gave warnings; see the inputs.")
    return said


def set_aside(findings: Findings) -> list[str]:
    """Sentences on what the allow-list suppresses, and on entries that have expired."""
    allowed = findings.section("allow_list")
    said = [
        f"Suppressed by the allow-list: {part['campaign_id']}, {counted(part['accounts'], 'account')}, would be tier"
        f" {part['tier']}: {part['note']}."
        for part in allowed.get("suppressed", ())
    ]
    said += of_decisions(findings)
    return said + [f"Expired on the allow-list and not applied: {entry}." for entry in allowed.get("expired", ())]


def of_decisions(findings: Findings) -> list[str]:
    """Sentences on what analysts' decisions set aside, on those that have expired, and on return visitors."""
    night = findings.section("night")
    said = []
    for part in night.get("suppressed", ()):
        joined = f", {counted(part['joined'], 'account')} of which came later" if part["joined"] else ""
        size, name = counted(part["accounts"], "account"), part["campaign_id"]
        said.append(f"Set aside by a decision: {name}, {size}{joined}, would be tier {part['tier']}: {part['note']}.")
    said += [f"Expired and not applied: {sentence}" for sentence in night.get("expired", ())]
    visitors = night.get("visitors", {})
    if visitors.get("accounts"):
        named = [f"{one['account_id']} ({one['of']} by {', '.join(one['by'])})" for one in visitors["named"][:_NAMED]]
        more = visitors["accounts"] - len(named)
        said.append(
            f"Return visitors: {counted(visitors['accounts'], 'account')} with traces of accounts judged abusive: "
            f"{', '.join(named)}{f' and {count(more)} more' if more else ''}."
        )
    return said


def _title(tiers: Mapping[str, int], alone: int) -> str:
    act = tiers["A"] + tiers["B"]
    parts = []
    if act:
        parts.append(f"{counted(act, 'campaign')} to decide on")
    if alone:
        parts.append(f"{counted(alone, 'single account')} flagged")
    if tiers["C"]:
        parts.append(f"{counted(tiers['C'], 'group')} to watch")
    if not act:
        parts.insert(0, "No campaign found")
    return ", ".join(parts)


def _meaning(findings: Findings, tiers: Mapping[str, int]) -> str:
    if not len(findings.accounts):
        return "There was nothing to judge: read the input section below before anything else."
    if tiers["A"] + tiers["B"]:
        acting = findings.campaigns[findings.campaigns["tier"].isin(["A", "B"])]
        return (
            f"{counted(acting['n_accounts'].sum(), 'account')} with"
            f" {counted(acting['n_queries'].sum(), 'query', 'queries')} act together beyond what"
            " chance, popular software and shared networks explain, and what they ask for looks"
            " like material to train a model on."
        )
    if tiers["C"]:
        return (
            "Some accounts act together, but nothing they ask for points to the extraction of"
            " training data: worth a look next week, not a decision today."
        )
    return "Nothing ties accounts of this window together beyond what chance explains."
