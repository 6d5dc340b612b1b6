"""What is wrong with a line of JSON, and whether its row can be kept all the same."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import msgspec

from detector.logs.records import SURROGATE, Misfit, Record, name_of
from detector.logs.repeated_keys import Watched
from detector.settings import Reading

BOM = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(rb"[][{}]")


class LineShape(Protocol):
    """How a line becomes a record.

    Attributes
    ----------
    strict, lenient, untyped : decoder or None
        Of records whose values have the wanted types, of records whose values have any, and of plain values.
    watched : list of str
        Paths of keys that must not be given twice.
    """

    strict: msgspec.json.Decoder[Record] | None
    lenient: msgspec.json.Decoder[Record] | None
    untyped: msgspec.json.Decoder[Any]
    watched: list[str]

    def of_object(self, value: dict[str, Any]) -> Record:
        """Record of a decoded object; raises `Misfit` where it is none."""

    def check(self, record: Record) -> None:
        """Raise `Misfit` where a record that was decoded cannot be used."""


@dataclass(frozen=True)
class Refusal:
    """Why a line is no usable row."""

    reason: str
    detail: str


class _Refused(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, detail)


class _Object(dict[str, Any]):
    """A decoded object that remembers which keys it was given twice."""

    repeated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rescued:
    """A record that could be kept, and how many of its values had lone surrogates replaced."""

    record: Record
    surrogates: int = 0


def read_line(line: bytes, shape: LineShape, watched: Watched, limits: Reading) -> Rescued | Refusal:
    """Record of a line, or the reason for refusing it.

    Parameters
    ----------
    line : bytes
        One line that is not blank.
    shape : LineShape
        Columns and where they stand.
    watched : Watched
        Keys that must not be given twice in one object.
    limits : Reading
        Of nesting and of keys.
    """
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Refusal("utf8", f"byte {error.start} of the line is not UTF-8")
    deepest = limits.max_depth
    if line.count(b"{") + line.count(b"[") > deepest and depth_of(line) > deepest:
        return Refusal("depth", f"nested deeper than {deepest}")
    try:
        if line.count(b":") > limits.max_keys or len(line) > limits.max_key_bytes:
            _refuse_many_keys(line, shape, limits)
        if watched.suspect_line(line):
            _refuse_repeated(line, shape)
        return _decoded(line, shape)
    except _Refused as refused:
        return refused.refusal


def _refuse_many_keys(line: bytes, shape: LineShape, limits: Reading) -> None:
    """Refuse an object with more or longer keys than are allowed; what is no JSON is found elsewhere."""
    try:
        value = shape.untyped.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(value, dict):
        return
    if len(value) > limits.max_keys:
        raise _Refused("keys", f"the object has over {limits.max_keys:,} keys")
    if any(len(key.encode()) > limits.max_key_bytes for key in value):
        raise _Refused("key_too_long", f"a key of the object has over {limits.max_key_bytes} bytes")


def depth_of(line: bytes) -> int:
    """Deepest nesting of brackets outside strings."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRING.sub(b"", line)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _decoded(line: bytes, shape: LineShape) -> Rescued | Refusal:
    try:
        if shape.lenient is not None:
            return Rescued(shape.lenient.decode(line))
        return _of_value(shape.untyped.decode(line), shape, by_hand=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _of_value(_parsed(line, dict), shape, by_hand=True)


def _of_value(value: object, shape: LineShape, by_hand: bool) -> Rescued | Refusal:
    if not isinstance(value, dict):
        return Refusal("not_object", f"the line holds {name_of(value)}, not an object")
    try:
        # lone surrogates, which the fast decoder never lets through
        whole = _whole(value) if by_hand else value
        if whole == value:
            return Rescued(_checked(value, shape))
        with suppress(UnicodeEncodeError):  # one is in a key, which then is none of the record's
            _checked(value, shape)
        return Rescued(shape.of_object(whole), sum(whole.get(key) != part for key, part in value.items()))
    except Misfit as misfit:
        return Refusal(misfit.reason, str(misfit))


def _checked(value: dict[str, Any], shape: LineShape) -> Record:
    record = shape.of_object(value)
    shape.check(record)
    return record


def _whole(value: Any) -> Any:  # noqa: ANN401
    """Replace lone surrogates in all of its texts."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def _refuse_repeated(line: bytes, shape: LineShape) -> None:
    value = _parsed(line, _repetition_aware)
    for path in shape.watched:
        if isinstance(value, _Object):
            for key in _repeated_on_the_way(value, path):
                raise _Refused("dup_key", f"{key} is given twice")


def _repeated_on_the_way(value: _Object, path: str) -> Iterator[str]:
    if path in value.repeated:
        yield path
    part: object = value
    for key in path.split("."):
        if not isinstance(part, _Object):
            return
        if key in part.repeated:
            yield key
        part = part.get(key)


def _repetition_aware(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        found.repeated = frozenset(key for key in names if names.count(key) > 1)
    return found


@cache
def _decoder(hook: Callable[[list[tuple[str, Any]]], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=hook, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_integer
    )


def _parsed(line: bytes, hook: Callable[[list[tuple[str, Any]]], Any]) -> Any:  # noqa: ANN401
    try:
        return _decoder(hook).decode(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise _Refused("json", f"not JSON at byte {error.pos}: {error.msg}") from error
    except RecursionError as error:
        raise _Refused("depth", "nested deeper than can be read") from error


def _refuse_constant(name: str) -> None:
    raise _Refused("nonfinite", f"{name} is not a number JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused("nonfinite", "a number is beyond the range of floats")
    return number


def _integer(text: str) -> int:
    if len(text) > 1000:
        raise _Refused("number", f"a number has {len(text):,} digits")
    return int(text)
