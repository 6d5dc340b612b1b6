"""Arrow columns of any type as the schema's types: exactly, or null and counted.

A number written as text is read as the number, so that a log says the same as JSON lines, CSV and
Parquet. Whatever is not exactly a value of the column's type becomes null; the row stays.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

Note = Callable[[str, str, int], None]

_WHOLE = r"^-?[0-9]{1,18}$"
_DECIMAL = r"^-?[0-9]{1,300}(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?$"
_YES, _NO = pa.array(["true", "1", "yes", "t", "y"]), pa.array(["false", "0", "no", "f", "n"])
_EXACT_FLOAT = 1 << 53


def as_text(values: pa.Array, column: str, note: Note) -> pa.Array:
    """Column as text; whole numbers keep every digit.

    Parameters
    ----------
    values : pyarrow.Array
        Any type; text, bytes holding UTF-8, whole numbers and dictionaries of them are understood.
    column : str
        Canonical name, for the count.
    note : callable
        Told of values set to null.
    """
    values = plain(values)
    kind = values.type
    if pa.types.is_large_string(kind):
        return values
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _decoded(values, column, note)
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or str(kind) == "string_view":
        return pc.cast(values, pa.large_string())
    if pa.types.is_decimal(kind) and kind.scale == 0:
        return pc.cast(values, pa.large_string())
    return _nothing(values, pa.large_string(), column, "not text, set to null", note)


def as_int(values: pa.Array, column: str, note: Note) -> pa.Array:
    """Column as int64; fractions, words and numbers beyond 64 bits become null.

    Stored floats may hold the whole numbers of a column with gaps; NaN stands for a gap.
    """
    values = plain(values)
    kind = values.type
    if pa.types.is_int64(kind):
        return values
    if pa.types.is_uint64(kind) or pa.types.is_decimal(kind):
        values, kind = pc.cast(values, pa.large_string()), pa.large_string()
    if pa.types.is_integer(kind):
        return pc.cast(values, pa.int64())
    if pa.types.is_floating(kind):
        return _whole_floats(_known_floats(values), column, note)
    if not _is_text(kind):
        return _nothing(values, pa.int64(), column, "not a whole number, set to null", note)
    text = _stripped(values)
    digits = pc.fill_null(pc.match_substring_regex(text, _WHOLE), False)
    whole = pc.cast(pc.if_else(digits, text, None), pa.int64())
    rest = pc.if_else(digits, None, text)
    if rest.null_count == len(rest):
        return whole
    return pc.coalesce(whole, _whole_floats(_floats(rest, column, note), column, note))


def as_float(values: pa.Array, column: str, note: Note) -> pa.Array:
    """Column as float64; words and infinite values become null and are counted, NaN is a gap."""
    values = plain(values)
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return pc.cast(values, pa.float64(), safe=False)
    if pa.types.is_floating(kind):
        floats = _known_floats(values)
    elif _is_text(kind):
        floats = _floats(_stripped(values), column, note)
    else:
        return _nothing(values, pa.float64(), column, "not a number, set to null", note)
    return _kept(floats, pc.is_finite(floats), column, "not finite, set to null", note)


def as_bool(values: pa.Array, column: str, note: Note) -> pa.Array:
    """Column as truth values: true, false, 1, 0, yes, no in any case."""
    values = plain(values)
    kind = values.type
    if pa.types.is_boolean(kind):
        return values
    if pa.types.is_integer(kind):
        values = pc.cast(values, pa.large_string())
    elif not _is_text(kind):
        return _nothing(values, pa.bool_(), column, "not true or false, set to null", note)
    text = pc.utf8_lower(_stripped(values))
    yes, no = (pc.is_in(text, value_set=pc.cast(s, pa.large_string())) for s in (_YES, _NO))
    known = pc.or_(yes, no)
    result = pc.if_else(known, yes, None)
    lost = result.null_count - text.null_count
    note(column, "not true or false, set to null", lost)
    return result


def within(values: pa.Array, low: float, high: float, column: str, note: Note) -> pa.Array:
    """Values between two bounds, both allowed; others become null and are counted."""
    kind = values.type
    least, most = pa.scalar(low, pa.float64()).cast(kind), pa.scalar(high, pa.float64()).cast(kind)
    inside = pc.and_(pc.greater_equal(values, least), pc.less_equal(values, most))
    return _kept(values, inside, column, f"outside {low:g} to {high:g}, set to null", note)


def plain(values: pa.Array) -> pa.Array:
    """Strip an array of dictionary, extension type or chunks."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view")


def _stripped(values: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(pc.cast(values, pa.large_string()))
    return pc.if_else(pc.equal(text, ""), None, text)


def _floats(text: pa.Array, column: str, note: Note) -> pa.Array:
    shaped = pc.fill_null(pc.match_substring_regex(text, _DECIMAL), False)
    floats = pc.cast(pc.if_else(shaped, text, None), pa.float64())
    note(column, "not a number, set to null", floats.null_count - text.null_count)
    return floats


def _known_floats(values: pa.Array) -> pa.Array:
    """Floats in which a missing number is null; pandas writes NaN for it."""
    floats = pc.cast(values, pa.float64())
    missing = pc.is_nan(floats)
    return pc.if_else(missing, None, floats) if pc.any(missing).as_py() else floats


def _whole_floats(floats: pa.Array, column: str, note: Note) -> pa.Array:
    whole = pc.and_(pc.equal(pc.floor(floats), floats), pc.less_equal(pc.abs(floats), float(_EXACT_FLOAT)))
    kept = _kept(floats, whole, column, "not a whole number, set to null", note)
    return pc.cast(kept, pa.int64())


def _kept(values: pa.Array, good: pa.Array, column: str, what: str, note: Note) -> pa.Array:
    if values.null_count == len(values) or pc.all(good).as_py() in (True, None):
        return values
    kept = pc.if_else(good, values, None)
    note(column, what, kept.null_count - values.null_count)
    return kept


def _nothing(values: pa.Array, kind: pa.DataType, column: str, what: str, note: Note) -> pa.Array:
    note(column, what, len(values) - values.null_count)
    return pa.nulls(len(values), kind)


def _decoded(values: pa.Array, column: str, note: Note) -> pa.Array:
    try:
        return pc.cast(values, pa.large_string())
    except pa.ArrowInvalid:
        texts = [None if v is None else _utf8(v) for v in values.to_pylist()]
        result = pa.array(texts, pa.large_string())
        note(column, "not UTF-8, set to null", result.null_count - values.null_count)
        return result


def _utf8(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
