"""`detector inspect`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.codes import INCOMPLETE
from detector.cli.options import account_key_option, format_option, map_option, mapping_of, settings_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detector.inspection import Inspection

_FILES_SHOWN = 20
_GAPS_SHOWN = 10


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--accounts", multiple=True, help="Accounts file; may be given again.")
@map_option
@format_option
@account_key_option
@settings_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect(
    paths: tuple[str, ...],
    accounts: tuple[str, ...],
    mapping: Path | None,
    format: str | None,
    account_key: str | None,
    settings: Path | None,
    as_json: bool,
) -> int:
    """Tell what logs are and hold, and what a scan could see with them, without scanning them.

    \b
    Example:
      detector inspect logs/ --accounts accounts.csv
    """
    from detector import inspection
    from detector.report.text import for_terminal
    from detector.settings import Settings, read_settings

    found = inspection.inspect(
        paths,
        accounts=accounts,
        mapping=mapping_of(mapping, format, account_key),
        settings=read_settings(settings) if settings else Settings(),
    )
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), default=str))
    else:
        for line in _lines(found):
            click.echo(for_terminal(line))
    return INCOMPLETE if not found.rows or any(report.error for report in found.files) else 0


def _lines(found: Inspection) -> Iterator[str]:
    yield from _files(found)
    yield ""
    span = f", {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC" if found.first and found.last else ""
    yield f"Rows       {found.rows:,} of {found.accounts:,} accounts{span}"
    if found.rejected:
        yield "Rejected   " + ", ".join(f"{reason} {n:,}" for reason, n in found.rejected.items())
    yield "Text       " + (", ".join(f"{state} {n:,}" for state, n in found.states.items()) or "none")
    yield from _gaps(found)
    yield from _account(found)
    yield from _columns(found)
    yield from _off(found)


def _files(found: Inspection) -> Iterator[str]:
    for report in found.files[:_FILES_SHOWN]:
        by = f", told by {', '.join(report.recognised_by)}" if report.recognised_by else ""
        packed = "" if report.compression == "none" else f", {report.compression}"
        other = f", {report.rows_other:,} other records" if report.rows_other else ""
        yield f"{report.path}"
        if report.format:
            yield f"  {report.format} in {report.container}{packed}{by}; {report.rows_in:,} rows{other}"
        for sentence in [*([report.error] if report.error else []), *report.warnings]:
            yield f"  {sentence}"
    if len(found.files) > _FILES_SHOWN:
        yield f"… and {len(found.files) - _FILES_SHOWN:,} more files"


def _gaps(found: Inspection) -> Iterator[str]:
    if not found.gaps:
        yield "Gaps       no hour without a row"
        return
    hours = sum((end - start).total_seconds() for start, end in found.gaps) / 3600
    yield f"Gaps       {hours:,.0f} hours without a row, in {len(found.gaps):,} stretches; the longest:"
    longest = sorted(found.gaps, key=lambda gap: (gap[0] - gap[1], gap[0]))[:_GAPS_SHOWN]
    for start, end in sorted(longest):
        yield f"  {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}  {(end - start).total_seconds() / 3600:,.0f} h"


def _account(found: Inspection) -> Iterator[str]:
    yield ""
    yield "Busiest accounts"
    for name, rows in found.busiest:
        yield f"  {rows:>12,}  {rows / found.rows:>6.1%}  {name}"
    if found.identities:
        yield "Fields that could be the account (--account-key)"
        for name, values in found.identities.items():
            yield f"  {name:<18}{values:>12,} values, known in {found.known[name]:.0%} of the rows"


def _columns(found: Inspection) -> Iterator[str]:
    yield ""
    yield "Columns, and the share of rows without a value"
    known = [name for name, share in found.known.items() if share > 0]
    for name in known:
        yield f"  {name:<30}{1 - found.known[name]:>8.1%}"
    absent = [name for name, share in found.known.items() if share == 0]
    if absent:
        yield "  never known: " + ", ".join(absent)


def _off(found: Inspection) -> Iterator[str]:
    from detector.features import FEATURES
    from detector.results.record import FAMILY_NEEDS

    yield ""
    yield f"Features   {len(FEATURES) - len(found.features_off)} of {len(FEATURES)} will run"
    for name, missing in found.features_off:
        yield f"  {name} needs {', '.join(missing)}"
    yield f"Evidence   {len(FAMILY_NEEDS) - len(found.families_off)} of {len(FAMILY_NEEDS)} families will run"
    for name, missing in found.families_off:
        yield f"  {name} needs {' or '.join(missing)}"
