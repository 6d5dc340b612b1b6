"""Records of a CSV stream, with the lines they stand on.

A record ends at a newline outside quotes; a quote opens a field only at its start. A quote that is
never closed costs the one line it stands on, not the lines after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.logs.framing import Block, LongLine, frame

MAX_RECORD_LINES = 1_000
_Ints = NDArray[np.int64]
_FIELD = rb'(?:"[^"]*+(?:""[^"]*+)*+"[^,\n]*+|(?!")[^,\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\n")
_FIELDS = re.compile(_FIELD)
_PROPER_FIELD = rb'(?:"[^"]*+(?:""[^"]*+)*+"(?=[,\r\n])\r?|(?!")[^,\n]*+)'
_PROPER = re.compile(_PROPER_FIELD + rb"(?:," + _PROPER_FIELD + rb")*+\n")


@dataclass(frozen=True)
class Records:
    """Whole records in order; record i is ``data[starts[i]:stops[i]]``."""

    data: bytes
    starts: _Ints
    stops: _Ints
    lines: _Ints
    offset: int

    def joined(self, indexes: _Ints) -> bytes:
        """Bytes of some of the records, one after another."""
        starts, stops = self.starts[indexes], self.stops[indexes]
        if len(indexes) and (starts[1:] == stops[:-1]).all():
            return self.data[starts[0] : stops[-1]]
        return b"".join(self.record(int(i)) for i in indexes)

    def after_first_line(self, index: int) -> Block | None:
        """Lines of a record below its first, or None."""
        data = self.record(index)
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")).astype(np.int64)
        whole = Block(data, ends, int(self.lines[index]), self.offset + int(self.starts[index]))
        return _after(whole, 1) if len(ends) > 1 else None

    def record(self, index: int) -> bytes:
        """Bytes of a record, its newline included."""
        return self.data[self.starts[index] : self.stops[index]]


@dataclass(frozen=True)
class BadLine:
    """A line that belongs to no record."""

    line: int
    offset: int
    reason: str


def cut(pieces: Iterable[bytes], max_bytes: int) -> Iterator[Records | BadLine]:
    """Cut a stream into batches of records and lines that are none, in order."""
    held: Block | None = None
    for part in frame(pieces, max_bytes):
        if isinstance(part, LongLine):
            if held is not None:
                yield from cut_rest(held)
                held = None
            yield BadLine(part.line, part.offset, "line_too_long")
            continue
        block = part if held is None else _joined(held, part)
        held = yield from _whole_records(block, max_bytes)
    if held is not None:
        yield from cut_rest(held)


def split(record: bytes) -> list[bytes]:
    """Fields of a record, unquoted."""
    body = record.removesuffix(b"\n").removesuffix(b"\r")
    fields, at = [], 0
    while True:
        match = _FIELDS.match(body, at)
        text = b"" if match is None else match[0]
        fields.append(_unquoted(text))
        at += len(text)
        if at >= len(body):
            return fields
        at += 1


def _unquoted(field: bytes) -> bytes:
    if not field.startswith(b'"'):
        return field
    end = field.rfind(b'"')
    return field[1:end].replace(b'""', b'"') + field[end + 1 :]


def _whole_records(block: Block, max_bytes: int) -> Generator[Records | BadLine, None, Block | None]:
    """Yield the records of a block; return the lines after the last one, or None."""
    while True:
        spans = _spans(block, max_bytes)
        yield from _named(block, spans)
        done = int(spans.stops[-1]) if len(spans.stops) else 0
        if done == len(block.ends):
            return None
        block = _after(block, done)
        if len(block.ends) <= MAX_RECORD_LINES and len(block.data) <= max_bytes:
            return block
        yield BadLine(block.first_line, block.offset, "unclosed_quote")
        if len(block.ends) == 1:
            return None
        block = _after(block, 1)


def cut_rest(block: Block) -> Iterator[Records | BadLine]:
    """Cut a block after which no record goes on."""
    rest: Block | None = block
    while rest is not None:
        rest = yield from _whole_records(rest, len(rest.data))
        if rest is None:
            return
        yield BadLine(rest.first_line, rest.offset, "unclosed_quote")
        rest = None if len(rest.ends) == 1 else _after(rest, 1)


@dataclass(frozen=True)
class _Spans:
    """Lines from `starts` to before `stops` are a record, or one bad line where not `good`."""

    starts: _Ints
    stops: _Ints
    good: NDArray[np.bool_]


def _spans(block: Block, max_bytes: int) -> _Spans:
    data = np.frombuffer(block.data, np.uint8)
    quotes = np.flatnonzero(data == ord('"'))
    if not len(quotes) or _is_regular(data, quotes):
        stops = np.flatnonzero(np.searchsorted(quotes, block.ends) % 2 == 0) + 1
        starts = np.concatenate((np.zeros(1, np.int64), stops[:-1]))[: len(stops)]
        if (stops - starts <= 1).all() or not _too_big(block, starts, stops, max_bytes).any():
            return _Spans(starts, stops, np.ones(len(stops), np.bool_))
    return _spans_one_by_one(block, max_bytes)


def _too_big(block: Block, starts: _Ints, stops: _Ints, max_bytes: int) -> NDArray[np.bool_]:
    size = block.ends[stops - 1] - block.starts()[starts]
    too_big: NDArray[np.bool_] = (stops - starts > MAX_RECORD_LINES) | (size > max_bytes)
    return too_big & (stops - starts > 1)


def _spans_one_by_one(block: Block, max_bytes: int) -> _Spans:
    """Find records one after another.

    A record over several lines whose quotes are not properly closed, or which is too long, is
    given up: its first line is bad, and the search goes on at the line below.
    """
    starts, stops, good = [], [], []
    line, ends = 0, block.ends.tolist()
    while line < len(ends):
        at = ends[line - 1] + 1 if line else 0
        match = _RECORD.match(block.data, at)
        if match is None:
            break
        stop = bisect_left(ends, match.end() - 1) + 1
        whole = stop == line + 1 or (
            stop - line <= MAX_RECORD_LINES
            and match.end() - at <= max_bytes
            and _PROPER.match(block.data, at, match.end()) is not None
        )
        starts.append(line)
        line = stop if whole else line + 1
        stops.append(line)
        good.append(whole)
    return _Spans(np.array(starts, np.int64), np.array(stops, np.int64), np.array(good, np.bool_))


def _named(block: Block, spans: _Spans) -> Iterator[Records | BadLine]:
    starts = block.starts()
    for line in spans.starts[~spans.good]:
        offset = block.offset + int(starts[line])
        yield BadLine(block.first_line + int(line), offset, "unclosed_quote")
    first, after = spans.starts[spans.good], spans.stops[spans.good]
    if len(first):
        stops = block.ends[after - 1] + 1
        yield Records(block.data, starts[first], stops, first + block.first_line, block.offset)


def _is_regular(data: NDArray[np.uint8], quotes: _Ints) -> bool:
    """Whether quotes open only at the start of a field and close only at its end."""
    before = np.where(quotes == 0, ord("\n"), data[quotes - 1])[0::2]
    after = data[np.minimum(quotes + 1, len(data) - 1)][1::2]
    opens = np.isin(before, np.frombuffer(b',\n"', np.uint8))
    closes = np.isin(after, np.frombuffer(b',\r\n"', np.uint8))
    doubled = before == ord('"')
    if doubled.any():
        pairs = np.zeros(len(before), np.bool_)
        pairs[1:] = quotes[2::2] == quotes[1::2][: len(before) - 1] + 1
        opens &= ~doubled | pairs
    return bool(opens.all() and closes.all())


def _after(block: Block, lines: int) -> Block:
    cut_at = int(block.ends[lines - 1]) + 1 if lines else 0
    return Block(
        block.data[cut_at:],
        block.ends[lines:] - cut_at,
        block.first_line + lines,
        block.offset + cut_at,
    )


def _joined(first: Block, second: Block) -> Block:
    ends = np.concatenate((first.ends, second.ends + len(first.data)))
    return Block(first.data + second.data, ends, first.first_line, first.offset)
