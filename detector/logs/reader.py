"""Rows of a log file, whatever it is written in and whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa

from detector.errors import InputError, MissingColumns, SetAside
from detector.logs.account_formats import ACCOUNT_FORMATS, CANONICAL_SIGNS
from detector.logs.batching import batched
from detector.logs.canonical import Loose, checked_batch
from detector.logs.canonical_rows import CanonicalRows
from detector.logs.csv_tables import read_csv
from detector.logs.documents import Document, are_envelopes, document_in
from detector.logs.files import LogFile
from detector.logs.foreign import ForeignRows, from_tables, source_columns
from detector.logs.formats import CANONICAL, Recognised, named, recognise
from detector.logs.intake import FileReport, Intake
from detector.logs.json_lines import JsonLines
from detector.logs.mapping import Mapping
from detector.logs.moments import ENDED
from detector.logs.opening import DamagedFile, Source, open_source, refuse_foreign
from detector.logs.parquet_tables import read_parquet
from detector.logs.records import Shape
from detector.logs.rejects import Rejects
from detector.logs.sampling import BOM, PARQUET, container_of, csv_sample, json_sample, parquet_sample
from detector.schema import ACCOUNTS, QUERIES, Column
from detector.settings import Reading

#: Bytes from which the format is told, if the file has them.
_ENOUGH = 1 << 16

__all__ = ["FileReport", "Opened", "open_log", "read_account_rows", "read_queries"]


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
        What the user has said of the logs.
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
    said = mapping or Mapping()
    intake = Intake(file, settings, said.canonical_paths, report, rejects)
    report.path, report.index = file.shown, file.index
    try:
        for loose in _query_rows(intake, said):
            yield checked_batch(loose, intake)
    except InputError as error:
        report.error = str(error)
        if isinstance(error, MissingColumns | SetAside):
            intake.start_over()
        if isinstance(error, SetAside):
            report.bytes, report.sha256 = 0, ""  # it may be read another time, within other limits
        raise
    finally:
        intake.close()


def _query_rows(intake: Intake, said: Mapping) -> Iterator[Loose]:
    opened = open_log(intake, None if said.queries else said.format)
    try:
        format = opened.recognised.format
        if said.queries or format is None:
            yield from opened.canonical(QUERIES)
            opened.source.refuse_change()
            return
        links = (said.links or {}).get(format.name)
        if format.linked and links is None:
            raise InputError(
                f"{intake.file.shown}: the rows of {format.title} are tied to others, for which the files are read "
                "twice: read them inside `detector.logs.survey.linked`."
            )
        yield from opened.foreign(ForeignRows(intake, format, QUERIES, said.account_key, links))
        opened.source.refuse_change()
    finally:
        opened.close()


def read_account_rows(intake: Intake) -> Iterator[Loose]:
    """Rows of an accounts file as it holds them, in batches, before their values are checked.

    Raises
    ------
    InputError
        If the file, or the rest of it, cannot be read.
    """
    among = {} if intake.paths else ACCOUNT_FORMATS
    opened = open_log(intake, None, lambda records: recognise(records, among, CANONICAL_SIGNS))
    try:
        format = opened.recognised.format
        yield from (
            opened.canonical(ACCOUNTS) if format is None else opened.foreign(ForeignRows(intake, format, ACCOUNTS))
        )
    finally:
        opened.close()


@dataclass
class Opened:
    """A file of which the beginning has been read: what it is written in, and its format."""

    intake: Intake
    source: Source
    stream: Iterable[bytes]
    sample: Sequence[object]
    recognised: Recognised
    document: Document | None = None

    def canonical(self, columns: tuple[Column, ...]) -> Iterator[Loose]:
        """Rows of a table whose columns have their canonical names, or those of the intake's paths."""
        intake = self.intake
        if intake.report.container == "parquet":
            yield from read_parquet(self.source, intake, columns)
        elif intake.report.container == "csv":
            yield from batched(read_csv(self.stream, intake, columns), intake.settings.batch_rows, columns)
        else:
            lines = JsonLines(intake, CanonicalRows(intake, Shape(columns, "account_id", intake.paths)), self._places)
            yield from batched(lines.read(self.stream), intake.settings.batch_rows, columns)
        self._finish()
        found = set(intake.report.columns_found)
        sources = {c.name: intake.source(c.name) for c in columns}
        intake.report.columns_missing = [
            name for name, source in sources.items() if source not in found and source.split(".")[0] not in found
        ]

    def foreign(self, rows: ForeignRows) -> Iterator[Loose]:
        """Rows of the recognised format."""
        intake, batch_rows = self.intake, self.intake.settings.batch_rows
        if intake.report.container in ("parquet", "csv"):
            intake.paths.clear()
            columns = source_columns(rows.format, rows.field)
            if intake.report.container == "parquet":
                tables = read_parquet(self.source, intake, columns)
            else:
                tables = batched(read_csv(self.stream, intake, columns), batch_rows, columns)
            yield from from_tables(tables, rows)
        else:
            yield from batched(
                JsonLines(intake, rows, self._places).read(self.stream), batch_rows, (*rows.columns, ENDED)
            )
        self._finish()

    @property
    def _places(self) -> bool:
        return self.document is None

    def close(self) -> None:
        """Close the file, however far it was read."""
        self._finish()
        self.source.handle.close()

    def _finish(self) -> None:
        report = self.intake.report
        if report.container != "parquet":
            report.bytes, report.sha256 = self.source.read, self.source.sha256
        if self.document is not None and self.document.passed_over:
            report.rows_other += self.document.passed_over
            self.document = None


