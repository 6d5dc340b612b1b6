"""What the scan could see: columns, what was off for want of one, rows and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.report import numbers
from detector.report.findings import Findings, strings

_FILES_SHOWN = 100
_OFF_SHOWN = 100
_REASONS_SHOWN = 40


@dataclass(frozen=True)
class FileView:
    """One line of the table of inputs."""

    path: str
    format: str
    size: str
    counts: list[str]
    span: str
    notes: list[str]
    broken: bool


@dataclass(frozen=True)
class CoverageView:
    """Coverage and accounting as the page shows them."""

    columns: list[tuple[str, str, float]]
    features_off: list[tuple[str, str]]
    families_off: list[tuple[str, str]]
    off_left: int
    without_accounts: bool
    notes: list[str]
    rows: list[tuple[str, str]]
    files: list[FileView]
    files_left: int
    rejects: list[tuple[str, str, str]]
    rejects_kept: str
    run: list[tuple[str, str]]


ROW_COLUMNS = ("rows_in", "rows_used", "rows_duplicate", "rows_rejected", "rows_out_of_window")


def coverage_view(findings: Findings) -> CoverageView:
    """View of completed findings."""
    coverage = findings.section("coverage")
    files = _files(findings)
    features = _off(coverage.get("features_off"), "feature")
    return CoverageView(
        columns=_columns(coverage),
        features_off=features[:_OFF_SHOWN],
        families_off=_off(coverage.get("families_off"), "family")[:_OFF_SHOWN],
        off_left=max(len(features) - _OFF_SHOWN, 0),
        without_accounts=bool(coverage.get("without_accounts")),
        notes=strings(coverage.get("notes"))[:_OFF_SHOWN],
        rows=_rows(findings),
        files=files[:_FILES_SHOWN],
        files_left=max(len(files) - _FILES_SHOWN, 0),
        rejects=_rejects(findings),
        rejects_kept=numbers.count(len(findings.rejects)),
        run=_run(findings.run),
    )


def rejects_by_reason(findings: Findings) -> list[tuple[str, int, str]]:
    """Reason, how many of the kept rejects have it, and where the first one is."""
    kept = findings.rejects
    if not len(kept):
        return []
    first = kept.drop_duplicates("reason").set_index("reason")
    counts = kept["reason"].value_counts()
    named = [(str(reason), int(n)) for reason, n in counts.items()]
    ordered = sorted(named, key=lambda item: (-item[1], item[0]))
    return [
        (reason, n, f"{first['file'][reason]!s}:{first['row'][reason]!s}") for reason, n in ordered[:_REASONS_SHOWN]
    ]


def _columns(coverage: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    columns = coverage.get("columns")
    if not isinstance(columns, Mapping):
        return []
    return [(str(name), numbers.share(part), float(part or 0)) for name, part in columns.items()]


def _off(given: object, noun: str) -> list[tuple[str, str]]:
    """Name and what it needs; a bare name needs nothing that is known."""
    if not isinstance(given, Sequence):
        return []
    off = []
    for item in given:
        if isinstance(item, Mapping):
            missing = item.get("missing")
            needs = missing if isinstance(missing, str) else ", ".join(strings(missing))
            off.append((str(item.get(noun, "")), needs))
        else:
            off.append((str(item), ""))
    return off


def _rows(findings: Findings) -> list[tuple[str, str]]:
    rows = findings.section("rows")
    names = (
        ("in", "read"),
        ("used", "used"),
        ("duplicate", "duplicate"),
        ("rejected", "rejected"),
        ("out_of_window", "outside the window"),
    )
    return [(label, numbers.count(rows.get(name))) for name, label in names]


def _files(findings: Findings) -> list[FileView]:
    """Every input, those with an error first, since a long list is cut at its end."""
    inputs = [part for part in findings.run.get("inputs", ()) if isinstance(part, Mapping)]
    given = [part for part in findings.run.get("accounts_files", ()) if isinstance(part, Mapping)]
    views = [_file(part, "") for part in inputs] + [_file(part, "accounts, ") for part in given]
    return sorted(views, key=lambda view: not view.broken)


def _file(part: Mapping[str, Any], role: str) -> FileView:
    compression = part.get("compression")
    packed = f", {compression}" if compression and compression != "none" else ""
    error = part.get("error")
    span = f"{numbers.moment(part.get('first'))} – {numbers.moment(part.get('last'))}"
    return FileView(
        path=str(part.get("path", "")),
        format=f"{role}{part.get('format', '')}{packed}",
        size=numbers.bytes_(part.get("bytes")),
        counts=[numbers.count(part.get(name)) for name in ROW_COLUMNS],
        span=span if part.get("first") else "",
        notes=([str(error)] if error else []) + strings(part.get("warnings"))[:5],
        broken=bool(error),
    )


def _rejects(findings: Findings) -> list[tuple[str, str, str]]:
    return [(reason, numbers.count(n), first) for reason, n, first in rejects_by_reason(findings)]


def _run(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    versions = run.get("versions")
    named = versions.items() if isinstance(versions, Mapping) else ()
    lines = [
        ("detector", run.get("version")),
        ("schema", run.get("schema_version")),
        ("settings, SHA-256", run.get("settings_sha256")),
        ("key", run.get("key_id")),
        ("libraries", ", ".join(f"{name} {version}" for name, version in named)),
    ]
    return [(name, str(value)) for name, value in lines if value]
