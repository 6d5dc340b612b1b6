"""`detector nightly`."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.codes import FOUND, INCOMPLETE, is_found
from detector.cli.intake import complaints, read_sentence
from detector.cli.options import (
    account_key_option,
    budget_option,
    clear_ids_option,
    format_option,
    identities_option,
    key_option,
    map_option,
    mapping_of,
    moment,
    say,
    settings_option,
    store_option,
    within_budget,
)
from detector.cli.progress import progress

if TYPE_CHECKING:
    from detector.nightly.run import Run
    from detector.results import ScanResult
    from detector.settings import Settings


@click.command()
@click.argument("paths", nargs=-1)
@store_option
@key_option
@click.option("--accounts", multiple=True, help="Accounts file (CSV, JSON lines, Parquet); may be given again.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Judge this night, instead of those that are due.")
@click.option("--delay", type=float, help="Hours after midnight UTC at which a day is closed.  [default: 2]")
@click.option("--keep-days", type=int, help="Days for which profiles are kept.  [default: 60]")
@clear_ids_option
@identities_option
@map_option
@format_option
@account_key_option
@settings_option
@click.option("--allow", type=click.Path(path_type=Path), help="TOML file of what an analyst vouches for.")
@budget_option
@click.option("--out", type=click.Path(path_type=Path), help="Folder for a copy of the newest night's result.")
@click.option("--fail-on", type=click.Choice(["A", "B"]), help="Exit with 4 when the night has a campaign like this.")
@click.option("--now", help="Moment taken for the present, UTC.")
@click.option("--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def nightly(
    paths: tuple[str, ...],
    folder: Path,
    key_file: Path,
    accounts: tuple[str, ...],
    date: dt.datetime | None,
    delay: float | None,
    keep_days: int | None,
    clear_ids: bool,
    identities: Path | None,
    mapping: Path | None,
    format: str | None,
    account_key: str | None,
    settings: Path | None,
    allow: Path | None,
    budget: int | None,
    out: Path | None,
    fail_on: str | None,
    now: str | None,
    quiet: bool,
) -> int:
    """Read what is new of logs, judge every night that is due, and tell what changed.

    PATHS are as in detector scan. The store remembers what it has read: files may come late, twice, or in other
    pieces. A night judges the 30 days up to a day that is closed; nights that were missed are made up for.

    \b
    Example:
      detector nightly --store store --key store.key logs/ --accounts accounts.csv
    """
    os.umask(0o077)
    from detector.copies import assistant
    from detector.early import FOREST, plan_imports
    from detector.memory import keep_freed

    click.get_current_context().with_resource(assistant(FOREST))
    keep_freed()
    from detector import pipeline
    from detector.campaigns.allow import AllowList, read_allow
    from detector.judging import LATER, sizes_of
    from detector.nightly.identities import check
    from detector.nightly.run import run
    from detector.nightly.store import held, key_for
    from detector.results.record import Clock
    from detector.secret import read_key

    chosen = within_budget(_settings(settings, delay, keep_days), budget)
    key = read_key(key_for(key_file, folder))
    request = pipeline.Request(
        paths,
        accounts,
        mapping_of(mapping, format, account_key),
        chosen,
        allow=read_allow(allow) if allow else AllowList(),
    )
    present = moment("--now", now)
    with ExitStack() as stack:
        store = stack.enter_context(held(folder, key, clear_ids, sizes_of(chosen)))
        plan_imports(*LATER)
        show = stack.enter_context(progress(quiet))
        done = run(
            store,
            request,
            now=present.to_pydatetime() if present is not None else dt.datetime.now(dt.UTC),
            night=date.date() if date else None,
            render=lambda result: _page(result, chosen),
            tell=(lambda sentence: None) if quiet else say,
            clock=Clock(show),
            identities=check(identities, folder) if identities else None,
        )
    return _told(done, folder, out, fail_on, quiet, chosen)


def _settings(path: Path | None, delay: float | None, keep_days: int | None) -> Settings:
    import dataclasses

    from detector.settings import Settings, read_settings

    chosen = read_settings(path) if path else Settings()
    night = chosen.nightly
    night = night if delay is None else dataclasses.replace(night, delay_hours=delay)
    night = night if keep_days is None else dataclasses.replace(night, keep_profiles_days=keep_days)
    return dataclasses.replace(chosen, nightly=night)


def _page(result: ScanResult, settings: Settings) -> str:
    from detector import report
    from detector.cli.findings import findings_of

    return report.render_report(findings_of(result), settings.reporting)


def _told(done: Run, folder: Path, out: Path | None, fail_on: str | None, quiet: bool, settings: Settings) -> int:
    """Print what a person wants to know, and choose the exit code."""
    from detector import report
    from detector.cli.findings import findings_of
    from detector.results import load_result, write_result

    night = done.nights[-1].night
    shown = folder / "nights" / str(night)
    result = load_result(shown)
    if out is not None:
        write_result(result, out, _page(result, settings))
    if not quiet:
        click.echo(_work(done))
        click.echo(report.summary(findings_of(result), width=80, report=str(shown / "report.html")))
    if is_found(result.run, fail_on):
        return FOUND
    return _complaints(done, settings)


def _work(done: Run) -> str:
    """What a run did, in lines of at most 80 columns."""
    lines = [read_sentence(done.files, done.unread)]
    for one in done.nights:
        seconds = sum(one.seconds.values())
        lines.append(
            f"Night of {one.night}: " + (f"judged in {seconds:.0f} s." if one.changed else "stands as it was.")
        )
    return "\n".join(lines)


def _complaints(done: Run, settings: Settings) -> int:
    """Say what of the input could not be used, or is missing."""
    code = complaints(done.files, settings.reading)
    if done.newest_day < done.closed:
        say(f"Warning: no request after {done.newest_day}, though {done.closed} is closed: are logs missing?")
        code = INCOMPLETE
    return code
