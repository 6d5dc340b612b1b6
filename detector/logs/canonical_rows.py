"""Rows of records that have the canonical columns, under their own names or those of a map."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from msgspec import UNSET

from detector.logs.canonical import Loose
from detector.logs.intake import Intake
from detector.logs.messages import unfold_values
from detector.logs.records import Decoded, Shape, column_values, to_array


@dataclass
class CanonicalRows:
    """Takes the records of one file."""

    intake: Intake
    shape: Shape
    _started: bool = False

    def loose(self, decoded: Decoded) -> Loose | None:
        """Rows of the records that name their account; the others are rejected.

        Raises
        ------
        MissingColumns
            If no object of the first block has a required column.
        """
        self._require(decoded)
        decoded = self._with_required(decoded)
        if not decoded.records:
            return None
        values = column_values(decoded.records, self.shape.columns)
        if "prompt" in values:
            unfold_values(values, self.intake.note)
        columns = {c.name: to_array(values[c.name], c.type, decoded.exact) for c in self.shape.columns}
        return Loose(columns, decoded.rows, decoded.offsets)

    def _require(self, decoded: Decoded) -> None:
        if self._started:
            return
        self._started = True
        required = [c.name for c in self.shape.columns if c.required]
        self.intake.require([name for name in required if self._lacks(decoded, name)])

    def _lacks(self, decoded: Decoded, name: str) -> bool:
        if self.shape.paths[name] in self.intake.report.columns_found:
            return False
        return all(getattr(record, name) in (None, UNSET) for record in decoded.records)

    def _with_required(self, decoded: Decoded) -> Decoded:
        """Keep the records that name their account; reject the others."""
        required = self.shape.required
        account = attrgetter(required)
        if UNSET not in map(account, decoded.records):
            return decoded
        keep = []
        for i, record in enumerate(decoded.records):
            if account(record) is not UNSET:
                keep.append(i)
                continue
            detail = f"the line has no {self.shape.paths[required]}"
            self.intake.reject(int(decoded.rows[i]), decoded.offset(i), "missing", detail)
        return decoded.only(keep)
