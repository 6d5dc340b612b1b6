"""`detector reveal`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from detector.cli.options import user_name


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="PSEUDONYM...")
@click.option(
    "--identities", required=True, type=click.Path(path_type=Path), help="File that detector nightly keeps of them."
)
@click.option("--reason", required=True, help="Why you need to know; it is written down.")
@click.option("--by", help="Who asks; else the name of the user who runs this.")
def reveal(names: tuple[str, ...], identities: Path, reason: str, by: str | None) -> None:
    """Tell which accounts pseudonyms stand for; who asked, when and why is added to a log beside the file.

    \b
    Example:
      detector reveal p-0123456789abcdef01234567 --identities ids.parquet --reason "case 17"
    """
    from detector.nightly.identities import reveal as look_up
    from detector.report.text import for_terminal

    found = look_up(identities, names, reason, by or user_name(), dt.datetime.now(dt.UTC))
    for name in names:
        click.echo(for_terminal(f"{name} {found[name]}"))
