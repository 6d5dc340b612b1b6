"""A scan's result as the report room takes it."""

from __future__ import annotations

from detector.report import Findings
from detector.results import ScanResult


def findings_of(result: ScanResult) -> Findings:
    """The same tables under the report's names."""
    return Findings(
        accounts=result.accounts,
        campaigns=result.campaigns,
        members=result.members,
        evidence=result.evidence_table,
        timeline=result.timeline_table,
        rejects=result.rejects,
        run=result.run,
    )
