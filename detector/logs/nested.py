"""Parts of a log's record that may be objects, JSON written as text, or nothing."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from detector.logs.query import Value

_Part = TypeVar("_Part")
_NO_OBJECT: dict[str, Any] = {}


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401
    return msgspec.json.Decoder(kind)


def inside(value: object, kind: type[_Part]) -> _Part | None:
    """Struct of a part that a log holds as an object or as JSON in text; None where it is neither."""
    if isinstance(value, kind):
        return value
    try:
        if isinstance(value, str):
            return cast(_Part, _decoder(cast(Hashable, kind)).decode(value)) if value[:1] == "{" else None
        return msgspec.convert(value, kind, strict=False) if isinstance(value, dict) else None
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _salvaged(value, kind)


def _salvaged(value: object, kind: type[_Part]) -> _Part | None:
    found = parsed(value)
    if not isinstance(found, dict):
        return None
    fitted = fit(found, kind)
    return fitted if isinstance(fitted, kind) else None


def fit(value: dict[str, Any], kind: type[_Part], dropped: list[str] | None = None) -> _Part | None:
    """Struct of an object, without those of its parts that are of another shape than the struct's.

    Parameters
    ----------
    dropped : list of str, optional
        Receives the dotted names of parts that were left out.
    """
    for _ in range(len(value) + 1):
        try:
            return msgspec.convert(value, kind, strict=False)
        except (msgspec.ValidationError, RecursionError) as error:
            path = str(error).rpartition("`$")[2].strip("`").partition("[")[0].strip(".")
            if not path:
                return None
            value = _without(value, path)
            if dropped is not None:
                dropped.append(path)
    return None


def _without(value: dict[str, Any], path: str) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    if path in value or not rest or not isinstance(value.get(first), dict):
        name = path if path in value else first
        return {key: part for key, part in value.items() if key != name}
    return value | {first: _without(value[first], rest)}


def parsed(value: object) -> Any:  # noqa: ANN401
    """Decoded JSON of a text that holds an object or a list; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return _decoder(Any).decode(value)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return value


def as_object(value: object) -> dict[str, Any]:
    """Mapping that is held as an object or as JSON in text; an empty one where it is neither."""
    if type(value) is dict:
        return value
    if isinstance(value, str):
        value = parsed(value)
    return value if isinstance(value, dict) else _NO_OBJECT


def first(*values: Value) -> Value:
    """First value that is neither None nor an empty text."""
    for value in values:
        if value is not None and value != "":
            return value
    return None


def pick(record: object, path: str) -> Any:  # noqa: ANN401
    """Value at a dotted path of a decoded record, or None where the path leads nowhere."""
    if isinstance(record, dict) and path in record:
        return record[path]
    value = record
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
