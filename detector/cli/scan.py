"""`detector scan`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from detector.cli.codes import FOUND, INCOMPLETE, is_found
from detector.cli.options import (
    account_key_option,
    budget_option,
    format_option,
    map_option,
    moment,
    say,
    settings_option,
    within_budget,
)
from detector.cli.progress import progress


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--accounts",
    multiple=True,
    help="Accounts file (CSV, JSON lines, Parquet); may be given again.",
)
@click.option("--without-accounts", is_flag=True, help="Use the log alone, even where --accounts is given.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("result"),
    show_default=True,
    help="Folder for the result.",
)
@map_option
@format_option
@account_key_option
@settings_option
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="File with the secret of all hashes; else one is derived from the input.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="Folder of a baseline to score accounts against.",
)
@click.option(
    "--allow",
    type=click.Path(path_type=Path),
    help="TOML file of what an analyst vouches for, with reason, author and expiry.",
)
@budget_option
@click.option("--since", help="First moment of the window, UTC.")
@click.option("--until", help="First moment after the window, UTC.")
@click.option(
    "--fail-on",
    type=click.Choice(["A", "B"]),
    help="Exit with 4 when a campaign of this tier or a worse one is found.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON instead of a summary.")
@click.option("--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def scan(
    paths: tuple[str, ...],
    accounts: tuple[str, ...],
    without_accounts: bool,
    out: Path,
    mapping: Path | None,
    format: str | None,
    account_key: str | None,
    settings: Path | None,
    key: Path | None,
    baseline: Path | None,
    allow: Path | None,
    budget: int | None,
    since: str | None,
    until: str | None,
    fail_on: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Read query logs and report distillation campaigns.

    PATHS are files, folders and globs of JSON, CSV or Parquet, plain, gzip or zstd, here or at an address such as
    s3://bucket/logs/; - is standard input. The format of each file is recognised from its first records.

    \b
    Example:
      detector scan logs/ --accounts accounts.csv --out result
    """
    from detector.copies import assistant
    from detector.early import FOREST, plan_imports
    from detector.logs import parquet_process

    click.get_current_context().with_resource(assistant(FOREST))
    parquet_process.start_for([*paths, *accounts])
    from detector import pipeline
    from detector.campaigns.allow import read_allow
    from detector.logs.mapping import read_mapping
    from detector.results import write_result
    from detector.secret import read_key
    from detector.settings import Settings, read_settings

    chosen = within_budget(read_settings(settings) if settings else Settings(), budget)
    window = moment("--since", since), moment("--until", until)
    pipeline.check_window(*window)
    plan_imports("detector.cli.findings", "detector.report.pictures", "detector.report.page_view")
    with progress(quiet or as_json) as show:
        result = pipeline.scan(
            paths,
            accounts=() if without_accounts else accounts,
            mapping=read_mapping(mapping) if mapping else None,
            settings=chosen,
            key=read_key(key) if key else None,
            since=window[0],
            until=window[1],
            baseline=baseline,
            allow=read_allow(allow) if allow else None,
            format=format,
            account_key=account_key,
            progress=show,
            notice=None if quiet else say,
        )
        from detector import report
        from detector.cli.findings import findings_of

        findings = findings_of(result)
        write_result(result, out, report.render_report(findings, chosen.reporting))
    if as_json:
        click.echo(json.dumps(report.as_json(findings), allow_nan=False))
    elif not quiet:
        click.echo(report.summary(findings, width=80, report=str(out / "report.html")))
    return _exit_code(result.run, fail_on, chosen.reading.max_rejected_share)


def _exit_code(run: dict, fail_on: str | None, limit: float) -> int:  # type: ignore[type-arg]
    if is_found(run, fail_on):
        return FOUND
    rows = run["rows"]
    damaged = [entry["error"] for entry in run["inputs"] if entry["error"]]
    for sentence in damaged:
        say(f"Warning: {sentence}")
    if rows["rejected"] > limit * rows["in"]:
        reasons = ", ".join(f"{reason} {n}" for reason, n in run["rejected_by_reason"].items())
        say(f"Warning: {rows['rejected']} of {rows['in']} rows were rejected ({reasons}); see rejects.parquet.")
        return INCOMPLETE
    return INCOMPLETE if damaged else 0
