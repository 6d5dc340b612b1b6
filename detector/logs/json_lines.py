"""JSON lines: one object per line, decoded a block at a time.

A block of sound lines is decoded at once. Only where that fails are its lines read one by one, to
name the bad ones; both ways give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from detector.logs.canonical import Loose
from detector.logs.diagnosis import BOM, DEEPEST, Refusal, read_line
from detector.logs.framing import Block, LongLine, frame, is_utf8
from detector.logs.intake import Intake
from detector.logs.line_scan import LineScan
from detector.logs.messages import unfold
from detector.logs.records import Record, Shape, column_values, to_array
from detector.logs.repeated_keys import Watched

_LISTED = 50
_Ints = NDArray[np.int64]


@dataclass
class Decoded:
    """Records of a block, where they stood, and whether their values have the schema's types."""

    records: list[Record]
    rows: _Ints
    offsets: _Ints
    exact: bool


@dataclass
class JsonLines:
    """Reader of one file of JSON lines."""

    intake: Intake
    shape: Shape
    _strict_fails: bool = False
    _started: bool = False
    _found: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        paths = [self.shape.paths[c.name] for c in self.shape.columns if c.required]
        self._scan = LineScan(paths, DEEPEST)
        self._watched = Watched(part for path in paths for part in (path, *path.split(".")))

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
                self.intake.reject(part.line, part.offset, "line_too_long", f"the line has over {limit:,} bytes")
                continue
            decoded = self._decode(part)
            self._list_columns(part)
            if decoded.records:
                self._require(decoded)
                decoded = self._with_required(decoded)
            if decoded.records:
                yield self._loose(decoded)

    def _decode(self, block: Block) -> Decoded:
        if self._is_plain(block):
            for decoder in (None if self._strict_fails else self.shape.strict, self.shape.lenient):
                if decoder is None:
                    continue
                exact = decoder is self.shape.strict
                try:
                    records = decoder.decode_lines(block.data)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    self._strict_fails |= exact
                    continue
                if len(records) == len(block.ends):
                    self.intake.report.rows_in += len(records)
                    rows = np.arange(len(records), dtype=np.int64) + block.first_line
                    return Decoded(records, rows, block.starts() + block.offset, exact)
        return self._line_by_line(block)

    def _is_plain(self, block: Block) -> bool:
        """Whether every line is one shallow object in UTF-8 that repeats no required key."""
        if self.shape.strict is None or self._scan.needs_a_closer_look(block.data):
            return False
        return is_utf8(block.data)

    def _line_by_line(self, block: Block) -> Decoded:
        records: list[Record] = []
        rows: list[int] = []
        offsets: list[int] = []
        starts = (block.starts() + block.offset).tolist()
        for i, (line, start) in enumerate(zip(block.lines(), starts, strict=True)):
            if line.startswith(BOM):
                line = line[len(BOM) :]
            if not line.strip():
                self.intake.report.rows_blank += 1
                continue
            self.intake.report.rows_in += 1
            found = read_line(line, self.shape, self._watched)
            if isinstance(found, Refusal):
                self.intake.reject(block.first_line + i, start, found.reason, found.detail)
                continue
            self.intake.note("text", "half a surrogate pair, replaced", found.surrogates)
            records.append(found.record)
            rows.append(block.first_line + i)
            offsets.append(start)
        return Decoded(records, np.array(rows, np.int64), np.array(offsets, np.int64), False)

    def _list_columns(self, block: Block) -> None:
        if self._started:
            return
        for line in block.lines()[:_LISTED]:
            try:
                value = self.shape.untyped.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                continue
            if isinstance(value, dict):
                self._found.update(dict.fromkeys(value))
        self.intake.report.columns_found = list(self._found)

    def _require(self, decoded: Decoded) -> None:
        if self._started:
            return
        self._started = True
        required = [c.name for c in self.shape.columns if c.required]
        self.intake.require([name for name in required if self._lacks(decoded, name)])

    def _lacks(self, decoded: Decoded, name: str) -> bool:
        if self.shape.paths[name] in self._found:
            return False
        return all(getattr(record, name) in (None, UNSET) for record in decoded.records)

    def _loose(self, decoded: Decoded) -> Loose:
        values = column_values(decoded.records, self.shape.columns)
        if "prompt" in values:
            self._unfold(values)
        columns = {c.name: to_array(values[c.name], c.type, decoded.exact) for c in self.shape.columns}
        return Loose(columns, decoded.rows, decoded.offsets)

    def _with_required(self, decoded: Decoded) -> Decoded:
        """Keep the records that name their account; reject the others."""
        account = attrgetter(self.shape.required)
        if UNSET not in map(account, decoded.records):
            return decoded
        keep = []
        for i, record in enumerate(decoded.records):
            if getattr(record, self.shape.required) is not UNSET:
                keep.append(i)
                continue
            detail = f"the line has no {self.shape.paths[self.shape.required]}"
            row, offset = int(decoded.rows[i]), int(decoded.offsets[i])
            self.intake.reject(row, offset, "missing", detail)
        records = [decoded.records[i] for i in keep]
        return Decoded(records, decoded.rows[keep], decoded.offsets[keep], decoded.exact)

    def _unfold(self, values: dict[str, Sequence[Any]]) -> None:
        kinds = set(map(type, values["prompt"])) | set(map(type, values["system_prompt"]))
        if kinds <= {str, type(None)}:
            return
        prompts, systems, counts, unusable = unfold(values["prompt"], values["system_prompt"], values["n_messages"])
        self.intake.note("prompt", "of a shape that is not understood, set to null", unusable)
        values["prompt"], values["system_prompt"], values["n_messages"] = prompts, systems, counts
