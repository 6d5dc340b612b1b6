"""`detector baseline`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def baseline() -> None:
    """Fit a baseline of ordinary accounts, or show one."""


@baseline.command()
@click.option(
    "--run",
    "run",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of the scan whose accounts are ordinary.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the baseline.")
@click.option("--note", default="", help="What the accounts are, for the baseline's card.")
def fit(run: Path, out: Path, note: str) -> None:
    """Fit a baseline on the accounts of a scan that no campaign holds.

    \b
    Example:
      detector baseline fit --run result --out baseline --note "March, EU region"
    """
    from detector.anomaly.baseline import fit as fit_baseline
    from detector.anomaly.baseline import save
    from detector.features import FEATURES
    from detector.results import load_result
    from detector.settings import Settings

    result = load_result(run)
    names = [f.name for f in FEATURES]
    ordinary = result.accounts[result.accounts["campaign_id"].isna() & ~result.accounts["flagged"]]
    card = {
        "source": note or str(run),
        "window": result.run["window"],
        "accounts": len(ordinary),
        "made_by": "detector baseline fit",
    }
    model = fit_baseline(ordinary[names], {f.name: f.suspicious for f in FEATURES}, Settings().anomaly, 0, card)
    out.mkdir(parents=True, exist_ok=True)
    save(model, out)
    click.echo(f"Baseline of {len(ordinary)} accounts in {out}.")


@baseline.command()
@click.argument("folder", type=click.Path(path_type=Path))
def show(folder: Path) -> None:
    """Show what a baseline was made from."""
    from detector.anomaly.baseline import load

    model = load(folder)
    click.echo(
        json.dumps(
            {"accounts": model.accounts, "features": len(model.feature_names), "card": model.card},
            indent=1,
        )
    )
