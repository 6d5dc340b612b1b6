"""Small parts of a file joined into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from detector.errors import InputError
from detector.logs.canonical import Loose
from detector.schema import Column


def batched(parts: Iterable[Loose], batch_rows: int, columns: tuple[Column, ...]) -> Iterator[Loose]:
    """Join parts until a batch has enough rows; what came before an error is not lost."""
    gathered: list[Loose] = []
    rows = 0
    waiting = iter(parts)
    failure: InputError | None = None
    while True:
        try:
            part = next(waiting, None)
        except InputError as error:
            failure = error
            break
        if part is None:
            break
        gathered.append(part)
        rows += len(part.rows)
        if rows >= batch_rows:
            yield merged(gathered, columns)
            gathered, rows = [], 0
    if gathered:
        yield merged(gathered, columns)
    if failure is not None:
        raise failure


def merged(parts: list[Loose], columns: tuple[Column, ...]) -> Loose:
    """One batch of text rows in the order of the file; where types differ, columns become text."""
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    known = [part.offsets for part in parts if part.offsets is not None]
    offsets = np.concatenate(known) if len(known) == len(parts) else None
    joined = {}
    for column in columns:
        arrays = [_of_part(part, column.name) for part in parts]
        kinds = {a.type for a in arrays if not pa.types.is_null(a.type)}
        if kinds:
            target = kinds.pop() if len(kinds) == 1 else pa.large_string()
            joined[column.name] = pa.concat_arrays([_cast(a, target) for a in arrays])
    return _in_order(Loose(joined, rows, offsets))


def _of_part(part: Loose, name: str) -> pa.Array:
    found = part.columns.get(name)
    return pa.nulls(len(part.rows)) if found is None else found


def _in_order(loose: Loose) -> Loose:
    if loose.offsets is None or (np.diff(loose.rows) >= 0).all():
        return loose
    order = np.argsort(loose.rows, kind="stable")
    columns = {name: values.take(pa.array(order)) for name, values in loose.columns.items()}
    return Loose(columns, loose.rows[order], loose.offsets[order])


def _cast(values: pa.Array, target: pa.DataType) -> pa.Array:
    if values.type == target:
        return values
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), target)
    return pa.array([None if v is None else str(v) for v in values.to_pylist()], target)
