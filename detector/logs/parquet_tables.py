"""Parquet: only the columns that are needed, a batch of rows at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import InputError
from detector.logs.canonical import Loose
from detector.logs.coerce import plain
from detector.logs.intake import Intake
from detector.logs.messages import unfold_arrays
from detector.logs.opening import PIECE, DamagedFile, Source
from detector.logs.parquet_decoding import DAMAGE, batches_of, schema_of
from detector.schema import Column


def read_parquet(source: Source, intake: Intake, columns: tuple[Column, ...]) -> Iterator[Loose]:
    """Rows in file order.

    Raises
    ------
    InputError
        If it lacks a required column.
    DamagedFile
        If it cannot be read to its end.
    """
    _digest(source, intake)
    try:
        schema = schema_of(intake.file, intake.settings)
    except DAMAGE as error:
        raise _damaged(intake, error) from error
    yield from _batches(_places(schema, intake, columns), intake)


def _digest(source: Source, intake: Intake) -> None:
    digest = hashlib.sha256()
    while piece := source.take(PIECE):
        digest.update(piece)
    intake.report.bytes, intake.report.sha256 = source.read, digest.hexdigest()


def _damaged(intake: Intake, error: BaseException) -> DamagedFile:
    found = " ".join(str(error).split())[:200] or type(error).__name__
    return DamagedFile(
        f"{intake.file.shown}: the Parquet data is damaged ({found}); the rows before the damage "
        "were read. Copy or write the file again."
    )


def _places(schema: pa.Schema, intake: Intake, columns: tuple[Column, ...]) -> dict[str, tuple[str, ...]]:
    """Where each canonical column stands: a column's name, then names of its struct's fields."""
    intake.report.columns_found = list(schema.names)
    found = {}
    for column in columns:
        place = _place(schema, intake.source(column.name))
        if place is not None:
            found[column.name] = place
    required = [c.name for c in columns if c.required]
    intake.require([name for name in required if name not in found])
    for name in required:
        _check_type(_type_at(schema, found[name]), name, intake)
    return found


def _place(schema: pa.Schema, path: str) -> tuple[str, ...] | None:
    names = set(schema.names)
    if path in names:
        return (path,)
    parts = tuple(path.split("."))
    if parts[0] not in names:
        return None
    try:
        _type_at(schema, parts)
    except (KeyError, AttributeError):
        return None
    return parts


def _type_at(schema: pa.Schema, place: tuple[str, ...]) -> pa.DataType:
    kind = schema.field(place[0]).type
    for part in place[1:]:
        if not pa.types.is_struct(kind) or kind.get_field_index(part) < 0:
            raise KeyError(part)
        kind = kind.field(part).type
    return kind


def _check_type(kind: pa.DataType, name: str, intake: Intake) -> None:
    """Refuse ids and times of types that have already lost what they stood for."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary)
    known = [*texts, pa.types.is_large_binary, pa.types.is_integer, pa.types.is_null]
    known.append(lambda k: str(k) == "string_view")
    if name == "timestamp":
        known += [pa.types.is_timestamp, pa.types.is_date, pa.types.is_floating]
    if not any(test(kind) for test in known):
        raise InputError(
            f"{intake.file.shown}: {name} is stored as {kind}, from which it cannot be read "
            f"exactly; write it as {'a timestamp' if name == 'timestamp' else 'text'}."
        )


def _batches(places: dict[str, tuple[str, ...]], intake: Intake) -> Iterator[Loose]:
    wanted = sorted({place[0] for place in places.values()})
    row = 1
    batches = batches_of(intake.file, wanted, intake.settings)
    while True:
        try:
            batch = next(batches, None)
        except DAMAGE as error:
            raise _damaged(intake, error) from error
        if batch is None:
            return
        rows = np.arange(batch.num_rows, dtype=np.int64) + row
        row += batch.num_rows
        intake.report.rows_in += batch.num_rows
        columns = {name: _values(batch, place) for name, place in places.items()}
        loose = _with_valid_text(columns, rows, intake)
        if "prompt" in loose.columns:
            loose = Loose(unfold_arrays(loose.columns, intake.note), loose.rows, None)
        yield loose


def _values(batch: pa.RecordBatch, place: tuple[str, ...]) -> pa.Array:
    values = plain(batch.column(place[0]))
    for part in place[1:]:
        values = plain(pc.struct_field(values, part))
    return values


def _with_valid_text(columns: dict[str, pa.Array], rows: NDArray[np.int64], intake: Intake) -> Loose:
    """Rows whose texts are UTF-8; Parquet does not promise it and Arrow does not check it."""
    good = np.ones(len(rows), np.bool_)
    for values in columns.values():
        try:
            values.validate(full=True)
        except pa.ArrowInvalid:
            good &= [_is_sound(values.slice(i, 1)) for i in range(len(values))]
    for i in np.flatnonzero(~good):
        intake.reject(int(rows[i]), None, "utf8", "a text of the row is not UTF-8")
    if good.all():
        return Loose(columns, rows, None)
    keep = pa.array(good)
    return Loose({name: c.filter(keep) for name, c in columns.items()}, rows[good], None)


def _is_sound(value: pa.Array) -> bool:
    try:
        pa.concat_arrays([value]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
