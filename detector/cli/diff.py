"""`detector diff`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from detector.cli.options import settings_option


@click.command()
@click.argument("earlier", type=click.Path(path_type=Path))
@click.argument("later", type=click.Path(path_type=Path))
@settings_option
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def diff(earlier: Path, later: Path, settings: Path | None, as_json: bool) -> None:
    """Tell what became of the campaigns of an earlier result.

    EARLIER and LATER are folders that scans or nights wrote. Campaigns are known again by members of their
    cores, and by cards, devices and addresses where both were scanned with one --key.

    \b
    Example:
      detector diff result-monday result-tuesday
    """
    from detector.nightly.difference import difference
    from detector.report.changes import difference_text
    from detector.results import load_result
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    found = difference(load_result(earlier), load_result(later), chosen)
    click.echo(json.dumps(found) if as_json else difference_text(found, width=80), nl=as_json)
