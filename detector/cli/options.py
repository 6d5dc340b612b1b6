"""Options that several commands share."""

from __future__ import annotations

import dataclasses
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from detector.logs.mapping import Mapping
    from detector.settings import Settings

settings_option = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="TOML file of settings; unknown names are refused.",
)
store_option = click.option(
    "--store", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the store."
)
key_option = click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path), help="File with the secret of the store."
)
clear_ids_option = click.option(
    "--clear-ids", is_flag=True, help="Keep account ids as they are, instead of pseudonyms."
)
identities_option = click.option(
    "--identities", type=click.Path(path_type=Path), help="File, outside the store, of the ids behind pseudonyms."
)
run_option = click.option(
    "--run", "run", type=click.Path(path_type=Path), required=True, help="Folder that a scan wrote."
)
map_option = click.option(
    "--map", "mapping", type=click.Path(path_type=Path), help='TOML file: canonical column = "your.field".'
)
format_option = click.option(
    "--format", "format", metavar="NAME", help="Format of all files; else each is recognised from its first records."
)
budget_option = click.option(
    "--budget",
    type=click.IntRange(1, 10_000),
    help="Rank as many entries for review, and say how many of them chance would put there.",
)
account_key_option = click.option(
    "--account-key", metavar="FIELD", help="Column or field that names the account, where a format has several."
)


def mapping_of(path: Path | None, format: str | None, account_key: str | None) -> Mapping:
    """What the user has said of the logs."""
    from detector.logs.mapping import Mapping, read_mapping

    said = read_mapping(path) if path else Mapping()
    return dataclasses.replace(said, format=format, account_key=account_key)


def within_budget(settings: Settings, budget: int | None) -> Settings:
    """Settings with a review list of this length, if one is asked for."""
    if budget is None:
        return settings
    return dataclasses.replace(settings, review=dataclasses.replace(settings.review, budget=budget))


def user_name() -> str:
    """Name of the user, or nothing where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def say(sentence: str) -> None:
    """Print a sentence on stderr."""
    from detector.report.text import for_terminal

    click.echo(for_terminal(sentence), err=True)


def moment(name: str, text: str | None) -> pd.Timestamp | None:
    """A moment from the command line, UTC.

    Raises
    ------
    UsageError
        If it is not a date or a time of ISO 8601.
    """
    import pandas as pd

    if text is None:
        return None
    if not text[:1].isdigit():
        raise UsageError(f"{name} {text!r}: write a date or time such as 2026-03-28 or 2026-03-28T06:00:00Z.")
    try:
        given = pd.Timestamp(text)
    except ValueError as error:
        raise UsageError(
            f"{name} {text!r}: write a date or time such as 2026-03-28 or 2026-03-28T06:00:00Z."
        ) from error
    return given.tz_localize("UTC") if given.tzinfo is None else given.tz_convert("UTC")
