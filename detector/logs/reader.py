"""Queries of a log file, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec
import pyarrow as pa

from detector.errors import InputError, MissingColumns
from detector.logs.batching import batched
from detector.logs.canonical import Loose, checked_batch
from detector.logs.csv_tables import read_csv
from detector.logs.files import STDIN, LogFile
from detector.logs.intake import FileReport, Intake
from detector.logs.json_lines import JsonLines
from detector.logs.mapping import Mapping
from detector.logs.opening import Source, open_source
from detector.logs.parquet_tables import read_parquet
from detector.logs.records import Shape
from detector.logs.rejects import Rejects
from detector.schema import QUERIES, Column
from detector.settings import Reading

__all__ = ["FileReport", "read_queries", "read_rows"]

_PARQUET = b"PAR1"
_BOM = b"\xef\xbb\xbf"
_JSON_NAMES = (".jsonl", ".ndjson", ".json")


def read_queries(
    file: LogFile,
    settings: Reading,
    mapping: Mapping | None,
    report: FileReport,
    rejects: Rejects,
) -> Iterator[pa.RecordBatch]:
    """Read the queries of one file.

    Parameters
    ----------
    file : LogFile
        From `files.discover`.
    settings : Reading
        Limits.
    mapping : Mapping or None
        Other names of columns.
    report : FileReport
        Filled while reading; complete when the iterator ends, by whatever cause.
    rejects : Rejects
        Receives every row that is not yielded.

    Yields
    ------
    pyarrow.RecordBatch
        Rows of `schema.BATCH_SCHEMA` in file order.

    Raises
    ------
    InputError
        If the file cannot be read to its end; batches of the rows before the damage have been
        yielded, and `report.error` says the same sentence.
    """
    intake = Intake(file, settings, dict(mapping.queries) if mapping else {}, report, rejects)
    report.path, report.index = file.shown, file.index
    try:
        for loose in read_rows(intake, QUERIES):
            yield checked_batch(loose, intake)
    except InputError as error:
        report.error = str(error)
        if isinstance(error, MissingColumns):
            intake.start_over()
        raise
    finally:
        intake.close()


def read_rows(intake: Intake, columns: tuple[Column, ...]) -> Iterator[Loose]:
    """Rows of a table as a file holds them, in batches, before their values are checked.

    Raises
    ------
    InputError
        If the file, or the rest of it, cannot be read.
    """
    source = open_source(intake.file, intake.settings)
    report = intake.report
    report.compression = source.compression
    try:
        if source.compression == "none" and source.head.startswith(_PARQUET):
            report.format = "parquet"
            yield from read_parquet(source, intake, columns)
        else:
            yield from batched(_read_text(source, intake, columns), intake.settings.batch_rows, columns)
            report.bytes, report.sha256 = source.read, source.sha256
    finally:
        if intake.file.path != STDIN:
            source.handle.close()
        _finish(intake, columns)


def _finish(intake: Intake, columns: tuple[Column, ...]) -> None:
    report = intake.report
    found = set(report.columns_found)
    report.columns_missing = [
        c.name
        for c in columns
        if intake.source(c.name) not in found and intake.source(c.name).split(".")[0] not in found
    ]


def _read_text(source: Source, intake: Intake, columns: tuple[Column, ...]) -> Iterator[Loose]:
    report = intake.report
    pieces = source.pieces()
    head = b""
    for piece in pieces:
        head += piece
        if b"\n" in head.lstrip():
            break
        if len(head) > intake.settings.max_line_bytes:
            break
    stream = chain([head], pieces)
    report.format = _format_of(head, intake)
    if not head.removeprefix(_BOM).strip():
        report.warnings.append("The file is empty.")
    if report.format == "csv":
        yield from read_csv(stream, intake, columns)
    else:
        yield from JsonLines(intake, Shape(columns, "account_id", intake.paths)).read(stream)


def _format_of(head: bytes, intake: Intake) -> str:
    name = intake.file.shown
    if head.startswith(_PARQUET):
        raise InputError(f"{name}: is Parquet inside a compressed file; unpack it first.")
    line = head.removeprefix(_BOM).lstrip().split(b"\n", 1)[0].strip()
    if b"\0" in line:
        raise InputError(f"{name}: is not a text file; readable are JSON lines, CSV and Parquet.")
    if line == b"{" or (line[:1] == b"[" and (line == b"[" or line[1:].lstrip()[:1] == b"{")):
        what = "a JSON array" if line[:1] == b"[" else "one JSON object over many lines"
        raise InputError(
            f"{name}: holds {what}; write one object per line instead (jq -c '{'.[]' if line[:1] == b'[' else '.'}')."
        )
    named = any(part in intake.file.path.lower() for part in _JSON_NAMES)
    return "json lines" if line[:1] == b"{" or named or _is_json(line) else "csv"


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), list)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
