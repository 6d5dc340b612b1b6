"""CSV with a header: every cell is text, and an empty cell is null."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from detector.errors import InputError
from detector.logs.batching import merged
from detector.logs.canonical import Loose
from detector.logs.coerce import plain
from detector.logs.csv_records import BadLine, Records, cut, cut_rest, split
from detector.logs.framing import is_utf8
from detector.logs.intake import Intake
from detector.logs.messages import unfold_text
from detector.schema import Column

_Indexes = NDArray[np.int64]
_BOM = b"\xef\xbb\xbf"
_DETAILS = {
    "line_too_long": "the line is over the limit",
    "unclosed_quote": "a quote is opened and not closed",
}


def read_csv(pieces: Iterable[bytes], intake: Intake, columns: tuple[Column, ...]) -> Iterator[Loose]:
    """Rows in file order; lines that are no rows go to the rejects.

    Raises
    ------
    InputError
        If two columns have one name or a required column is missing.
    """
    reader: _Reader | None = None
    for part in cut(pieces, intake.settings.max_line_bytes):
        if isinstance(part, BadLine):
            reject_line(part, intake)
            continue
        if reader is None:
            first = next((i for i in range(len(part.lines)) if part.record(i).strip()), None)
            if first is None:
                intake.report.rows_blank += len(part.lines)
                continue
            intake.report.rows_blank += first
            reader = _Reader(intake, columns, _header(part.record(first), intake))
            part = _without_first(part, first + 1)
        if len(part.lines):
            yield reader.loose(part)


def reject_line(line: BadLine, intake: Intake) -> None:
    """Count a line that belongs to no record."""
    intake.report.rows_in += 1
    intake.reject(line.line, line.offset, line.reason, _DETAILS[line.reason])


def _header(record: bytes, intake: Intake) -> list[str]:
    try:
        names = [f.decode("utf-8") for f in split(record.removeprefix(_BOM))]
    except UnicodeDecodeError as error:
        raise InputError(f"{intake.file.shown}: the header is not UTF-8; convert the file.") from error
    repeated = sorted({name for name in names if names.count(name) > 1 and name})
    if repeated:
        raise InputError(
            f"{intake.file.shown}: the header names {', '.join(repeated)} more than once; rename one of them."
        )
    intake.report.columns_found = names
    return names


def _without_first(records: Records, count: int) -> Records:
    return Records(
        records.data,
        records.starts[count:],
        records.stops[count:],
        records.lines[count:],
        records.offset,
    )


@dataclass
class _Reader:
    """Reader of the records below a header."""

    intake: Intake
    columns: tuple[Column, ...]
    names: list[str]
    sources: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        paths = {c.name: self.intake.source(c.name) for c in self.columns}
        self.sources = {name: path for name, path in paths.items() if path in self.names}
        required = [c.name for c in self.columns if c.required]
        self.intake.require([name for name in required if name not in self.sources])
        wanted = set(self.sources.values())
        self._labels = [f"{i}:{name}" for i, name in enumerate(self.names)]
        self._wanted = {n: self._labels[i] for i, n in enumerate(self.names) if n in wanted}

    def loose(self, records: Records) -> Loose:
        """Rows of a batch of records.

        Of a record over many lines with the wrong number of fields, only the first line is given
        up: its quote was not meant to swallow the lines below, which are read anew.
        """
        parts, waiting = [], [records]
        while waiting:
            batch = waiting.pop()
            table, good, wrong = self._parsed(batch, self._sound(batch))
            for i in wrong:
                self._reject(batch, int(i), "columns", self._detail)
                rest = batch.after_first_line(int(i))
                for part in () if rest is None else cut_rest(rest):
                    if isinstance(part, BadLine):
                        reject_line(part, self.intake)
                    else:
                        waiting.append(part)
            parts.append(self._renamed(batch, table, good))
        return merged(parts, self.columns)

    def _renamed(self, records: Records, table: pa.Table, good: _Indexes) -> Loose:
        rows, offsets = records.lines[good], records.starts[good] + records.offset
        texts = {name: plain(table.column(label)) for name, label in self._wanted.items()}
        again = self._repeats_header(texts, len(rows))
        for i in np.flatnonzero(again):
            self.intake.reject(int(rows[i]), int(offsets[i]), "header_again", "the header again")
        keep = pa.array(~again)
        columns = {name: texts[source].filter(keep) for name, source in self.sources.items()}
        columns = {name: pc.cast(c, pa.large_string()) for name, c in columns.items()}
        if "prompt" in columns and "prompt" in self.intake.paths:
            columns = unfold_text(columns, self.intake.note)
        return Loose(columns, rows[~again], offsets[~again])

    def _sound(self, records: Records) -> _Indexes:
        """Indexes of records that are not blank and hold valid UTF-8; the others are settled."""
        report = self.intake.report
        lengths = records.stops - records.starts
        kept = np.ones(len(lengths), np.bool_)
        for i in np.flatnonzero(lengths <= 64):
            if not records.record(int(i)).strip():
                kept[i] = False
        report.rows_blank += int((~kept).sum())
        report.rows_in += int(kept.sum())
        if not is_utf8(records.data):
            for i in np.flatnonzero(kept):
                if not is_utf8(records.record(int(i))):
                    kept[i] = False
                    self._reject(records, int(i), "utf8", "the row is not UTF-8")
        return np.flatnonzero(kept)

    def _reject(self, records: Records, i: int, reason: str, detail: str) -> None:
        offset = int(records.starts[i]) + records.offset
        self.intake.reject(int(records.lines[i]), offset, reason, detail)

    def _parsed(self, records: Records, kept: _Indexes) -> tuple[pa.Table, _Indexes, _Indexes]:
        """Table of the records with the right number of fields, their indexes, and the others'."""
        odd = _with_bare_return(records)
        marked = kept[odd[kept]]
        kept = kept[~odd[kept]]
        table, wrong = self._by_arrow(records.joined(kept))
        if table.num_rows + len(wrong) != len(kept):
            # some versions of Arrow drop a last record whose quote is left open, and say nothing
            table, wrong, marked, kept = self._empty(), [], np.sort(np.concatenate((kept, marked))), kept[:0]
        table, good, more = self._with_marked(records, table, np.delete(kept, wrong), marked)
        return table, good, np.sort(np.concatenate((kept[wrong], more)))

    @property
    def _detail(self) -> str:
        return f"the row does not have {len(self.names)} fields as the header has"

    def _by_arrow(self, data: bytes) -> tuple[pa.Table, list[int]]:
        wrong: list[int] = []

        def skip(row: pyarrow.csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        labels = list(self._wanted.values())
        table = (
            pyarrow.csv.read_csv(
                io.BytesIO(data),
                pyarrow.csv.ReadOptions(column_names=self._labels, block_size=len(data) + 1, use_threads=False),
                pyarrow.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
                pyarrow.csv.ConvertOptions(
                    column_types={label: pa.large_binary() for label in labels},
                    include_columns=labels,
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
            if data
            else self._empty()
        )
        return table, wrong

    def _empty(self) -> pa.Table:
        labels = self._wanted.values()
        return pa.table({label: pa.array([], pa.large_binary()) for label in labels})

    def _with_marked(
        self, records: Records, table: pa.Table, good: _Indexes, marked: _Indexes
    ) -> tuple[pa.Table, _Indexes, _Indexes]:
        """Add records that Arrow would cut at a carriage return inside a field, or drop."""
        if not len(marked):
            return table, good, marked
        cells = [split(records.record(int(i))) for i in marked]
        fits = np.array([len(fields) == len(self.names) for fields in cells], np.bool_)
        found = [
            {label: cell or None for label, cell in zip(self._labels, fields, strict=False)}
            for fields in cells
            if len(fields) == len(self.names)
        ]
        more = pa.Table.from_pylist(found, schema=table.schema)
        good = np.concatenate((good, marked[fits]))
        order = np.argsort(good)
        return pa.concat_tables([table, more]).take(pa.array(order)), good[order], marked[~fits]

    def _repeats_header(self, texts: dict[str, pa.Array], rows: int) -> NDArray[np.bool_]:
        """Mask of rows in which every required column, or where none is every column, holds its own name."""
        again = np.full(rows, bool(self.sources))
        required = [c.name for c in self.columns if c.required] or list(self.sources)
        for name in required:
            source = self.sources[name]
            spellings = pa.array([source.encode(), _BOM + source.encode()], pa.large_binary())
            again &= pc.is_in(texts[source], value_set=spellings).to_numpy(zero_copy_only=False)
        return again


def _with_bare_return(records: Records) -> NDArray[np.bool_]:
    """Mask of records that hold a carriage return which no newline follows."""
    mask = np.zeros(len(records.lines), np.bool_)
    data = np.frombuffer(records.data, np.uint8)
    returns = np.flatnonzero(data[:-1] == ord("\r"))
    bare = returns[data[returns + 1] != ord("\n")]
    at = np.searchsorted(records.stops, bare, side="right")
    mask[at[(at < len(mask)) & (bare >= records.starts[0])]] = True
    return mask
