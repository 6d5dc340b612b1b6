"""`detector profile`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

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
    quiet: bool,
) -> int:
    """Read what is new of logs into the store of nights, and judge nothing: the first half of detector nightly.

    PATHS are as in detector scan. detector nightly goes on from there, whether it is given the same paths or none.

    \b
    Example:
      detector profile --store store --key store.key logs/
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
        store = stack.enter_context(held(folder, key, clear_ids, sizes_of(chosen)))
        generations.sweep(store)
        files, unread = read_new(
            store,
            request,
            (lambda sentence: None) if quiet else say,
            Clock(stack.enter_context(progress(quiet))),
            check(identities, folder) if identities else None,
        )
    if not quiet:
        click.echo(read_sentence(files, unread))
    return complaints(files, chosen.reading)
