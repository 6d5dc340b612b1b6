"""`detector backtest`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from detector.cli.options import key_option, settings_option, store_option


@click.command()
@store_option
@key_option
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
    from detector.report.backtest import backtest_text
    from detector.secret import read_key
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    store = opened(folder, read_key(key_for(key_file, folder)))
    request = Request((), accounts, settings=chosen, allow=read_allow(allow) if allow else AllowList())
    found = []
    for night in replays(store, request, nights):
        found.append(night)
        if as_json:
            click.echo(json.dumps(night))
    if not as_json:
        click.echo(backtest_text(found), nl=False)
