"""The record of a run: what was read, what was known, how rows are accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from detector.errors import DetectorError
from detector.logs.reader import FileReport
from detector.profiles.files import Window
from detector.profiles.tables import Tables
from detector.profiles.task import Taken
from detector.results.limits import Reached
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES
from detector.secret import key_id
from detector.settings import Settings

if TYPE_CHECKING:
    from detector.campaigns.allow import AllowList
    from detector.campaigns.examine import Group
    from detector.campaigns.scores import Scores
    from detector.features import Off

SCHEMA_VERSION = 1
_LIBRARIES = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
#: Evidence families and the columns of which at least one is needed.
FAMILY_NEEDS = {
    "network": ("client_ip", "accounts.signup_ip"),
    "payment": ("accounts.payment_fingerprint",),
    "client": ("user_agent", "max_tokens", "temperature", "accounts.device_id"),
    "identity": ("accounts.email_domain", "accounts.email_pattern", "accounts.referrer"),
    "time": ("accounts.created_at",),
    "content": ("prompt",),
    "elicitation": ("prompt",),
    "harvest": ("output_tokens", "top_logprobs"),
    "factory": ("prompt",),
    "sharding": ("prompt",),
    "model": ("model",),
    "takeover": ("client_ip", "user_agent"),
}


class RowsUnaccounted(DetectorError):
    """Rows in and rows out do not add up: a fault of the detector."""

    exit_code = 1


class Clock:
    """Seconds of each stage, and a voice for progress."""

    def __init__(self, progress: Callable[[str, float], None] | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    def say(self, stage: str, share: float) -> None:
        """Report progress of a stage."""
        if self._progress is not None:
            self._progress(stage, share)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        self.say(name, 0.0)
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)
        self.say(name, 1.0)


@dataclass
class Coverage:
    """Which columns hold anything, and how much."""

    shares: dict[str, float] = field(default_factory=dict)

    @property
    def present(self) -> set[str]:
        """Columns with at least one value."""
        return {name for name, share in self.shares.items() if share > 0}


def coverage_of(window: Window, people: pa.Table | None) -> Coverage:
    """Share of rows in which each column is known; columns of the accounts file with a prefix."""
    total = sum(_accepted(one) for one in window.files)
    shares = {}
    for name in QUERY_NAMES:
        nulls = sum(one.report.nulls.get(name, 0) for one in window.files)
        shares[name] = round(1.0 - nulls / total, 6) if total else 0.0
    if people is not None:
        for name in ACCOUNT_NAMES:
            column = people.column(name)
            shares[f"accounts.{name}"] = round(1.0 - column.null_count / max(1, len(column)), 6)
    return Coverage(shares)


def _accepted(one: Taken) -> int:
    return one.report.rows_in - one.report.rows_rejected + one.built.rows_beyond


def nothing_usable(window: Window) -> str:
    """Why not a single row could be used, in one sentence."""
    errors = [one.report.error for one in window.files if one.report.error]
    if errors:
        more = f" ({len(errors) - 1} more files have errors.)" if len(errors) > 1 else ""
        return errors[0] + more
    read = sum(one.report.rows_in for one in window.files)
    if not read:
        where = "it" if len(window.files) == 1 else f"any of the {len(window.files)} files"
        return f"{window.files[0].report.path}: no row in {where}."
    reasons = window.rejects.reasons()
    outside = sum(one.built.rows_out_of_window for one in window.files)
    listed = ", ".join(f"{reason} {n}" for reason, n in reasons.items())
    rest = f"; {outside} outside the window" if outside else ""
    hint = ""
    if set(reasons) == {"no_account"}:
        hint = " No row names its account: name the field that does with --account-key FIELD."
    return (
        f"{window.files[0].report.path}: none of {read} rows could be used (rejected: {listed or 'none'}{rest}).{hint}"
    )


def run_record(
    settings: Settings,
    key: bytes,
    window: Window,
    account_reports: Sequence[FileReport],
    limits: Reached,
    coverage: Coverage,
    off: Sequence[Off],
    tables: Tables,
    groups: Sequence[Group],
    scores: Scores,
    allowed: AllowList,
    baseline: str,
    clock: Clock,
) -> dict[str, Any]:
    """Everything about the run that is not a finding; no clock in it but `timings`."""
    inputs = [_input(one) for one in window.files]
    rows = {
        name: sum(entry[f"rows_{name}"] for entry in inputs)
        for name in ("in", "used", "duplicate", "rejected", "out_of_window")
    }
    if rows["in"] != rows["used"] + rows["duplicate"] + rows["rejected"] + rows["out_of_window"]:
        raise RowsUnaccounted(f"Rows do not add up: {rows}. This is a fault of the detector; nothing was written.")
    totals = np.bincount(tables.days["account"], weights=tables.days["requests"], minlength=len(tables.accounts))
    return {
        "version": _version("distillation-detector"),
        "schema_version": SCHEMA_VERSION,
        "versions": {name: _version(name) for name in _LIBRARIES},
        "settings": settings.as_dict(),
        "settings_sha256": settings.digest(),
        "key_id": key_id(key),
        "inputs": inputs,
        "accounts_files": [_accounts_file(report) for report in account_reports],
        "rows": rows,
        "rejected_by_reason": window.rejects.reasons(),
        "limits": limits,
        "raw_keys_hashed": sum(one.report.raw_keys for one in window.files),
        "window": {
            "first": _iso(int(tables.days["first_us"].min())),
            "last": _iso(int(tables.days["last_us"].max())),
            "days": int(tables.days["day"].nunique()),
        },
        "coverage": _coverage(coverage, off, bool(account_reports)),
        "population": _population(tables, totals, groups, scores),
        "allow_list": _allowed(allowed, groups),
        "baseline": baseline,
        "timings": dict(clock.seconds),
    }


def _input(one: Taken) -> dict[str, Any]:
    report, built = one.report, one.built
    return {
        "path": report.path,
        "format": report.format,
        "container": report.container,
        "compression": report.compression,
        "bytes": report.bytes,
        "sha256": report.sha256,
        "rows_in": report.rows_in,
        "rows_used": built.rows_used,
        "rows_duplicate": built.rows_duplicate,
        "rows_rejected": report.rows_rejected,
        "rows_out_of_window": built.rows_out_of_window,
        "rows_other": report.rows_other,
        "raw_keys_hashed": report.raw_keys,
        "first": _iso(report.first_timestamp),
        "last": _iso(report.last_timestamp),
        "time_unit": report.time_unit,
        "error": report.error,
        "warnings": list(report.warnings),
    }


def _accounts_file(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "format": report.format,
        "container": report.container,
        "sha256": report.sha256,
        "rows_in": report.rows_in,
        "rows_rejected": report.rows_rejected,
        "error": report.error,
        "warnings": list(report.warnings),
    }


def _coverage(coverage: Coverage, off: Sequence[Off], with_accounts: bool) -> dict[str, Any]:
    from detector.features import FEATURES

    present = coverage.present
    families_off = [
        {"family": family, "missing": list(needs)}
        for family, needs in FAMILY_NEEDS.items()
        if not any(name in present for name in needs)
    ]
    notes = []
    if not with_accounts:
        notes.append(
            "No accounts file was given: sign-up, payment and mailboxes are unknown, so groups rest on "
            "addresses, clients and prompts "
            "alone, and verified organisations cannot be told from others."
        )
    if "prompt" not in present:
        notes.append(
            "The log holds no prompts: what accounts ask for, in what words and how work is dealt out is unknown."
        )
    return {
        "columns": coverage.shares,
        "features_off": [{"feature": item.feature, "missing": list(item.missing)} for item in off],
        "features": len(FEATURES),
        "families_off": families_off,
        "without_accounts": not with_accounts,
        "notes": notes,
    }


def _population(
    tables: Tables, totals: np.ndarray[Any, Any], groups: Sequence[Group], scores: Scores
) -> dict[str, Any]:
    shown = [g for g in groups if not g.explained]
    explained: dict[str, dict[str, int]] = {}
    for group in groups:
        if group.explained:
            entry = explained.setdefault(group.explanation.name, {"groups": 0, "accounts": 0})
            entry["groups"] += 1
            entry["accounts"] += len(group.cohort.members)
    return {
        "accounts": len(tables.accounts),
        "principals": int(tables.accounts["principal"].nunique()),
        "with_account_row": int(tables.accounts["has_account_row"].sum()),
        "flagged": int(scores.flagged.sum()),
        "campaigns": {tier: sum(g.weighed.tier == tier and g.suppressed is None for g in shown) for tier in "ABC"},
        "explained_groups": dict(sorted(explained.items())),
        "median_queries": float(np.median(totals)),
        "p99_queries": float(np.quantile(totals, 0.99)),
    }


def _allowed(allowed: AllowList, groups: Sequence[Group]) -> dict[str, Any]:
    return {
        "entries": len(allowed.entries),
        "expired": [f"{entry.type} {entry.value}: {entry.note}" for entry in allowed.expired],
        "suppressed": [
            {
                "campaign_id": group.id,
                "tier": group.weighed.tier,
                "accounts": len(group.cohort.members),
                "note": group.suppressed.note,
            }
            for group in groups
            if group.suppressed is not None and not group.explained
        ],
    }


def _iso(us: int | None) -> str | None:
    return None if us is None else pd.Timestamp(us, unit="us", tz="UTC").isoformat().replace("+00:00", "Z")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
