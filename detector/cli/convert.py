"""`detector convert`."""

from __future__ import annotations

from pathlib import Path

import click

from detector.cli.codes import INCOMPLETE
from detector.cli.options import account_key_option, format_option, map_option, mapping_of, say, settings_option


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the Parquet files.")
@map_option
@format_option
@account_key_option
@settings_option
def convert(
    paths: tuple[str, ...],
    out: Path,
    mapping: Path | None,
    format: str | None,
    account_key: str | None,
    settings: Path | None,
) -> int:
    """Write logs of any format as canonical Parquet; scanning that finds what scanning the logs does.

    The files hold the prompts as the logs do: keep them where the logs are kept.

    \b
    Example:
      detector convert spend_logs.csv --out canonical
    """
    from detector.errors import InputError
    from detector.logs.convert import convert as write
    from detector.logs.files import discover
    from detector.logs.rejects import Rejects
    from detector.results.commit import committed
    from detector.settings import Settings, read_settings

    reading = (read_settings(settings) if settings else Settings()).reading
    files = discover(paths)
    rejects = Rejects(reading.max_rejects_kept)
    with committed(out, made_of=".parquet") as fresh:
        reports = write(files, fresh, reading, mapping_of(mapping, format, account_key), rejects)
        rows = sum(report.rows_in - report.rows_rejected for report in reports)
        errors = [report.error for report in reports if report.error]
        if not rows:
            raise InputError(errors[0] if errors else f"{reports[0].path}: no row in it that can be used.")
    for sentence in errors:
        say(f"Warning: {sentence}")
    rejected = sum(report.rows_rejected for report in reports)
    if rejected:
        listed = ", ".join(f"{reason} {n}" for reason, n in rejects.reasons().items())
        say(f"Warning: {rejected:,} rows were rejected and not written ({listed}).")
    click.echo(f"{rows:,} rows of {len(files):,} files in {out}.")
    read = sum(report.rows_in for report in reports)
    return INCOMPLETE if errors or rejected > reading.max_rejected_share * read else 0
