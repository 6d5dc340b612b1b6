"""Rows of a format that is not the canonical one: its records, read by the format's own function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detector.logs.canonical import Loose
from detector.logs.collector import paused
from detector.logs.diagnosis import LineShape, Refusal, read_line
from detector.logs.formats.declare import Format
from detector.logs.intake import Intake
from detector.logs.links import Gathering, Links
from detector.logs.messages import unfold_values
from detector.logs.moments import ENDED
from detector.logs.nested import fit, pick
from detector.logs.query import Query
from detector.logs.records import Decoded, Misfit, Record, column_values, name_of, to_array
from detector.logs.repeated_keys import Watched
from detector.schema import QUERIES, QUERY_NAMES, Column

#: What a format's function may stumble over in a record of another shape than it was written for.
_Stumbles = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
_TEXT_OR_NUMBER = {str, int, type(None)}


@dataclass
class ForeignShape:
    """How a line of a format becomes a record of its struct.

    A record that does not fit the struct is read without the parts that do not. Where the account is to be taken from
    a field of the source (`account`), the object itself goes along with the record.
    """

    format: Format
    account: str | None
    intake: Intake
    watched: list[str] = field(default_factory=list)
    lenient: None = None
    strict: msgspec.json.Decoder[Record] | _Both = field(init=False)
    untyped: msgspec.json.Decoder[Any] = field(default_factory=msgspec.json.Decoder)

    def __post_init__(self) -> None:
        typed = msgspec.json.Decoder(self.format.record)
        self.strict = typed if self.account is None else _Both(typed)

    def of_object(self, value: dict[str, Any]) -> Record:
        """Record of a decoded object, and the object where the account may be any of its fields."""
        dropped: list[str] = []
        record = fit(value, self.format.record, dropped)
        if record is None:
            raise Misfit("format", f"the record does not fit the format {self.format.name}")
        for path in dropped:
            self.intake.note(path, "of another shape than the format has, set to null")
        return record if self.account is None else (record, value)

    def check(self, record: Record) -> None:
        """Take any record: what is wrong with it shows when its values are checked."""


@dataclass
class _Both:
    """Decodes lines as records, and hands on the lines: few of them are needed as plain objects."""

    typed: msgspec.json.Decoder[Record]

    def decode_lines(self, data: bytes) -> list[tuple[Record, Any]]:
        """Give each line's record with the line."""
        return list(zip(self.typed.decode_lines(data), data.split(b"\n"), strict=False))


class ForeignRows:
    """Takes the records of one file.

    Parameters
    ----------
    intake : Intake
    format : Format
    columns : tuple of Column
        Of the table that is read: `schema.QUERIES` or `schema.ACCOUNTS`.
    account : str or None
        Column or field of the source that is to be the account, instead of the format's own choice.
    links : Links or None
        What other rows and files know of the queries.
    """

    def __init__(
        self,
        intake: Intake,
        format: Format,
        columns: tuple[Column, ...] = QUERIES,
        account: str | None = None,
        links: Links | None = None,
    ) -> None:
        self.intake = intake
        self.format = format
        self.columns = columns
        self.column = account if account in QUERY_NAMES else None
        self.field = account if self.column is None else None
        self.links = links
        self.shape = ForeignShape(format, self.field, intake)
        self._read = format.reader()
        self._taken: set[int] = set()

    def loose(self, decoded: Decoded) -> Loose | None:
        """Rows of the queries that the records hold; records that are none are counted apart."""
        queries, kept = self.queries(decoded)
        if self.links is not None:
            queries, kept = self._of_links(self.links, queries, kept)
        if not queries:
            return None
        self.intake.report.rows_in += len(queries)
        values = column_values(queries, self.columns)
        values["account_id"] = self._accounts(values["account_id"])
        if "prompt" in values:
            unfold_values(values, self.intake.note)
        columns = {c.name: to_array(values[c.name], c.type, exact=False) for c in self.columns}
        if self.columns is QUERIES:
            ended = to_array([q.ended for q in queries], ENDED.type, exact=False)
            columns |= {} if pa.types.is_null(ended.type) else {ENDED.name: ended}
        if self.links is not None:
            columns = self.links.fill(columns, queries)
        if self.column is not None:
            columns["account_id"] = columns[self.column]
        where = np.array(kept, np.int64)
        return Loose(columns, decoded.rows[where], None if decoded.offsets is None else decoded.offsets[where])

    def queries(self, decoded: Decoded) -> tuple[list[Query], list[int]]:
        """Queries of a block, and which record each comes from; the records leave the count of rows."""
        report = self.intake.report
        report.rows_in -= len(decoded.records)
        found: list[Any] = []
        kept: list[int] = []
        read_one = self._read if self.field is None else self._read_one
        for i, record in enumerate(decoded.records):
            try:
                read = read_one(record)
            except (Misfit, *_Stumbles) as error:
                report.rows_in += 1
                what = f"the record does not fit the format {self.format.name} ({type(error).__name__})"
                reason, what = (error.reason, str(error)) if isinstance(error, Misfit) else ("format", what)
                self.intake.reject(int(decoded.rows[i]), decoded.offset(i), reason, what)
                continue
            if type(read) is Query:
                found.append(read)
                kept.append(i)
            elif read is None:
                report.rows_other += 1
            elif isinstance(read, msgspec.Struct):
                found.append(read)
                kept.append(i)
            else:
                for one in read:
                    found.append(one)
                    kept.append(i)
        return found, kept

    def _read_one(self, record: Record) -> Any:  # noqa: ANN401
        """Give what the format's function makes of a record, with a field of the source as the account."""
        record, value = record
        assert self.field is not None
        read = self._read(record)
        if read is None:
            return None
        many = [read] if isinstance(read, msgspec.Struct) else list(read)
        for query in many:
            account = None if query.fields is None else pick(query.fields, self.field)
            if account is None:
                value = self._object(value) if isinstance(value, bytes) else value
                account = pick(value, self.field)
            query.account_id = account
        return many

    def _object(self, line: bytes) -> dict[str, Any]:
        """Object of a line whose record was decoded; what was passed over in that may still be unsound."""
        try:
            return cast(dict[str, Any], self.shape.untyped.decode(line))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            found = read_line(line, cast(LineShape, self.shape), Watched(()), self.intake.settings)
        if isinstance(found, Refusal):
            raise Misfit(found.reason, found.detail)
        self.intake.note("text", "half a surrogate pair, replaced", found.surrogates)
        return cast(dict[str, Any], found.record[1])

    def _accounts(self, values: Any) -> Any:  # noqa: ANN401
        """Accounts as text or whole numbers; whatever else stands there names nobody."""
        if set(map(type, values)) <= _TEXT_OR_NUMBER:
            return values
        odd = [v for v in values if type(v) not in _TEXT_OR_NUMBER]
        self.intake.note("account_id", f"{name_of(odd[0])}, not text, set to null", len(odd))
        return [v if type(v) in _TEXT_OR_NUMBER else None for v in values]

    def _of_links(self, links: Links, queries: list[Query], kept: list[int]) -> tuple[list[Query], list[int]]:
        """Queries that are no parts of others."""
        own = links.standing(queries, self._taken)
        self.intake.report.rows_other += len(queries) - sum(own)
        return [q for q, is_own in zip(queries, own, strict=True) if is_own], [
            i for i, is_own in zip(kept, own, strict=True) if is_own
        ]


