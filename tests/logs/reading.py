"""Reads bytes as a log, for the tests of this folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from detector.errors import InputError
from detector.logs.files import LogFile
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.schema import BATCH_SCHEMA
from detector.settings import Reading


@dataclass
class Read:
    """What came of a file."""

    table: pa.Table
    report: FileReport
    rejects: Rejects

    def column(self, name: str) -> list[object]:
        return self.table.column(name).to_pylist()

    def reasons(self) -> list[tuple[int, str]]:
        return [(r["row"], r["reason"]) for r in self.rejects.to_table().to_pylist()]


def read(folder: Path, data: bytes, name: str = "a.jsonl", mapping: Mapping | None = None, **limits: int) -> Read:
    path = folder / name
    path.write_bytes(data)
    return read_path(path, mapping, **limits)


def read_path(path: Path, mapping: Mapping | None = None, **limits: int) -> Read:
    report, rejects = FileReport(), Rejects()
    batches = []
    file = LogFile(str(path), 0)
    try:
        batches.extend(read_queries(file, Reading(**limits), mapping, report, rejects))
    except InputError as error:
        assert report.error == str(error)
        raise
    table = pa.Table.from_batches(batches, BATCH_SCHEMA)
    table.validate(full=True)
    assert report.rows_in == table.num_rows + report.rows_rejected
    assert report.rows_rejected == rejects.total
    return Read(table, report, rejects)


def read_partly(path: Path, **limits: int) -> tuple[pa.Table, FileReport]:
    """Rows before the damage of a damaged file."""
    report = FileReport()
    batches = []
    try:
        for batch in read_queries(LogFile(str(path), 0), Reading(**limits), None, report, Rejects()):
            batches.append(batch)
    except InputError:
        assert sys.exc_info()[0] is not None
    return pa.Table.from_batches(batches, BATCH_SCHEMA), report
