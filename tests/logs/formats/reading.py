"""Reads records of a format as a log, for the tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from detector.logs.files import discover
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.schema import BATCH_SCHEMA
from detector.settings import Reading


class Log:
    """What came of some files."""

    def __init__(self, table: pa.Table, reports: list[FileReport], rejects: Rejects) -> None:
        self.table, self.reports, self.rejects = table, reports, rejects

    @property
    def rows(self) -> list[dict[str, object]]:
        """Rows without their nulls and without where they stood."""
        kept = [{k: v for k, v in row.items() if v is not None} for row in self.table.to_pylist()]
        return [{k: v for k, v in row.items() if k not in ("file", "row")} for row in kept]

    @property
    def row(self) -> dict[str, object]:
        (only,) = self.rows
        return only

    @property
    def formats(self) -> list[str]:
        return [report.format for report in self.reports]


def read_files(folder: Path, said: Mapping | None = None, **limits: int) -> Log:
    files, settings, rejects = discover([str(folder)]), Reading(**limits), Rejects()
    batches, reports = [], []
    seen = survey(files, settings, said)
    with linked(files, seen, settings, said) as told:
        for file in files:
            report = FileReport()
            reports.append(report)
            mine = sum(rejects.counts.values())
            of_file = list(read_queries(file, settings, told, report, rejects))
            rejected = sum(rejects.counts.values()) - mine
            assert report.rows_in == sum(b.num_rows for b in of_file) + rejected
            assert report.rows_rejected == rejected
            batches += of_file
    assert [r.format for r in seen] == [r.format for r in reports]
    table = pa.Table.from_batches(batches, BATCH_SCHEMA)
    table.validate(full=True)
    return Log(table, reports, rejects)


def read_records(folder: Path, *records: object, said: Mapping | None = None, **limits: int) -> Log:
    """Read records as JSON lines."""
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_files(folder / "log.jsonl", said, **limits)