def source_columns(format: Format, account: str | None) -> tuple[Column, ...]:
    """Columns that a table in CSV or Parquet may have for a format, by the names of its struct."""
    names = [f.encode_name for f in msgspec.structs.fields(format.record)]
    if account is not None and account not in QUERY_NAMES:
        names += [name for name in (account, account.partition(".")[0]) if name not in names]
    return tuple(Column(name, pa.null(), "") for name in names)


def from_tables(parts: Iterable[Loose], rows: ForeignRows) -> Iterator[Loose]:
    """Rows of a format that stands in a table: of batches of its own columns."""
    for part in parts:
        with paused():
            loose = _of_table(part, rows)
        if loose is not None and len(loose.rows):
            yield loose


def _of_table(part: Loose, rows: ForeignRows) -> Loose | None:
    names = list(part.columns)
    lists = [_with_plain_times(part.columns[name]).to_pylist() for name in names]
    records: list[Record] = []
    kept: list[int] = []
    for i, cells in enumerate(zip(*lists, strict=True) if lists else [()] * len(part.rows)):
        value = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        try:
            records.append(rows.shape.of_object(value))
        except Misfit as misfit:
            offset = None if part.offsets is None else int(part.offsets[i])
            rows.intake.reject(int(part.rows[i]), offset, misfit.reason, str(misfit))
            continue
        kept.append(i)
    where = np.array(kept, np.int64)
    offsets = None if part.offsets is None else part.offsets[where]
    return rows.loose(Decoded(records, part.rows[where], offsets, exact=False))


def _with_plain_times(values: pa.Array) -> pa.Array:
    """Values whose moments, at any depth, are whole microseconds, as those of text formats are."""
    exact, whole = _retimed(values.type, pa.timestamp("us")), _retimed(values.type, pa.int64())
    return values if whole == values.type else pc.cast(pc.cast(values, exact, safe=False), whole)


def _retimed(kind: pa.DataType, moment: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return moment
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_field.with_type(_retimed(kind.value_type, moment))
        return pa.list_(inner) if pa.types.is_list(kind) else pa.large_list(inner)
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([f.with_type(_retimed(f.type, moment)) for f in fields])
    return kind


class Gatherer(ForeignRows):
    """Takes the records of one file for what they know of others; gives no rows."""

    def __init__(self, intake: Intake, format: Format, account: str | None, gathering: Gathering) -> None:
        super().__init__(intake, format, QUERIES, account)
        self._gathering = gathering
        self._read = format.reader(first_pass=True)

    def loose(self, decoded: Decoded) -> None:
        """Hand the queries of a block to the gathering."""
        self._gathering.add(self.queries(decoded)[0])
