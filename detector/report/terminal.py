"""What a scan prints when it is done: the answer first, within eighty columns."""

from __future__ import annotations

from typing import Any

from detector.report import numbers
from detector.report.changes import change_lines, change_title
from detector.report.coverage_view import coverage_view, rejects_by_reason
from detector.report.findings import Findings, records, strings
from detector.report.headline import CAUTION, Headline, headline
from detector.report.labels import chance_sentence, label_sentences
from detector.report.layout import paint, rows, wrap
from detector.report.numbers import count, counted
from detector.report.review import review_lines
from detector.report.text import for_terminal, identifier

_CAMPAIGNS_SHOWN = 10
_ACCOUNTS_SHOWN = 5
_WHY_LENGTH = 150
_LABEL = 11


def summary(findings: Findings, width: int = 80, report: object = None, colour: bool = False) -> str:
    """Text for standard output after a scan.

    Parameters
    ----------
    findings : Findings
        Tables and record of the scan.
    width : int
        Columns of the terminal.
    report : path, optional
        Where the page is.
    colour : bool
        Whether to add ANSI colours.
    """
    complete = findings.completed()
    head = headline(complete)
    lines = _head(head, width, colour)
    lines += _labels(complete, width, colour)
    lines += _changes(complete, width, colour)
    lines += _campaigns(complete, width, colour)
    lines += _single(complete, head, width, colour)
    if complete.section("review"):
        lines += ["", *review_lines(complete.section("review"), width, colour)]
    lines += _input(complete, head, width, colour)
    lines += ["", *wrap(CAUTION, width)]
    if report is not None:
        lines += ["", *_labelled("Report", for_terminal(report, 400), width, colour)]
    return "\n".join(lines) + "\n"


def first_reason(findings: Findings, campaign: dict[str, Any]) -> str:
    """One line on why: the campaign's title, else its weightiest evidence."""
    if isinstance(campaign["title"], str) and campaign["title"]:
        return for_terminal(campaign["title"], _WHY_LENGTH)
    said = findings.evidence_of(campaign["campaign_id"])["statement"].head(1).tolist()
    return for_terminal(said[0], _WHY_LENGTH) if said else ""


def _head(head: Headline, width: int, colour: bool) -> list[str]:
    title = wrap(head.title, width)
    lines = [paint(line, "bold", colour) for line in title]
    lines += wrap(f"{head.window}", width)
    lines += ["", *wrap(head.meaning, width), ""]
    tiers = ", ".join(f"{n} of tier {tier}" for tier, n in head.tiers.items())
    lines += _labelled("Campaigns", tiers, width, colour)
    flagged = f"{count(head.flagged)} of {count(head.accounts)}"
    flagged += f", {count(head.flagged_alone)} of them in no campaign"
    return lines + _labelled("Flagged", flagged, width, colour)


def _labels(findings: Findings, width: int, colour: bool) -> list[str]:
    """What was found, held against analysts' labels, where there are any."""
    said = label_sentences(findings.section("labels"))
    lines = [_labelled("" if i else "Labels", sentence, width, colour) for i, sentence in enumerate(said)]
    return [line for each in lines for line in each]


def _changes(findings: Findings, width: int, colour: bool) -> list[str]:
    """What changed since the night before, where the result is one of a series."""
    night = findings.section("night")
    if not night.get("previous"):
        return []
    title = [paint(line, "bold", colour) for line in wrap(change_title(night), width)]
    return ["", *title, *change_lines(night["changes"], width, colour)]


def _campaigns(findings: Findings, width: int, colour: bool) -> list[str]:
    shown = records(findings.campaigns.head(_CAMPAIGNS_SHOWN))
    if not shown:
        return []
    heads = ("tier", "campaign", "kind", "accounts", "queries")
    widths = (4, 14, max(width - 46, 8), 8, 12)
    lines = ["", paint(rows(heads, widths, [], "lllrr")[0], "soft", colour)]
    for campaign in shown:
        cells = (
            for_terminal(campaign["tier"], 4),
            identifier(campaign["campaign_id"], widths[1]),
            for_terminal(campaign["kind"] or "", widths[2]),
            count(campaign["n_accounts"]),
            count(campaign["n_queries"]),
        )
        lines.append(paint(rows(cells, widths, [], "lllrr")[0], str(campaign["tier"]), colour))
        lines += wrap(first_reason(findings, campaign), width, " " * 6)
        lines += wrap(chance, width, " " * 6) if (chance := chance_sentence(campaign)) else []
    left = len(findings.campaigns) - len(shown)
    if left:
        lines.append(f"      and {counted(left, 'campaign')} more in the report")
    return lines


def _single(findings: Findings, head: Headline, width: int, colour: bool) -> list[str]:
    if not head.flagged_alone:
        return []
    accounts = findings.accounts[findings.flagged() & findings.alone()]
    ranked = accounts.sort_values(["score", "account_id"], ascending=[False, True])
    lines = ["", paint("Flagged, in no campaign", "bold", colour)]
    for row in records(ranked.head(_ACCOUNTS_SHOWN)):
        lines += wrap(f"{numbers.score(row['score'])}  {identifier(row['account_id'])}", width, " " * 6, "")
        for reason in strings(row["reasons"])[:1]:
            lines += wrap(for_terminal(reason, _WHY_LENGTH), width, " " * 6)
    left = len(ranked) - _ACCOUNTS_SHOWN
    return lines + ([f"      and {count(left)} more in the report"] if left > 0 else [])


def _input(findings: Findings, head: Headline, width: int, colour: bool) -> list[str]:
    view = coverage_view(findings)
    inputs = len(findings.run.get("inputs", ()))
    counts = ", ".join(f"{n} {label}" for label, n in view.rows)
    said = [("Rows", f"{counts}; {counted(inputs, 'file')}")]
    reasons = ", ".join(f"{count(n)} {for_terminal(reason, 40)}" for reason, n, _ in rejects_by_reason(findings)[:6])
    if reasons:
        said.append(("Rejected", reasons))
    off = len(view.features_off) + view.off_left
    if off or view.families_off:
        needed = sorted({name for _, needs in view.features_off for name in needs.split(", ")})
        columns = f"; needs {', '.join(needed)}" if any(needed) else ""
        families = ", ".join(name for name, _ in view.families_off)
        also = f"; no evidence from {families}" if families else ""
        said.append(("Off", for_terminal(f"{counted(off, 'feature')}{columns}{also}", 400)))
    lines = [""]
    for label, sentence in said:
        lines += _labelled(label, sentence, width, colour)
    for sentence in head.notes:
        lines += _labelled("Note", for_terminal(sentence), width, colour, "warn")
    return lines


def _labelled(label: str, sentence: str, width: int, colour: bool, style: str = "soft") -> list[str]:
    lines = wrap(sentence, width, " " * _LABEL)
    lead = paint(label.ljust(_LABEL), style, colour)
    return [lead + lines[0][_LABEL:], *lines[1:]]
