"""Writing a simulated world: log files by day, an accounts file, and the truth beside them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from detector.drill.world import World
from detector.errors import InputError, OutputError, UsageError
from detector.schema import ACCOUNTS_SCHEMA, QUERIES_SCHEMA

_LABELS = pa.schema(
    [("account_id", pa.large_string()), ("population", pa.large_string()),
     ("campaign", pa.large_string()), ("kind", pa.large_string()), ("n_queries", pa.int64())]
)  # fmt: skip


def write_world(world: World, folder: Path, format: str = "jsonl") -> list[Path]:
    """Write `logs/DAY.jsonl.gz` or `logs/DAY.parquet`, the accounts and the labels.

    The labels are for judging a scan, never for feeding it: they stand beside `logs`, so that
    scanning that folder does not read them. The same world gives the same bytes.
    """
    if format not in ("jsonl", "parquet"):
        raise UsageError(f"A world cannot be written as {format!r}; choose jsonl or parquet.")
    logs = folder / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        written = [
            _write_day(queries, logs / str(day), format)
            for day, queries in world.queries.groupby(world.queries["timestamp"].dt.date)
        ]
        written.append(_write_table(world.accounts, ACCOUNTS_SCHEMA, folder / "accounts", format))
        written.append(_write_table(world.labels, _LABELS, folder / "labels", format))
    except OSError as error:
        raise OutputError(f"{folder}: the world could not be written ({error}).") from error
    return written


def read_labels(path: Path) -> pd.DataFrame:
    """Labels of a world from a CSV or Parquet file; ids are text whatever they look like.

    Raises
    ------
    InputError
        If the file cannot be read as either.
    """
    try:
        if path.suffix == ".parquet":
            table = pa.parquet.read_table(path)
        else:
            types = {name: pa.string() for name in ("account_id", "population", "campaign", "kind")}
            # an account may be called NA; only an empty campaign means that there is none
            convert = pa.csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            )  # fmt: skip
            table = pa.csv.read_csv(path, convert_options=convert)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read as labels in CSV or Parquet ({error}).") from error
    labels: pd.DataFrame = table.to_pandas()
    return labels


def _write_day(queries: pd.DataFrame, stem: Path, format: str) -> Path:
    table = _arrow(queries, QUERIES_SCHEMA)
    if format == "parquet":
        path = stem.with_name(stem.name + ".parquet")
        pa.parquet.write_table(table, path, compression="zstd")
        return path
    path = stem.with_name(stem.name + ".jsonl.gz")
    lines = "".join(_line(row) for row in table.to_pylist())
    # no time and no name in the header: the same world gives the same bytes
    path.write_bytes(gzip.compress(lines.encode(), compresslevel=9, mtime=0))
    return path


def _arrow(table: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Give the table with null for what is not known, which pandas may have turned into NaN."""
    columns = [pa.array(table[f.name], type=f.type, from_pandas=True) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _line(row: dict[str, Any]) -> str:
    known = {name: value for name, value in row.items() if value is not None}
    known["timestamp"] = known["timestamp"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_table(table: pd.DataFrame, schema: pa.Schema, stem: Path, format: str) -> Path:
    rows = _arrow(table, schema)
    if format == "parquet":
        path = stem.with_suffix(".parquet")
        pa.parquet.write_table(rows, path, compression="zstd")
        return path
    path = stem.with_suffix(".csv")
    pa.csv.write_csv(rows, path, pa.csv.WriteOptions(quoting_style="needed"))
    return path
