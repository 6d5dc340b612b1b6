"""`detector evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    required=True,
    help="Parquet or CSV with account_id, kind, population, campaign.",
)
def evaluate(run: Path, labels: Path) -> None:
    """Hold the result of a scan in folder RUN against labels.

    \b
    Example:
      detector evaluate result --labels world/labels.parquet
    """
    from detector import drill
    from detector.results import load_result

    click.echo(json.dumps(drill.evaluate(load_result(run).accounts, drill.read_labels(labels)), indent=1))
