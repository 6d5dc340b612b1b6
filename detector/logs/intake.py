"""One file being read: its limits, its report, its rejects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from detector.errors import MissingColumns
from detector.logs.files import LogFile, shown
from detector.logs.rejects import Rejects
from detector.logs.time import UnitOfTime
from detector.settings import Reading


@dataclass
class FileReport:
    """What was found in a file; timestamps are microseconds since 1970, UTC."""

    path: str = ""
    index: int = 0
    format: str = ""
    container: str = ""
    recognised_by: list[str] = field(default_factory=list)
    has_facts: bool = False
    compression: str = "none"
    bytes: int = 0
    sha256: str = ""
    rows_in: int = 0
    rows_rejected: int = 0
    rows_blank: int = 0
    rows_other: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    raw_keys: int = 0
    first_timestamp: int | None = None
    last_timestamp: int | None = None
    columns_found: list[str] = field(default_factory=list)
    columns_missing: list[str] = field(default_factory=list)
    nulls: dict[str, int] = field(default_factory=dict)
    time_unit: str | None = None
    warnings: list[str] = field(default_factory=list)
    error: str | None = None


@dataclass
class Intake:
    """What the readers of all formats share while they read one file."""

    file: LogFile
    settings: Reading
    paths: dict[str, str]
    report: FileReport
    rejects: Rejects
    unit: UnitOfTime = field(default_factory=UnitOfTime)
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)

    def reject(self, row: int, offset: int | None, reason: str, detail: str) -> None:
        """Count a row of this file as unusable."""
        self.report.rows_rejected += 1
        self.rejects.add(self.file.shown, row, offset, reason, detail)

    def note(self, column: str, what: str, values: int = 1) -> None:
        """Count values of a column that were set to null or changed; rows that hold them stay."""
        if values:
            self.odd[column, what] += values

    def over(self, limit: str, values: int) -> None:
        """Count values that were set to null because they are over a limit, a setting of `Reading`."""
        if values:
            self.report.reached[limit] = self.report.reached.get(limit, 0) + values

    def require(self, missing: list[str]) -> None:
        """Refuse a file that lacks columns.

        Raises
        ------
        MissingColumns
            Unless `missing` is empty.
        """
        if missing:
            mapped = [f'{name} = "{self.paths[name]}"' for name in missing if name in self.paths]
            kind = f"file, read with {', '.join(mapped)}," if mapped else "file"
            found = self.report.columns_found
            raise MissingColumns(self.file.shown, missing, [shown(name) for name in found], kind)

    def source(self, column: str) -> str:
        """Name or dotted path under which the file keeps a canonical column."""
        return self.paths.get(column, column)

    def start_over(self) -> None:
        """Forget the rows of a file that is refused as a whole: none of them counts."""
        report = self.report
        report.rows_in = report.rows_rejected = report.rows_blank = report.rows_other = report.raw_keys = 0
        report.first_timestamp = report.last_timestamp = None
        report.nulls.clear()
        self.rejects.forget(self.file.shown)
        self.odd.clear()

    def close(self) -> None:
        """Write the counts of odd values into the report, in a fixed order."""
        self.report.time_unit = self.unit.name
        for (column, what), values in sorted(self.odd.items()):
            self.report.warnings.append(f"{column}: {what} ({values:,} values).")
