"""`detector baseline`."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.options import settings_option, user_name
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.settings import Settings

store_option = click.option("--store", type=click.Path(path_type=Path), help="Folder of a store of nights.")


@click.group()
def baseline() -> None:
    """Fit a baseline of ordinary accounts, show one, or put one in force."""


@baseline.command()
@click.option("--run", "run", type=click.Path(path_type=Path), help="Folder of the scan whose accounts are ordinary.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the baseline of a scan.")
@store_option
@settings_option
@click.option("--note", default="", help="What the accounts are, for the baseline's card.")
def fit(run: Path | None, out: Path | None, store: Path | None, settings: Path | None, note: str) -> None:
    """Fit a baseline on the accounts of a scan, or propose one from a store's newest night.

    A proposal leaves out flagged accounts, their groups, whom an analyst judged abusive, and accounts younger than 14
    days, and caps the share of any week of sign-ups. It is not in force until it is promoted.

    \b
    Example:
      detector baseline fit --run result --out baseline --note "March, EU region"
      detector baseline fit --store store
    """
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    if store is not None and run is None and out is None:
        os.umask(0o077)
        from detector.nightly.proposals import propose

        name, model = propose(store, chosen, note)
        click.echo(f"{name}: proposed, {model.accounts:,} accounts.")
        click.echo(json.dumps(dict(model.card), indent=1))
        click.echo(f'Not in force until: detector baseline promote {name} --reason "…" --store {store}')
    elif run is not None and out is not None and store is None:
        click.echo(f"Baseline of {_of_scan(run, out, chosen, note)} accounts in {out}.")
    else:
        raise UsageError(
            "Give --run and --out for the baseline of a scan, or --store for a proposal from its newest night."
        )


def _of_scan(run: Path, out: Path, settings: Settings, note: str) -> int:
    from detector.anomaly.baseline import fit as fit_baseline
    from detector.anomaly.baseline import save
    from detector.features import FEATURES
    from detector.results import load_result

    result = load_result(run)
    names = [f.name for f in FEATURES]
    ordinary = result.accounts[result.accounts["campaign_id"].isna() & ~result.accounts["flagged"]]
    card = {
        "source": note or str(run),
        "window": result.run["window"],
        "accounts": len(ordinary),
        "made_by": "detector baseline fit",
    }
    model = fit_baseline(ordinary[names], {f.name: f.suspicious for f in FEATURES}, settings.anomaly, 0, card)
    out.mkdir(parents=True, exist_ok=True)
    save(model, out)
    return len(ordinary)


@baseline.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@store_option
def show(folder: Path | None, store: Path | None) -> None:
    """Show what a baseline was made from, or every baseline of a store and which is in force.

    \b
    Example:
      detector baseline show baseline
      detector baseline show --store store
    """
    from detector.anomaly.baseline import load

    if (folder is None) == (store is None):
        raise UsageError("Name the folder of a baseline, or a store with --store.")
    if folder is not None:
        model = load(folder)
        said = {"accounts": model.accounts, "features": len(model.feature_names), "card": dict(model.card)}
        click.echo(json.dumps(said, indent=1))
    elif store is not None:
        click.echo(json.dumps(_of_store(store), indent=1))


def _of_store(store: Path) -> dict[str, object]:
    """Promotions and baselines of a store."""
    from detector.anomaly.baseline import load
    from detector.nightly.promotions import FOLDER, current, promoted, proposed

    force = current(store, dt.datetime.now(dt.UTC).date())
    return {
        "in_force": force.name if force else None,
        "promotions": [
            {"at": one.at.isoformat(), "by": one.by, "name": one.name, "reason": one.reason} for one in promoted(store)
        ],
        "baselines": {name: dict(load(store / FOLDER / name).card) for name in proposed(store)},
    }


@baseline.command()
@click.argument("name")
@click.option("--store", required=True, type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--reason", required=True, help="Why, for whoever reads it next.")
@click.option("--by", help="Who approves it; else the name of the user who runs this.")
def promote(name: str, store: Path, reason: str, by: str | None) -> None:
    """Put a proposed baseline in force, from tonight on.

    \b
    Example:
      detector baseline promote B-2026-03-31-1a2b3c4d --reason "no drift, campaign of February gone" --store store
    """
    os.umask(0o077)
    from detector.nightly.promotions import promote as approve

    made = approve(store, name, reason, by or user_name(), dt.datetime.now(dt.UTC))
    click.echo(f"{made.name} is in force from the night of {made.at.date()} on, approved by {made.by}.")