def open_log(intake: Intake, format: str | None, tell: Callable[[Iterable[object]], Recognised] = recognise) -> Opened:
    """Open a file and tell from its beginning what it is written in and of what format it is.

    Parameters
    ----------
    intake : Intake
        Its report receives both.
    format : str or None
        Name of the format, where the user has said it.
    tell : callable
        Tells the format from the first records.

    Raises
    ------
    InputError
        If it cannot be opened, or is nothing that can be read.
    """
    source = open_source(intake.file, intake.settings)
    intake.report.compression = source.compression
    try:
        said = None if format is None else Recognised(named(format))
        opened = _opened(source, intake, tell if said is None else lambda records: said)
    except BaseException:
        source.handle.close()
        raise
    found = opened.recognised
    intake.report.has_facts = found.format is not None and found.format.linked and found.format.has_facts(opened.sample)
    intake.report.format = CANONICAL if found.format is None else found.format.name
    intake.report.recognised_by = list(found.keys)
    return opened


def _opened(source: Source, intake: Intake, tell: Callable[[Iterable[object]], Recognised]) -> Opened:
    report = intake.report
    if source.compression == "none" and source.head.startswith(PARQUET):
        report.container = "parquet"
        records = list(parquet_sample(intake))
        return Opened(intake, source, (), records, tell(records))
    head, stream = _with_head(source.pieces(), intake)
    if source.compression != "none":
        refuse_foreign(intake.file.shown, head, inside=source.compression)
    document = document_in(head.removeprefix(BOM), intake.file.shown)
    if document is None and are_envelopes(json_sample(head)):
        document = Document(intake.file.shown, nested=True)
    if document is not None:
        report.container = "json document"
        head, stream = _with_head(document.lines(_without_bom(stream)), intake)
    else:
        report.container = container_of(head, intake)
    if not head.removeprefix(BOM).strip() and document is None:
        report.warnings.append("The file is empty.")
    sample = csv_sample if report.container == "csv" else json_sample
    records = list(sample(head))
    return Opened(intake, source, stream, records, tell(records), document)


def _with_head(pieces: Iterator[bytes], intake: Intake) -> tuple[bytes, Iterator[bytes]]:
    """Give the beginning of a stream, a whole line of it if that is not too long, and the whole stream."""
    head = b""
    try:
        for piece in pieces:
            head += piece
            if (len(head) >= _ENOUGH and b"\n" in head.lstrip()) or len(head) > intake.settings.max_line_bytes:
                break
    except DamagedFile as error:
        if not head:
            raise
        return head, _broken_off(head, error)
    return head, chain([head], pieces)


def _broken_off(head: bytes, error: DamagedFile) -> Iterator[bytes]:
    """Give what stands before damage, then the damage."""
    yield head
    raise error


def _without_bom(stream: Iterator[bytes]) -> Iterator[bytes]:
    yield next(stream, b"").removeprefix(BOM)
    yield from stream
