"""The result of a scan: its tables, and the folder they are kept in."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from detector.errors import InputError, UsageError
from detector.results.commit import committed
from detector.schema import TRACE_COLUMNS

TABLES = ("accounts", "campaigns", "members", "evidence", "timeline", "rejects", "traces")
#: Tables that results of earlier versions do not have.
LATER = ("traces",)
FORMAT = 1
_STRINGS = pa.list_(pa.large_string())
_TIME = pa.timestamp("us", tz="UTC")
#: Types that a table without rows would not show.
_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(
        (
            "account_id",
            "campaign_id",
            "tier",
            "kind",
            "title",
            "benign_explanation",
            "set_aside",
            "look_at",
            "role",
            "family",
            "name",
            "statement",
            "file",
            "reason",
            "detail",
            "suppressed",
            "latest_model",
            "since",
            "verdict",
            "trace",
            "return_of",
            "explained_by",
            "label",
        ),
        pa.large_string(),
    ),
    **dict.fromkeys(("reasons", "families", "asked", "models", "against", "rows"), _STRINGS),
    **dict.fromkeys(("first_seen", "last_seen", "created_at", "created_first", "created_last", "hour"), _TIME),
    **dict.fromkeys(
        (
            "n_queries",
            "n_accounts",
            "n_core",
            "n_principals",
            "principal_size",
            "n_composites",
            "requests",
            "row",
            "byte_offset",
            "labelled_abusive",
            "labelled_benign",
            "labelled_alike",
        ),
        pa.int64(),
    ),
    **dict.fromkeys(
        (
            "score",
            "anomaly",
            "tail",
            "log_evidence",
            "queries_per_account_day",
            "membership",
            "observed",
            "expected",
            "p",
            "weight",
            "latest_model_share",
            "probability",
            "probability_low",
            "probability_high",
        ),
        pa.float64(),
    ),
    **dict.fromkeys(("flagged", "closed"), pa.bool_()),
}


@dataclass
class ScanResult:
    """Tables of a scan.

    Attributes
    ----------
    accounts : DataFrame
        One row per account with a query, worst first: ``account_id``, ``score`` in [0, 1], ``flagged``,
        ``campaign_id``, ``tier``, ``reasons``, …, then the features.
    campaigns, members : DataFrame
        One row per campaign, strongest first; one per member.
    evidence_table, timeline_table, rejects : DataFrame
        Statements about campaigns; their requests by hour; rows that could not be used.
    run : dict
        Record of the run: versions, settings, inputs, row accounting, coverage.
    traces : DataFrame
        Keyed hashes of cards, devices, addresses and mailboxes by which accounts of campaigns are known again.
    """

    accounts: pd.DataFrame
    campaigns: pd.DataFrame
    members: pd.DataFrame
    evidence_table: pd.DataFrame
    timeline_table: pd.DataFrame
    rejects: pd.DataFrame
    run: dict[str, Any]
    traces: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TRACE_COLUMNS)))

    def evidence(self, campaign_id: str) -> pd.DataFrame:
        """Evidence on a campaign, weightiest first."""
        self._check(campaign_id)
        own = self.evidence_table[self.evidence_table["campaign_id"] == campaign_id]
        return own.sort_values("weight", ascending=False, kind="stable", ignore_index=True)

    def timeline(self, campaign_id: str) -> pd.DataFrame:
        """Requests and active accounts of a campaign by hour, indexed by the hour."""
        self._check(campaign_id)
        own = self.timeline_table[self.timeline_table["campaign_id"] == campaign_id]
        return own.set_index("hour")[["requests", "accounts"]].sort_index()

    def members_of(self, campaign_id: str) -> pd.DataFrame:
        """Members of a campaign, core first."""
        self._check(campaign_id)
        own = self.members[self.members["campaign_id"] == campaign_id]
        return own.sort_values(["role", "score", "account_id"], ascending=[True, False, True], ignore_index=True)

    def _check(self, campaign_id: str) -> None:
        known = self.campaigns["campaign_id"].tolist()
        if campaign_id not in known:
            raise UsageError(f"No campaign is called {campaign_id}. Known: {', '.join(known) or 'none'}.")

    def _repr_html_(self) -> str:
        from detector.logs.files import shown as printable

        shown = [
            "campaign_id",
            "tier",
            "kind",
            "title",
            "n_accounts",
            "n_queries",
            "first_seen",
            "last_seen",
        ]
        visible = self.campaigns[shown].map(lambda value: printable(value) if isinstance(value, str) else value)
        html: str = visible.to_html(index=False, escape=True)
        return html


def last_day(run: Mapping[str, Any]) -> dt.date:
    """Last day of the window that a run looked at."""
    night = run.get("night")
    return dt.date.fromisoformat(night["day"] if night else run["window"]["last"][:10])


def write_result(result: ScanResult, folder: Path, report: str | None = None) -> None:
    """Write a result whole or not at all.

    Parameters
    ----------
    report : str, optional
        The HTML page to put beside the tables.

    Raises
    ------
    OutputError
        If it cannot be written; what was in the folder before is unchanged.
    """
    with committed(folder) as fresh:
        for name, data in artefacts(result, report).items():
            (fresh / name).write_bytes(data)


def artefacts(result: ScanResult, report: str | None = None) -> dict[str, bytes]:
    """Files of a result by their names."""
    found = {}
    for name in TABLES:
        found[f"{name}.parquet"] = parquet(_arrow(_table(result, name)))
    if report is not None:
        found["report.html"] = report.encode()
    found["run.json"] = json.dumps(result.run, indent=1, sort_keys=True, allow_nan=False).encode()
    return found


def parquet(table: pa.Table) -> bytes:
    """Table as a Parquet file with a checksum on each page: the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def load_result(folder: Path) -> ScanResult:
    """Result of an earlier scan.

    Raises
    ------
    InputError
        If the folder is not one, or one of its files is missing or damaged.
    """
    folder = Path(os.path.realpath(folder))  # a link may name another result while this one is read
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        tables = {
            name: pq.read_table(folder / f"{name}.parquet", page_checksum_verification=True).to_pandas()
            for name in TABLES
            if name not in LATER or (folder / f"{name}.parquet").exists()
        }
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(
            f"{folder}: is not the result of a scan, or is damaged ({type(error).__name__}). Run the scan again."
        ) from error
    tables["evidence_table"], tables["timeline_table"] = tables.pop("evidence"), tables.pop("timeline")
    return ScanResult(**tables, run=run)


def _table(result: ScanResult, name: str) -> pd.DataFrame:
    table: pd.DataFrame = getattr(result, f"{name}_table" if name in ("evidence", "timeline") else name)
    return table


def _arrow(table: pd.DataFrame) -> pa.Table:
    columns = [
        pa.array(table[name].to_list(), _TYPES[str(name)], from_pandas=True)
        if str(name) in _TYPES
        else pa.array(table[name], pa.float64())
        for name in table.columns
    ]
    return pa.table(columns, names=[str(name) for name in table.columns])
