"""One compiled pass over lines of JSON, for what their decoder does not tell.

The decoder takes whatever objects follow one another and lets the last of two equal keys win. This
pass finds blocks with lines that need a closer look, so that all others can be decoded at once.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Bytes = NDArray[np.uint8]
_Ints = NDArray[np.int64]

_QUOTE, _BACKSLASH, _NEWLINE, _OPEN, _CLOSE = 1, 2, 3, 4, 5
_ESCAPE, _COLON, _SPACE, _BRACE, _LINE_FEED = ord("\\"), ord(":"), ord(" "), ord("{"), ord("\n")
_END_BRACE = ord("}")
_IN_STRING = np.zeros(256, np.uint8)
_IN_STRING[[ord('"'), ord("\\"), ord("\n")]] = _QUOTE, _BACKSLASH, _NEWLINE
_OUTSIDE = _IN_STRING.copy()
_OUTSIDE[[ord("{"), ord("[")]] = _OPEN
_OUTSIDE[[ord("}"), ord("]")]] = _CLOSE


class LineScan:
    """Look for lines that are not one shallow object with each of some keys given once."""

    def __init__(self, keys: Iterable[str], deepest: int, most_keys: int, longest_key: int) -> None:
        encoded = [key.encode() for key in sorted(set(keys))]
        self._keys = np.frombuffer(b"".join(encoded), np.uint8)
        self._bounds = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
        # keys are strings: where there are no more strings than keys are allowed, there are no more keys
        self._limits = np.array([deepest, most_keys, longest_key], np.int64)

    def needs_a_closer_look(self, data: bytes) -> bool:
        """Whether some line is not braced, breaks a limit, or may repeat or disguise a key."""
        view = np.frombuffer(data, np.uint8)
        return bool(_is_suspect(view, _IN_STRING, _OUTSIDE, self._keys, self._bounds, self._limits))


@njit(cache=True, nogil=True)
def _is_suspect(  # noqa: C901 - a call per string would cost more than the walk
    data: _Bytes, in_string: _Bytes, outside: _Bytes, keys: _Bytes, bounds: _Ints, limits: _Ints
) -> bool:
    """Walk over the lines; of strings, only keys of the outermost object are looked at."""
    one, size = np.uint64(1), np.uint64(len(data))
    seen, marks = np.zeros(len(bounds) - 1, np.int64), _marks(keys, bounds)
    deepest, most_strings, longest = limits[0], limits[1], np.uint64(limits[2])
    depth, strings, i = 0, 0, np.uint64(0)
    while i < size:
        kind = outside[data[i]]
        if kind == 0:
            i += one
            continue
        if kind == _QUOTE:
            start, escaped = i + one, False
            i = start
            while i < size:
                kind = in_string[data[i]]
                if kind != 0:
                    if kind != _BACKSLASH:
                        break
                    escaped = True
                    i += one
                i += one
            if depth == 1:
                strings += 1
                if strings > most_strings or (i - start > longest and _is_key(data, i)):
                    return True
            if depth == 1 and (escaped or marks[_mark(data, start, i)]):
                if _repeats(data, start, i, keys, bounds, seen):
                    return True
        elif kind == _NEWLINE:
            if depth != 0 or not _ends_object(data, i):
                return True
            seen[:] = 0
            strings = 0
        else:
            if depth == 0 and not _starts_object(data, i):
                return True
            depth += 1 if kind == _OPEN else -1
            if depth > deepest:
                return True
        i += one
    return bool(depth != 0)


@njit(cache=True, nogil=True, inline="always")
def _mark(text: _Bytes, start: np.uint64, stop: np.uint64) -> np.uint64:
    """Small number that tells most strings from a key without a call."""
    first, last = np.uint64(text[start]), np.uint64(text[stop - np.uint64(1)])
    return (first * np.uint64(31) + last * np.uint64(7) + stop - start) & np.uint64(255)


@njit(cache=True, nogil=True)
def _marks(keys: _Bytes, bounds: _Ints) -> NDArray[np.bool_]:
    marks = np.zeros(256, np.bool_)
    for k in range(len(bounds) - 1):
        marks[_mark(keys, np.uint64(bounds[k]), np.uint64(bounds[k + 1]))] = True
    return marks


@njit(cache=True, nogil=True)
def _is_key(data: _Bytes, stop: np.uint64) -> bool:
    """Whether a colon follows the string that ends here."""
    one, size, at = np.uint64(1), np.uint64(len(data)), stop + np.uint64(1)
    while at < size and data[at] <= _SPACE:
        at += one
    return bool(at < size and data[at] == _COLON)


@njit(cache=True, nogil=True)
def _starts_object(data: _Bytes, at: np.uint64) -> bool:
    first = at == 0 or data[at - np.uint64(1)] == _LINE_FEED
    return bool(first and data[at] == _BRACE)


@njit(cache=True, nogil=True)
def _ends_object(data: _Bytes, at: np.uint64) -> bool:
    return bool(at > 0 and data[at - np.uint64(1)] == _END_BRACE)


@njit(cache=True, nogil=True)
def _repeats(data: _Bytes, start: np.uint64, stop: np.uint64, keys: _Bytes, bounds: _Ints, seen: _Ints) -> bool:
    """Whether a string is a key that was seen on this line, or a key written with escapes."""
    one = np.uint64(1)
    if not _is_key(data, stop):
        return False
    at = start
    while at < stop:
        if data[at] == _ESCAPE:
            return True
        at += one
    for k in range(len(bounds) - 1):
        first = np.uint64(bounds[k])
        if np.uint64(bounds[k + 1]) - first == stop - start:
            at = start
            while at < stop and data[at] == keys[first + at - start]:
                at += one
            if at == stop:
                seen[k] += 1
                return bool(seen[k] > 1)
    return False
