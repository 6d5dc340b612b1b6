"""`detector`: commands are imported when they are called, failures are one line."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
from typing import NoReturn

import click

from detector.errors import DetectorError

#: command, which is a module of `detector.cli` that holds it under the same name → what it does.
SUMMARIES = {
    "scan": "Read query logs and report distillation campaigns.",
    "nightly": "Read what is new, judge the nights that are due, tell what changed.",
    "profile": "Read what is new into the store of nights, here or on a Spark cluster.",
    "inspect": "Tell what logs are and hold, and what a scan could see.",
    "convert": "Write logs of any format as canonical Parquet.",
    "explain": "Tell what a scan found about an account or a campaign.",
    "report": "Write the HTML report of a scan again.",
    "diff": "Tell what became of the campaigns of an earlier result.",
    "decide": "Write down a verdict on a campaign or an account.",
    "backtest": "Judge past nights again with other settings.",
    "reveal": "Tell which accounts pseudonyms stand for, and log who asked.",
    "features": "List the features with unit, direction and benign causes.",
    "simulate": "Write synthetic logs with planted campaigns.",
    "evaluate": "Hold the result of a scan against labels.",
    "baseline": "Fit a baseline of ordinary accounts, show one, or put one in force.",
}
INTERNAL, WRONG_USE = 1, 2
#: Seconds after which a run that was asked to stop is asked again, or ended.
_PATIENCE = 5.0
_TRACE = "DETECTOR_TRACEBACK"


class Stopped(BaseException):
    """Somebody asked the process to end."""

    def __init__(self, by: signal.Signals) -> None:
        self.by = by


class Commands(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which help shows them."""
        return list(SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in SUMMARIES:
            return None
        command: click.Command = getattr(importlib.import_module(f"detector.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line per command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="distillation-detector", prog_name="detector")
@click.pass_context
def group(context: click.Context) -> None:
    """Find distillation campaigns in LLM API query logs.

    \b
    Example:
      detector scan logs/ --accounts accounts.csv --out result
      detector explain C-1a2b3c4d --run result

    Exit codes: 0 ran; 1 internal error; 2 wrong use or settings; 3 some input could not be used; 4 a campaign at or
    above --fail-on; 5 another run holds the store; 6 the output could not be written.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(WRONG_USE)


def run() -> NoReturn:
    """Do as `main`, and end at once: neither memory nor imports that nobody needs any more are brought to an end."""
    try:
        main()
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 0
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # says so
    os._exit(code)


def main() -> NoReturn:
    """Run a command; a failure is one line on stderr and an exit code."""
    for asks in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asks, _stop)
    gc.set_threshold(50_000)  # imports make objects that stay: to look among them for garbage takes a tenth of the time
    try:
        code = group.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.UsageError as error:
        asked = error.ctx.command_path if error.ctx else "detector"
        _fail(f"{error.format_message()} See: {asked} --help", error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt, Stopped) as end:
        signal.setitimer(signal.ITIMER_REAL, 0)
        by = end.by if isinstance(end, Stopped) else signal.SIGINT
        click.echo(f"Error: Stopped by {by.name}; what was not finished was not written.", err=True)
        _end_within(_PATIENCE, 128 + by)
        sys.exit(128 + by)
    except DetectorError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get(_TRACE):
            raise
        _fail(
            f"Internal error ({type(error).__name__}); nothing was written. Set {_TRACE}=1 to see where.",
            INTERNAL,
        )


def _stop(number: int, frame: object) -> NoReturn:
    """Stop the run, and ask again while it goes on: compiled code that calls Python may swallow an exception."""
    asked = Stopped(signal.Signals(number))

    def again(number: int, frame: object) -> NoReturn:
        raise asked

    signal.signal(signal.SIGALRM, again)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE, _PATIENCE)
    raise asked


def _end_within(seconds: float, code: int) -> None:
    """See that the process ends: a signal that falls into the start of a pool's thread leaves it waiting for ever."""
    last = threading.Timer(seconds, os._exit, [code])
    last.daemon = True
    last.start()


def _fail(sentence: str, code: int) -> NoReturn:
    from detector.report.text import for_terminal

    click.echo(f"Error: {for_terminal(sentence)}", err=True)
    sys.exit(code)
