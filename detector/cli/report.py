"""`detector report`."""

from __future__ import annotations

from pathlib import Path

import click

from detector.cli.options import run_option, settings_option


@click.command()
@run_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@settings_option
def report(run: Path, out: Path, settings: Path | None) -> None:
    """Write the HTML report of a scan again.

    \b
    Example:
      detector report --run result --out monday.html
    """
    from detector.cli.findings import findings_of
    from detector.report import write_report
    from detector.results import load_result
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    write_report(findings_of(load_result(run)), out, chosen.reporting)
