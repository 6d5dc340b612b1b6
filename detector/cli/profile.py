"""`detector profile`."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.intake import complaints, read_sentence
from detector.cli.options import (
    account_key_option,
    clear_ids_option,
    format_option,
    identities_option,
    key_option,
    map_option,
    mapping_of,
    say,
    settings_option,
    store_option,
)
from detector.cli.progress import progress
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.nightly.engines import Engine
    from detector.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True)
@store_option
@key_option
@clear_ids_option
@identities_option
@map_option
@format_option
@account_key_option
@settings_option
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Who reads the logs."
)
@click.option("--master", help="Address of the Spark master, such as spark://host:7077.")
@click.option("--conf", "options", multiple=True, metavar="NAME=VALUE", help="Setting of Spark; may be given again.")
@click.option("--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def profile(
    paths: tuple[str, ...],
    folder: Path,
    key_file: Path,
    clear_ids: bool,
    identities: Path | None,
    mapping: Path | None,
    format: str | None,
    account_key: str | None,
    settings: Path | None,
    engine: str,
    master: str | None,
    options: tuple[str, ...],
    quiet: bool,
) -> int:
    """Read what is new of logs into the store of nights, and judge nothing: the first half of detector nightly.

    PATHS are as in detector scan. detector nightly goes on from there, whether it is given the same paths or none.

    \b
    Example:
      detector profile --store store --key store.key logs/
      detector profile --store store --key store.key --engine spark --master spark://host:7077 /mnt/logs
    """
    os.umask(0o077)
    from detector.judging import sizes_of
    from detector.nightly import generations
    from detector.nightly.identities import check
    from detector.nightly.reading import read_new
    from detector.nightly.store import held, key_for
    from detector.pipeline import Request
    from detector.results.record import Clock
    from detector.secret import read_key
    from detector.settings import Settings, read_settings

    chosen = read_settings(settings) if settings else Settings()
    key = read_key(key_for(key_file, folder))
    request = Request(paths, mapping=mapping_of(mapping, format, account_key), settings=chosen)
    with ExitStack() as stack:
        where = stack.enter_context(_engine(engine, master, options, chosen))
        store = stack.enter_context(held(folder, key, clear_ids, sizes_of(chosen)))
        generations.sweep(store)
        files, unread = read_new(
            store,
            request,
            (lambda sentence: None) if quiet else say,
            Clock(stack.enter_context(progress(quiet))),
            check(identities, folder) if identities else None,
            where,
        )
    if not quiet:
        click.echo(read_sentence(files, unread))
    return complaints(files, chosen.reading)


def _engine(
    name: str, master: str | None, options: tuple[str, ...], settings: Settings
) -> AbstractContextManager[Engine]:
    """The engine of a name, for as long as it is used."""
    if name == "local":
        from detector.nightly.engines import Local

        if master or options:
            raise UsageError("--master and --conf are for --engine spark.")
        return nullcontext(Local(settings.profiling.workers))
    from detector.nightly.cluster import cluster

    pairs = [option.partition("=") for option in options]
    unclear = [name for name, sign, _ in pairs if not sign]
    if unclear:
        raise UsageError(f"--conf {unclear[0]}: write a setting of Spark as NAME=VALUE.")
    return cluster(master, {name: value for name, _, value in pairs})
