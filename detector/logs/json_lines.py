"""JSON lines: one object per line, decoded a block at a time.

A block of sound lines is decoded at once. Only where that fails are its lines read one by one, to
name the bad ones; both ways give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import numpy as np

from detector.logs.canonical import Loose
from detector.logs.collector import paused
from detector.logs.diagnosis import BOM, Refusal, read_line
from detector.logs.framing import Block, LongLine, frame, is_utf8
from detector.logs.intake import Intake
from detector.logs.line_scan import LineScan
from detector.logs.records import Decoded, Record
from detector.logs.repeated_keys import Watched

_LISTED = 50


class Rows(Protocol):
    """What becomes of decoded records: rows of a table, as found."""

    @property
    def shape(self) -> Any:  # noqa: ANN401
        """How a line becomes a record, a `LineShape`."""

    def loose(self, decoded: Decoded) -> Loose | None:
        """Rows of a block's records; None where there are none."""


@dataclass
class JsonLines:
    """Reader of one stream of JSON lines.

    Where the lines were made from a document, `places` is False: their offsets are not those of the file.
    """

    intake: Intake
    rows: Rows
    places: bool = True
    _strict_fails: bool = False
    _listed: bool = False
    _found: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._limits = self.intake.settings
        self._scan = LineScan(
            self.rows.shape.watched, self._limits.max_depth, self._limits.max_keys, self._limits.max_key_bytes
        )
        self._watched = Watched(part for path in self.rows.shape.watched for part in (path, *path.split(".")))

    def read(self, pieces: Iterable[bytes]) -> Iterator[Loose]:
        """Rows in file order; lines that are no rows go to the rejects.

        Raises
        ------
        MissingColumns
            If no object of the first block has a required column.
        """
        for part in frame(pieces, self.intake.settings.max_line_bytes):
            if isinstance(part, LongLine):
                limit = self.intake.settings.max_line_bytes
                self.intake.report.rows_in += 1
                self._reject(part.line, part.offset, "line_too_long", f"the line has over {limit:,} bytes")
                continue
            with paused():
                loose = self._loose(part)
            if loose is not None and len(loose.rows):
                yield loose

    def _loose(self, block: Block) -> Loose | None:
        decoded = self._decode(block)
        self._list_columns(block)
        return self.rows.loose(decoded) if decoded.records else None

    def _decode(self, block: Block) -> Decoded:
        if self._is_plain(block):
            shape = self.rows.shape
            for decoder in (None if self._strict_fails else shape.strict, shape.lenient):
                if decoder is None:
                    continue
                exact = decoder is shape.strict
                try:
                    records = decoder.decode_lines(block.data)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    self._strict_fails |= exact and shape.lenient is not None
                    continue
                if len(records) == len(block.ends):
                    self.intake.report.rows_in += len(records)
                    rows = np.arange(len(records), dtype=np.int64) + block.first_line
                    return Decoded(records, rows, self._offsets(block), exact)
        return self._line_by_line(block)

    def _is_plain(self, block: Block) -> bool:
        """Whether every line is one shallow object in UTF-8 that repeats no required key."""
        shape = self.rows.shape
        if (shape.strict is None and shape.lenient is None) or self._scan.needs_a_closer_look(block.data):
            return False
        return is_utf8(block.data)

    def _line_by_line(self, block: Block) -> Decoded:
        records: list[Record] = []
        kept: list[int] = []
        starts = (block.starts() + block.offset).tolist()
        for i, (line, start) in enumerate(zip(block.lines(), starts, strict=True)):
            if line.startswith(BOM):
                line = line[len(BOM) :]
            if not line.strip():
                self.intake.report.rows_blank += 1
                continue
            self.intake.report.rows_in += 1
            found = read_line(line, self.rows.shape, self._watched, self._limits)
            if isinstance(found, Refusal):
                self._reject(block.first_line + i, start, found.reason, found.detail)
                continue
            self.intake.note("text", "half a surrogate pair, replaced", found.surrogates)
            records.append(found.record)
            kept.append(i)
        where = np.array(kept, np.int64)
        offsets = self._offsets(block)
        return Decoded(records, where + block.first_line, None if offsets is None else offsets[where], False)

    def _offsets(self, block: Block) -> Any:  # noqa: ANN401
        return block.starts() + block.offset if self.places else None

    def _reject(self, row: int, offset: int, reason: str, detail: str) -> None:
        self.intake.reject(row, offset if self.places else None, reason, detail)

    def _list_columns(self, block: Block) -> None:
        if self._listed:
            return
        self._listed = True
        for line in block.lines()[:_LISTED]:
            try:
                value = self.rows.shape.untyped.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                continue
            if isinstance(value, dict):
                self._found.update(dict.fromkeys(value))
        self.intake.report.columns_found = list(self._found)
