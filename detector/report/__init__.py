"""Findings, told: a page for the analyst, text for the terminal, JSON for other programs."""

from detector.report.explain import explain_account, explain_campaign
from detector.report.findings import Findings
from detector.report.html import render_report, write_report
from detector.report.machine import as_json
from detector.report.terminal import summary

__all__ = [
    "Findings",
    "as_json",
    "explain_account",
    "explain_campaign",
    "render_report",
    "summary",
    "write_report",
]
