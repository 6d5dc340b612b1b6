"""The command line: the only place that prints, and that decides exit codes."""

from detector.cli.entry import main

__all__ = ["main"]
