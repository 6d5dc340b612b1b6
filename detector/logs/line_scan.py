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
_COLON, _SPACE, _BRACE, _LINE_FEED = ord(":"), ord(" "), ord("{"), ord("\n")
_END_BRACE = ord("}")
_IN_STRING = np.zeros(256, np.uint8)
_IN_STRING[[ord('"'), ord("\\"), ord("\n")]] = _QUOTE, _BACKSLASH, _NEWLINE
_OUTSIDE = _IN_STRING.copy()
_OUTSIDE[[ord("{"), ord("[")]] = _OPEN
_OUTSIDE[[ord("}"), ord("]")]] = _CLOSE


class LineScan:
    """Look for lines that are not one shallow object with each of some keys given once."""

    def __init__(self, keys: Iterable[str], deepest: int) -> None:
        encoded = [key.encode() for key in sorted(set(keys))]
        self._keys = np.frombuffer(b"".join(encoded), np.uint8)
        self._bounds = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
        self._deepest = deepest

    def needs_a_closer_look(self, data: bytes) -> bool:
        """Whether some line is not braced, nests too deep, or may repeat or disguise a key."""
        view = np.frombuffer(data, np.uint8)
        return bool(_is_suspect(view, self._keys, self._bounds, self._deepest))


@njit(cache=True, nogil=True)
def _is_suspect(data: _Bytes, keys: _Bytes, bounds: _Ints, deepest: int) -> bool:
    """Walk over the lines; of strings, only keys of the outermost object are looked at."""
    one, size = np.uint64(1), np.uint64(len(data))
    seen = np.zeros(len(bounds) - 1, np.int64)
    depth, i = 0, np.uint64(0)
    while i < size:
        kind = _OUTSIDE[data[i]]
        if kind == _QUOTE:
            start = i + one
            i, escaped = _end_of_string(data, start)
            if depth == 1 and _repeats(data, start, i, escaped, keys, bounds, seen):
                return True
        elif kind == _OPEN:
            depth += 1
            if depth > deepest or (depth == 1 and not _starts_line(data, i)):
                return True
        elif kind == _CLOSE:
            depth -= 1
        elif kind == _NEWLINE:
            if depth != 0 or i == 0 or data[i - one] != _END_BRACE:
                return True
            seen[:] = 0
        i += one
    return depth != 0


@njit(cache=True, nogil=True, inline="always")
def _end_of_string(data: _Bytes, start: int) -> tuple[int, bool]:
    """Position of the quote that ends a string, or of the newline that breaks it."""
    one, size = np.uint64(1), np.uint64(len(data))
    i, escaped = start, False
    while i < size:
        kind = _IN_STRING[data[i]]
        if kind != 0:
            if kind != _BACKSLASH:
                break
            escaped = True
            i += one
        i += one
    return i, escaped


@njit(cache=True, nogil=True, inline="always")
def _starts_line(data: _Bytes, at: int) -> bool:
    return data[at] == _BRACE and (at == 0 or data[at - np.uint64(1)] == _LINE_FEED)


@njit(cache=True, nogil=True, inline="always")
def _repeats(
    data: _Bytes, start: int, stop: int, escaped: bool, keys: _Bytes, bounds: _Ints, seen: _Ints
) -> bool:
    """Whether a string is a key that was seen on this line, or a key written with escapes."""
    one, size = np.uint64(1), np.uint64(len(data))
    after = stop + one
    while after < size and data[after] <= _SPACE:
        after += one
    if after >= size or data[after] != _COLON:
        return False
    if escaped:
        return True
    for k in range(len(bounds) - 1):
        if bounds[k + 1] - bounds[k] == np.int64(stop - start):
            j = np.uint64(0)
            while start + j < stop and data[start + j] == keys[np.uint64(bounds[k]) + j]:
                j += one
            if start + j == stop:
                seen[k] += 1
                return bool(seen[k] > 1)
    return False
