"""Lines of a byte stream, cut at byte 0x0A and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Lines of a block: what readers hold for each must not grow with how short lines are.
BLOCK_LINES = 1 << 16


@dataclass(frozen=True)
class Block:
    """Whole lines that follow one another."""

    data: bytes
    ends: NDArray[np.int64]
    first_line: int
    offset: int

    def lines(self) -> list[bytes]:
        """Lines without their newline."""
        return self.data.split(b"\n")[:-1]

    def starts(self) -> NDArray[np.int64]:
        """Position of the first byte of every line in `data`."""
        return np.concatenate((np.zeros(1, np.int64), self.ends[:-1] + 1))


@dataclass(frozen=True)
class LongLine:
    """A line over the limit, skipped without having been held in memory."""

    line: int
    offset: int


def frame(pieces: Iterable[bytes], max_line_bytes: int) -> Iterator[Block | LongLine]:
    """Cut a stream into blocks of whole lines.

    Parameters
    ----------
    pieces : iterable of bytes
        The stream; where it is cut has no influence on the lines found.
    max_line_bytes : int
        Longest line, newline not counted. A longer one is skipped to its newline.

    Yields
    ------
    Block or LongLine
        In the order of the stream. A last line without newline counts as a line.
    """
    framer = _Framer(max_line_bytes)
    for piece in pieces:
        yield from framer.feed(piece)
    yield from framer.finish()


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Framer:
    def __init__(self, max_line_bytes: int) -> None:
        self._max = max_line_bytes
        self._carry: list[bytes] = []
        self._carried = 0
        self._skipping = False
        self._line = 1
        self._offset = 0

    def feed(self, piece: bytes) -> Iterator[Block | LongLine]:
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield from self._cut(b"".join((*self._carry, piece[:cut])))
            self._carry, self._carried = [], 0
        rest = piece[cut:]
        if rest and not self._skipping:
            self._carry.append(rest)
        self._carried += len(rest)
        if self._carried > self._max:
            self._skipping, self._carry = True, []

    def finish(self) -> Iterator[Block | LongLine]:
        if self._carried:
            yield from self._cut(b"".join((*self._carry, b"\n")))

    def _cut(self, data: bytes) -> Iterator[Block | LongLine]:
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10).astype(np.int64, copy=False)
        start = 0
        if self._skipping:
            yield LongLine(self._line, self._offset)
            self._line += 1
            self._offset += self._carried + int(ends[0]) + 1
            self._skipping, start = False, 1
        lengths = np.diff(ends, prepend=-1) - 1
        for long in np.flatnonzero(lengths > self._max):
            if long < start:
                continue
            yield from self._block(data, ends, start, int(long))
            yield LongLine(self._line, self._offset)
            self._line += 1
            self._offset += int(lengths[long]) + 1
            start = int(long) + 1
        yield from self._block(data, ends, start, len(ends))

    def _block(self, data: bytes, ends: NDArray[np.int64], start: int, stop: int) -> Iterator[Block]:
        if stop - start == len(ends) <= BLOCK_LINES:
            yield from self._next(data, ends)
            return
        for begin in range(start, stop, BLOCK_LINES):
            end = min(begin + BLOCK_LINES, stop)
            first = int(ends[begin - 1]) + 1 if begin else 0
            yield from self._next(data[first : int(ends[end - 1]) + 1], ends[begin:end] - first)

    def _next(self, data: bytes, ends: NDArray[np.int64]) -> Iterator[Block]:
        if len(ends):
            yield Block(data, ends, self._line, self._offset)
            self._line += len(ends)
            self._offset += len(data)
