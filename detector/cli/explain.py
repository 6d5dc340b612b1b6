"""`detector explain`."""

from __future__ import annotations

from pathlib import Path

import click

from detector.cli.options import run_option


@click.command()
@click.argument("id")
@run_option
def explain(id: str, run: Path) -> None:
    """Tell what a scan found about an account or a campaign.

    \b
    Example:
      detector explain C-1a2b3c4d --run result
    """
    from detector import report
    from detector.cli.findings import findings_of
    from detector.features import FEATURES
    from detector.results import load_result

    findings = findings_of(load_result(run))
    if id in set(findings.campaigns["campaign_id"]):
        click.echo(report.explain_campaign(findings, id))
    else:
        click.echo(report.explain_account(findings, id, described={f.name: f for f in FEATURES}))
