"""The command line: the only place that prints, and that decides exit codes."""

from detector.cli.entry import main, run

__all__ = ["main", "run"]
