"""JSON documents as JSON lines: arrays, objects over many lines, and lists inside an object, as they stream by.

What a document holds as the elements of a list, of any length, leaves here one to a line. Nothing is kept but a few
numbers, whatever the size of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from detector.errors import InputError

#: Lists that are records where they stand in an object on the way: level, name, whether its elements are records.
_LISTS = (
    (0, "data", True),
    (0, "records", True),
    (0, "result", True),
    (0, "resourceSpans", False),
    (1, "scopeSpans", False),
    (1, "instrumentationLibrarySpans", False),
    (2, "spans", True),
    (0, "resourceLogs", False),
    (1, "scopeLogs", False),
    (2, "logRecords", True),
)
#: What stands before such a list in the answers of an API; an object with other keys there is a record.
_BESIDE = frozenset(
    b"object has_more first_id last_id meta success errors messages result_info total page next_page".split()
)
#: An object beside a list on the way that tells of all its elements; it becomes a line before theirs.
_CONTEXT = (1, "resource")
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*+)"|[][{}:,]', re.DOTALL)
_HEAD = 1 << 18

_SEEK, _COPY, _ENVELOPE, _KEY, _COLON, _SKIP = range(6)
_STATE = ("mode", "depth", "in_string", "escaped", "level", "array", "leaf", "back", "key", "lists", "empty", "told")
_MODE, _DEPTH, _STRING, _ESCAPED, _LEVEL, _ARRAY, _LEAF, _BACK, _KEYLEN, _SEEN, _EMPTY, _TOLD = range(len(_STATE))
_LONGEST_KEY = 48
_NAMES = np.frombuffer(b"".join(name.encode() for _, name, _ in _LISTS), np.uint8)
_BOUNDS = np.cumsum([0, *(len(name) for _, name, _ in _LISTS)]).astype(np.int64)
_LEVELS = np.array([level for level, _, _ in _LISTS], np.int64)
_LEAVES = np.array([leaf for _, _, leaf in _LISTS], np.bool_)
_RESOURCE = np.frombuffer(_CONTEXT[1].encode(), np.uint8)


@dataclass
class Document:
    """A stream of JSON that is no JSON lines; `nested` where records stand in lists inside objects."""

    name: str
    nested: bool
    _state: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(_STATE), np.int64))
    _key: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(_LONGEST_KEY, np.uint8))

    @property
    def passed_over(self) -> int:
        """Objects that should have held a list of records and did not."""
        return int(self._state[_EMPTY])

    def lines(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the records of the document, one to a line, in pieces like the given ones.

        Raises
        ------
        InputError
            If the document ends before its last bracket; what was whole has been yielded.
        """
        state = self._state
        state[_LEAF] = not self.nested
        out = np.empty(0, np.uint8)
        for piece in pieces:
            data = np.frombuffer(piece, np.uint8)
            if len(out) < len(data) * 3 // 2 + 8:
                out = np.empty(len(data) * 3 // 2 + 8, np.uint8)
            size = _split(data, out, state, self._key, _NAMES, _BOUNDS, _LEVELS, _LEAVES, _RESOURCE)
            if size:
                yield out[:size].tobytes()
        if state[_MODE] != _SEEK or state[_LEVEL] or state[_ARRAY]:
            raise InputError(
                f"{self.name}: the JSON document ends before its last bracket; the records before were read. Copy the "
                "file again."
            )


def are_envelopes(records: Iterable[object]) -> bool:
    """Whether one of some records holds a list on the way to others, and no records but those."""
    names = {name for level, name, leaf in _LISTS if level == 0 and not leaf}
    return any(isinstance(record, dict) and not names.isdisjoint(record) for record in records)


def document_in(head: bytes, name: str) -> Document | None:
    """Document that a file holds, told by its beginning; None where it is JSON lines, or no JSON.

    Parameters
    ----------
    head : bytes
        The first bytes of the file, a line at least.
    """
    text = head.lstrip()
    line, _, rest = text.partition(b"\n")
    line = line.strip()
    if line[:1] == b"[":
        return Document(name, _nests(text)) if _opens_list(line, rest) else None
    if line[:1] != b"{":
        return None
    if _nests(text):
        return Document(name, nested=True)
    return Document(name, nested=False) if _goes_on(line, rest) else None


def _opens_list(line: bytes, rest: bytes) -> bool:
    """Whether a line that starts with a bracket opens a list of records, not a row that is a list."""
    after = line[1:].lstrip()
    return after[:1] in (b"{", b"]") or (not after and rest.lstrip()[:1] in (b"{", b"]", b""))


def _goes_on(line: bytes, rest: bytes) -> bool:
    """Whether an object that starts on a line is still open on the next one, by the will of its writer."""
    if line == b"{":
        return True
    if rest.lstrip()[:1] != b'"':
        return False
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return True
    return False


def _nests(text: bytes) -> bool:
    """Whether the first object is an envelope: holds one of the known lists, and before it only what envelopes hold."""
    depth, key, waiting = 0, b"", False
    names: list[bytes] = []
    opened = text[:1] == b"["
    for token in _TOKEN.finditer(text[:_HEAD]):
        mark = token[0][:1]
        if depth == 1 + opened and mark == b'"' and not waiting:
            key = token[1]
            names.append(key)
        elif depth == 1 + opened and mark == b":":
            waiting = True
            continue
        elif mark in (b"{", b"["):
            if depth == 1 + opened and waiting and mark == b"[" and _is_list(key, text[token.end() :]):
                return _BESIDE.issuperset(names[:-1])
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth == int(opened):
                return False
        waiting = False
    return False


def _is_list(key: bytes, after: bytes) -> bool:
    """Whether a key of an outermost object names a list of records."""
    known = any(level == 0 and key == name.encode() for level, name, _ in _LISTS)
    return known and after.lstrip()[:1] in (b"{", b"]")


@njit(cache=True, nogil=True)
def _split(data, out, state, key, names, bounds, levels, leaves, resource):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Copy the records among the bytes, each followed by a newline; return how many bytes were written."""
    mode, depth, in_string, escaped = state[0], state[1], state[2], state[3]
    level, array, leaf, back = state[4], state[5], state[6], state[7]
    length, seen, told = state[8], state[9], state[11]
    n, i = 0, 0
    while i < len(data):
        if mode == 1 or mode == 5:  # inside a record, or a value that is passed over
            end, ended, depth, in_string, escaped = _value_end(data, i, depth, in_string, escaped)
            if mode == 1:
                _copy(data[i:end], out[n : n + end - i])
                n += end - i
            i = end
            if ended or i < len(data):
                if mode == 1:
                    out[n] = 10 if ended else 32
                    n += 1
                if ended:
                    mode = back
                else:
                    i += 1  # a line feed between the parts of a value
            continue
        c = data[i]
        i += 1
        if mode == 0:  # between the elements of a list, or between documents
            if c == 32 or c == 9 or c == 10 or c == 13 or c == 44:
                continue
            if c == 91 and level == 0 and not array:
                array = 1
            elif c == 93:
                if level == 0:
                    array = 0
                else:
                    level -= 1
                    leaf = 0
                    mode = 2
                    seen |= 1 << level
            elif c == 123 and not leaf:
                mode = 2
                seen &= ~(1 << level)
                if level == 1:
                    told = 0
            else:
                mode, back = 1, 0
                depth, in_string, escaped = 0, 0, 0
                if c == 34:
                    in_string = 1
                elif c == 123 or c == 91:
                    depth = 1
                out[n] = c
                n += 1
        elif mode == 2:  # in an object on the way
            if c == 34:
                mode, length, escaped = 3, 0, 0
            elif c == 125:
                if not (seen >> level) & 1:
                    state[10] += 1
                mode = 0
        elif mode == 3:  # in one of its keys
            if escaped:
                escaped = 0
            elif c == 92:
                escaped = 1
            elif c == 34:
                mode = 4
                continue
            if length < len(key):
                key[length] = c
            length += 1
        elif mode == 4:  # before the key's value
            if c == 58 or c == 32 or c == 9 or c == 10 or c == 13:
                continue
            found = -1
            if c == 91 and length <= len(key):
                for k in range(len(levels)):
                    if levels[k] == level and bounds[k + 1] - bounds[k] == length:
                        same = True
                        for j in range(length):
                            if names[bounds[k] + j] != key[j]:
                                same = False
                                break
                        if same:
                            found = k
            if found >= 0:
                if level == 1 and not told:  # what an earlier context told does not hold here
                    out[n], out[n + 1], out[n + 2] = 123, 125, 10
                    n += 3
                level += 1
                leaf = 1 if leaves[found] else 0
                mode = 0
                continue
            context = c == 123 and level == 1 and length == len(resource)
            if context:
                for j in range(length):
                    if resource[j] != key[j]:
                        context = False
            mode, back = (1 if context else 5), 2
            told = 1 if context else told
            depth, in_string, escaped = 0, 0, 0
            if c == 34:
                in_string = 1
            elif c == 123 or c == 91:
                depth = 1
            if mode == 1:
                out[n] = c
                n += 1
    state[0], state[1], state[2], state[3] = mode, depth, in_string, escaped
    state[4], state[5], state[6], state[7] = level, array, leaf, back
    state[8], state[9], state[11] = length, seen, told
    return n


@njit(cache=True, nogil=True)
def _value_end(data, i, depth, in_string, escaped):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Walk to the end of a value, of a line of it, or of the bytes; a number or word ends before what surrounds it."""
    one, at, size = np.uint64(1), np.uint64(i), np.uint64(len(data))
    while at < size:
        c = data[at]
        if in_string:
            if escaped:
                escaped = 0
            else:
                while c != 34 and c != 92:
                    at += one
                    if at == size:
                        return len(data), False, depth, in_string, escaped
                    c = data[at]
                if c == 92:
                    escaped = 1
                else:
                    in_string = 0
                    if depth == 0:
                        return np.int64(at + one), True, depth, in_string, escaped
        elif depth == 0 and (c == 44 or c == 93 or c == 125 or c == 10):
            return np.int64(at), True, depth, in_string, escaped
        elif c == 10:
            return np.int64(at), False, depth, in_string, escaped
        elif c == 34:
            in_string = 1
        elif c == 123 or c == 91:
            depth += 1
        elif c == 125 or c == 93:
            depth -= 1
            if depth == 0:
                return np.int64(at + one), True, depth, in_string, escaped
        at += one
    return len(data), False, depth, in_string, escaped


@njit(cache=True, nogil=True)
def _copy(source, target):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(len(source)):
        target[i] = source[i]
