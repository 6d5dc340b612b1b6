"""`detector backtest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from detector.cli.options import settings_option


@click.command()
@click.option("--store", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the store.")
@click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path), help="File with the secret of the store."
)
@click.option("--accounts", multiple=True, help="Accounts file, as the nights were given it; may be given again.")
@settings_option
@click.option("--allow", type=click.Path(path_type=Path), help="TOML file of what an analyst vouches for.")
@click.option("--nights", type=click.IntRange(min=1), default=7, show_default=True, help="How many of the last nights.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each night.")
def backtest(
    folder: Path,
    key_file: Path,
    accounts: tuple[str, ...],
    settings: Path | None,
    allow: Path | None,
    nights: int,
    as_json: bool,
) -> None:
    """Judge past nights again with other settings, and tell what would have changed; the store stays as it is.

    \b
    Example:
      detector backtest --store store --key store.key --accounts accounts.csv --settings stricter.toml --nights 14
    """
    from detector.campaigns.allow import AllowList, read_allow
    from detector.nightly.replays import replays
    from detector.nightly.store import key_for, opened
    from detector.pipeline import Request
    from detector.report.text import for_terminal
    from detector.secret import read_key
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    store = opened(folder, read_key(key_for(key_file, folder)))
    request = Request((), accounts, settings=chosen, allow=read_allow(allow) if allow else AllowList())
    for night in replays(store, request, nights):
        click.echo(json.dumps(night) if as_json else for_terminal(_told(night)))


def _told(night: dict[str, Any]) -> str:
    """What differs in a night, in lines of at most 80 columns."""
    was, now = night["flagged"]
    lines = [f"{night['day']}: {now:,} accounts flagged, published were {was:,}"]
    for word, change in (("more", night["gained"]), ("fewer", night["lost"])):
        if change["accounts"]:
            judged = f"{change['abusive']:,} judged abusive, {change['benign']:,} benign"
            lines.append(f"  {change['accounts']:,} {word} ({judged})")
    for word, key in (("found", "found"), ("not found", "missed")):
        lines += [
            f"  {word}: {one['campaign_id']}, tier {one['tier']}, {one['accounts']:,} accounts" for one in night[key]
        ]
    lines += [f"  {one['campaign_id']}: tier {one['to']} instead of {one['from']}" for one in night["tier"]]
    return "\n".join(lines)
