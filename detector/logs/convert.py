"""Logs of any format as canonical Parquet: the same rows in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from detector.errors import InputError, SetAside
from detector.logs.files import LogFile
from detector.logs.intake import FileReport
from detector.logs.mapping import Mapping
from detector.logs.reader import read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.schema import QUERIES_SCHEMA
from detector.settings import Reading

#: Rows after which small files are no longer written into one.
MOST_SHARED = 1_000_000


def convert(
    files: Sequence[LogFile], folder: Path, settings: Reading, said: Mapping | None, rejects: Rejects
) -> list[FileReport]:
    """Write the queries of files into a folder, in their order, as ``000000.parquet`` and so on.

    A file of more rows than a batch becomes one of its own, the others are written into one together; a small file
    that is a copy of another is left out, as a scan would leave it out. The same rows give the same bytes, so that what
    was written converts to itself. Values are those that a scan uses: times in microseconds, ids without raw keys,
    words of providers in the schema's spelling.

    Parameters
    ----------
    folder : Path
        Exists and is empty.
    rejects : Rejects
        Receives the rows that were not written.

    Returns
    -------
    list of FileReport
        One per file; what is wrong with it is there.
    """
    reports = []
    out = _Folder(folder, settings.batch_rows)
    with linked(files, survey(files, settings, said), settings, said) as told:
        for file in files:
            report = FileReport()
            reports.append(report)
            try:
                out.write(_tables(file, settings, told, report, rejects), report)
            except SetAside as error:
                report.error = str(error)
    out.close()
    return reports


def _tables(
    file: LogFile, settings: Reading, said: Mapping, report: FileReport, rejects: Rejects
) -> Iterator[pa.Table]:
    """Rows of a file in tables of the size of a batch, the last one smaller."""
    waiting = QUERIES_SCHEMA.empty_table()
    try:
        for batch in read_queries(file, settings, said, report, rejects):
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch.select(QUERIES_SCHEMA.names)])])
            while waiting.num_rows > settings.batch_rows:
                yield waiting.slice(0, settings.batch_rows)
                waiting = waiting.slice(settings.batch_rows)
    except SetAside:
        raise
    except InputError as error:
        report.error = str(error)
    if waiting.num_rows:
        yield waiting


@dataclass
class _Folder:
    """Files that are being written."""

    path: Path
    group_rows: int
    _made: int = 0
    _shared: pyarrow.parquet.ParquetWriter | None = None
    _shared_rows: int = 0
    _waiting: list[pa.Table] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def write(self, tables: Iterator[pa.Table], report: FileReport) -> None:
        """Write a file's rows, to a file of their own where they are many."""
        first = next(tables, None)
        if first is None:
            return
        second = next(tables, None)
        if second is None:
            if report.sha256 not in self._seen:
                self._share(first)
            self._seen.add(report.sha256)
            return
        with self._new() as writer:
            try:
                for table in chain((first, second), tables):
                    self._write_group(writer, table)
            except SetAside:
                writer.close()
                self._place().unlink()
                self._made -= 1
                raise

    def close(self) -> None:
        """Write what is left of the small files."""
        if self._shared is not None:
            if self._waiting:
                self._write_group(self._shared, pa.concat_tables(self._waiting))
            self._shared.close()
        self._shared, self._shared_rows, self._waiting = None, 0, []

    def _share(self, table: pa.Table) -> None:
        if self._shared is None:
            self._shared = self._new()
        self._waiting.append(table)
        self._shared_rows += table.num_rows
        if sum(waiting.num_rows for waiting in self._waiting) > self.group_rows:
            joined = pa.concat_tables(self._waiting)
            while joined.num_rows > self.group_rows:
                self._write_group(self._shared, joined.slice(0, self.group_rows))
                joined = joined.slice(self.group_rows)
            self._waiting = [joined]
        if self._shared_rows >= MOST_SHARED:
            self.close()

    def _new(self) -> pyarrow.parquet.ParquetWriter:
        self._made += 1
        return pyarrow.parquet.ParquetWriter(
            self._place(), QUERIES_SCHEMA, compression="zstd", write_page_checksum=True
        )

    def _place(self) -> Path:
        """Where the file stands that was begun last."""
        return self.path / f"{self._made - 1:06}.parquet"

    def _write_group(self, writer: pyarrow.parquet.ParquetWriter, table: pa.Table) -> None:
        writer.write_table(table.combine_chunks(), self.group_rows)
