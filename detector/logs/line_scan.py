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

_QUOTE, _BACKSLASH, _NEWLINE, _COLON, _SPACE = 34, 92, 10, 58, 32
_OPEN_OBJECT, _CLOSE_OBJECT, _OPEN_LIST, _CLOSE_LIST = 123, 125, 91, 93


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
    """Walk over the lines; strings are skipped, but for keys of the outermost object."""
    size = len(data)
    seen = np.zeros(len(bounds) - 1, np.int64)
    depth, i = 0, 0
    while i < size:
        byte = data[i]
        if byte == _QUOTE:
            start, escaped = i + 1, False
            i += 1
            while i < size and data[i] != _QUOTE:
                if data[i] == _BACKSLASH:
                    escaped = True
                    i += 1
                elif data[i] == _NEWLINE:
                    return True
                i += 1
            if depth == 1 and _is_key(data, i + 1):
                if escaped:
                    return True
                k = _which(data, start, i, keys, bounds)
                if k >= 0:
                    seen[k] += 1
                    if seen[k] > 1:
                        return True
        elif byte == _OPEN_OBJECT or byte == _OPEN_LIST:
            if depth == 0 and (byte == _OPEN_LIST or (i > 0 and data[i - 1] != _NEWLINE)):
                return True
            depth += 1
            if depth > deepest:
                return True
        elif byte == _CLOSE_OBJECT or byte == _CLOSE_LIST:
            depth -= 1
        elif byte == _NEWLINE:
            if depth != 0 or i == 0 or data[i - 1] != _CLOSE_OBJECT:
                return True
            seen[:] = 0
        i += 1
    return depth != 0


@njit(cache=True, nogil=True, inline="always")
def _is_key(data: _Bytes, at: int) -> bool:
    """Whether a colon follows, after blanks if any."""
    while at < len(data) and data[at] <= _SPACE:
        at += 1
    return at < len(data) and data[at] == _COLON


@njit(cache=True, nogil=True, inline="always")
def _which(data: _Bytes, start: int, stop: int, keys: _Bytes, bounds: _Ints) -> int:
    """Which of the keys stands between two positions, or -1."""
    for k in range(len(bounds) - 1):
        if bounds[k + 1] - bounds[k] == stop - start:
            same = True
            for j in range(stop - start):
                if data[start + j] != keys[bounds[k] + j]:
                    same = False
                    break
            if same:
                return k
    return -1
