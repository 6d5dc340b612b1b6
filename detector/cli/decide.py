"""`detector decide`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from detector.cli.options import user_name


@click.command()
@click.argument("target", metavar="CAMPAIGN|ACCOUNT")
@click.option("--verdict", required=True, type=click.Choice(["abusive", "benign", "unknown"]), help="What it is.")
@click.option("--reason", required=True, help="Why, for whoever reads it next.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it holds; benign needs one.")
@click.option("--by", help="Who decides; else the name of the user who runs this.")
@click.option("--store", required=True, type=click.Path(path_type=Path), help="Folder of the store.")
def decide(target: str, verdict: str, reason: str, expires: dt.datetime | None, by: str | None, store: Path) -> None:
    """Write down a verdict on a campaign or an account of the newest night.

    Benign: it is set aside and counted from the next night on, until the verdict expires or most of it are accounts
    that were not judged. Abusive: accounts that hold its cards, devices or addresses later are marked as return
    visitors. Unknown: takes an earlier verdict back.

    \b
    Example:
      detector decide C-1a2b3c4d --verdict benign --reason "course of a university" --expires 2027-03-31 --store store
    """
    from detector.nightly.decision_log import decide as write_down
    from detector.nightly.verdicts import judged
    from detector.report.text import for_terminal

    until = expires.date() if expires else None
    made = write_down(store, target, verdict, reason, by or user_name(), dt.datetime.now(dt.UTC), until)
    said = f"{judged(made)} It is about {len(made.accounts):,} accounts"
    click.echo(for_terminal(f"{said}; {len(made.traces):,} traces are watched for." if made.traces else f"{said}."))
