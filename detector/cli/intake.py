"""What the commands that read into a store say of the files they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detector.cli.codes import INCOMPLETE
from detector.cli.options import say

if TYPE_CHECKING:
    from detector.profiles.task import Profiled
    from detector.settings import Reading


def read_sentence(files: Sequence[Profiled], unread: int) -> str:
    """How much was read, in a line of at most 80 columns."""
    rows = sum(one.built.rows_used for one in files)
    repeated = sum(one.built.rows_duplicate for one in files)
    return f"Read {len(files):,} files ({unread:,} unchanged): {rows:,} new requests, {repeated:,} known before."


def complaints(files: Sequence[Profiled], settings: Reading) -> int:
    """Say which files could not be used, or not well, and give the exit code for it."""
    code = 0
    for one in files:
        report = one.report
        if report.error:
            say(f"Warning: {report.error}")
            code = INCOMPLETE
        if report.rows_rejected > settings.max_rejected_share * report.rows_in:
            reasons = ", ".join(f"{reason} {n}" for reason, n in one.rejects.reasons().items())
            say(f"Warning: {report.path}: {report.rows_rejected} of {report.rows_in} rows were rejected ({reasons}).")
            code = INCOMPLETE
    return code
