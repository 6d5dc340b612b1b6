"""JSON objects as typed records of a table's columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple
from numpy.typing import NDArray

from detector.logs.nested import pick
from detector.schema import Column

Record = Any
_MESSAGES = ("prompt", "system_prompt")
SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT = pa.large_string()
_NUMPY_TYPES = {pa.int64(): np.int64, pa.float64(): np.float64}


@dataclass
class Decoded:
    """Records of a block, where they stood, and whether their values have the schema's types."""

    records: list[Record]
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64] | None
    exact: bool

    def offset(self, i: int) -> int | None:
        """Where the line of a record starts in the file, if that is known."""
        return None if self.offsets is None else int(self.offsets[i])

    def only(self, keep: list[int]) -> Decoded:
        """Some of the records."""
        offsets = None if self.offsets is None else self.offsets[keep]
        return Decoded([self.records[i] for i in keep], self.rows[keep], offsets, self.exact)


class Misfit(Exception):
    """An object that is no record of the format: a short code, and why."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Shape:
    """How the canonical lines of one file become records.

    `strict` decodes lines whose values have the types of the schema, `lenient` lines whose values
    have any type; both are None where a column is reached by a dotted path, which only `of_object`
    can follow.
    """

    def __init__(self, columns: Sequence[Column], required: str, paths: dict[str, str]) -> None:
        self.columns = tuple(columns)
        self.required = required
        self.watched = [paths.get(c.name, c.name) for c in columns if c.required]
        self.paths = {c.name: paths.get(c.name, c.name) for c in columns}
        sources = list(self.paths.values())
        self.flat = len(set(sources)) == len(sources) and not any("." in s for s in sources)
        self._direct = [(n, s) for n, s in self.paths.items() if "." not in s]
        self._indirect = [(n, s) for n, s in self.paths.items() if "." in s]
        self.strict = self._decoder("Strict", _strict_type) if self.flat else None
        self.lenient = self._decoder("Lenient", lambda _: Any) if self.flat else None
        self._record = self._struct("Record", lambda _: Any, {})
        self.untyped = msgspec.json.Decoder()

    def of_object(self, value: dict[str, Any]) -> Record:
        """Record of a decoded object."""
        found = {name: value[source] for name, source in self._direct if source in value}
        picked = ((name, pick(value, path)) for name, path in self._indirect)
        found |= {name: v for name, v in picked if v is not None}
        return self._record(**found)

    def check(self, record: Record) -> None:
        """Refuse a record whose account is no text.

        Raises
        ------
        Misfit
        """
        required = getattr(record, self.required)
        if isinstance(required, bool | float | list | dict):
            raise Misfit("type", f"{self.required} is {name_of(required)}, not text")
        if isinstance(required, str) and SURROGATE.search(required):
            raise Misfit("surrogate", f"{self.required} holds half a surrogate pair")

    def _decoder(self, name: str, kind: Callable[[Column], Any]) -> msgspec.json.Decoder[Record]:
        return msgspec.json.Decoder(self._struct(name, kind, self.paths))

    def _struct(self, name: str, kind: Callable[[Column], Any], names: dict[str, str]) -> Any:  # noqa: ANN401
        fields = [self._field(column, kind) for column in self.columns]
        return msgspec.defstruct(name, fields, rename=names or None, gc=False)

    def _field(self, column: Column, kind: Callable[[Column], Any]) -> tuple[str, Any, Any]:
        if column.name == self.required:
            return (column.name, str | int | UnsetType | None, UNSET)
        return (column.name, kind(column), None)


def _strict_type(column: Column) -> Any:  # noqa: ANN401
    if column.name in _MESSAGES:
        return Any
    if pa.types.is_timestamp(column.type):
        return str | int | float | None
    if pa.types.is_boolean(column.type):
        return bool | None
    if pa.types.is_integer(column.type):
        return int | None
    if pa.types.is_floating(column.type):
        return float | None
    return str | int | None if column.name.endswith("_id") else str | None


def column_values(records: list[Record], columns: Sequence[Column]) -> dict[str, Sequence[Any]]:
    """Values of every column; absent ones None, an absent required one `UNSET`."""
    table = zip(*map(astuple, records), strict=True)
    return dict(zip((column.name for column in columns), table, strict=False))


def to_array(values: Sequence[Any], kind: pa.DataType, exact: bool) -> pa.Array:
    """Array of a column of decoded JSON values.

    Parameters
    ----------
    values : sequence
        Values, None where absent.
    kind : pyarrow.DataType
        Type of the column in the schema.
    exact : bool
        The values are known to be of that type; else they may be anything.

    Returns
    -------
    pyarrow.Array
        Of a type that `coerce` turns into `kind`: the type itself when all values are of it, else
        text.
    """
    if values[0] is None and values.count(None) == len(values):
        return pa.nulls(len(values))
    target = wide_type(kind)
    if type(values[0]) is not str and pa.types.is_timestamp(kind) and _all_of(values, pa.int64()):
        target = pa.int64()
    # Arrow itself takes nothing but text for text
    if exact or target == _TEXT or _all_of(values, target):
        try:
            return _numbers(values, target) or pa.array(values, target)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass
    return pa.array([_text(value) for value in values], pa.large_string())


def _numbers(values: Sequence[Any], target: pa.DataType) -> pa.Array | None:
    """Numbers, and for floats nulls: NumPy writes NaN for None, and JSON has no NaN of its own.

    Whole numbers must have no null, which is quicker to find out than to provide for.
    """
    kind = _NUMPY_TYPES.get(target)
    if kind is None:
        return None
    try:
        return pa.array(np.fromiter(values, kind, len(values)), from_pandas=True)
    except TypeError:
        return None


def wide_type(kind: pa.DataType) -> pa.DataType:
    """Type in which values of a column are gathered before they are checked."""
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_timestamp(kind):
        return pa.large_string()
    return kind


def _all_of(values: Sequence[Any], target: pa.DataType) -> bool:
    kinds = set(map(type, values)) - {type(None)}
    if pa.types.is_boolean(target):
        return kinds <= {bool}
    if pa.types.is_integer(target):
        return kinds <= {int}
    if pa.types.is_floating(target):
        return kinds <= {int, float}
    return kinds <= {str}


def _text(value: object) -> str | None:
    """Text that reads as the value; of lists and objects, text that reads as nothing."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return repr(value) if isinstance(value, float) else "[]"


def name_of(value: object) -> str:
    """What a decoded value is, in plain words."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number with a fraction"}
    names |= {str: "text", list: "a list"}
    return names.get(type(value), "an object")
