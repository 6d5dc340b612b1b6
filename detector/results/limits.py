"""Limits on input: what happens to what is over each, and how often that was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detector.logs.intake import FileReport
from detector.settings import Reading


@dataclass(frozen=True)
class Limit:
    """A setting of `[reading]`, what it costs to be over it, and under which reason rows are then rejected."""

    name: str
    policy: str
    reason: str | None = None


#: Limit → its value, its policy, and how often it was reached.
Reached = dict[str, dict[str, Any]]
LIMITS = (
    Limit("max_line_bytes", "row rejected", "line_too_long"),
    Limit("max_id_bytes", "row rejected if it is the account's id, else the id set to null", "id_too_long"),
    Limit("max_keys", "row rejected", "keys"),
    Limit("max_key_bytes", "row rejected", "key_too_long"),
    Limit("max_depth", "row rejected", "depth"),
    Limit("max_accounts", "rows of all other accounts rejected; a keyed hash draws those that stay", "accounts"),
    Limit("max_expansion", "rest of the file not read"),
    Limit("max_parquet_cells", "file set aside"),
    Limit("parquet_memory_bytes", "file set aside"),
    Limit("parquet_seconds", "file set aside"),
    Limit("max_rejects_kept", "rejected rows beyond it counted, not listed"),
)


def reached(settings: Reading, reports: Iterable[FileReport], reasons: Mapping[str, int]) -> Reached:
    """Value, policy and count of each limit.

    Parameters
    ----------
    settings : Reading
    reports : iterable of FileReport
        Of all logs and accounts files.
    reasons : mapping of str to int
        Reason → rows rejected for it in all of them.
    """
    read = list(reports)
    beyond = max(0, sum(reasons.values()) - settings.max_rejects_kept)
    found = {}
    for limit in LIMITS:
        rows = beyond if limit.name == "max_rejects_kept" else reasons.get(limit.reason or "", 0)
        files = sum(f"reading.{limit.name}" in (report.error or "") for report in read)
        values = sum(report.reached.get(limit.name, 0) for report in read)
        value = getattr(settings, limit.name)
        found[limit.name] = {"limit": value, "policy": limit.policy, "reached": rows + files + values}
    return found


def said(limits: Reached) -> list[str]:
    """Say of each limit that was reached how often, a sentence each."""
    return [
        f"reading.{name} ({limit['limit']:,}) was reached {limit['reached']:,} "
        f"{'time' if limit['reached'] == 1 else 'times'}: {limit['policy']}."
        for name, limit in limits.items()
        if limit["reached"]
    ]
