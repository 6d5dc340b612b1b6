"""A look at logs before they are scanned: what they are, what they hold, and what a scan could see with it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detector.errors import InputError, SetAside
from detector.features import FEATURES
from detector.logs.accounts import read_accounts
from detector.logs.files import discover
from detector.logs.intake import FileReport
from detector.logs.mapping import Mapping
from detector.logs.reader import read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.logs.units import FIELDS
from detector.results.record import FAMILY_NEEDS
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES
from detector.settings import Settings

BUSIEST = 10
HOUR_US = 3_600_000_000
#: Values of a field that are told apart; there may be more.
MOST_VALUES = 100_000


@dataclass
class Inspection:
    """What was found.

    Attributes
    ----------
    files : list of FileReport
        One per file, with its format, rows, span and errors.
    rows : int
        Rows that a scan would use, repeats among them.
    rejected : dict
        Reason → rows that it would not.
    first, last : datetime or None
        Of all rows, UTC.
    gaps : list of (datetime, datetime)
        Whole hours without a row, from the first one to the one after the last.
    known : dict
        Column → share of rows in which it has a value; those of accounts files with a prefix.
    states : dict
        Content state → rows.
    identities : dict
        Field that could name the account → number of its values, `MOST_VALUES` at most.
    busiest : list of (str, int)
        Accounts with the most rows.
    accounts : int
        Accounts with a row.
    features_off, families_off : list of (str, tuple of str)
        What would not run, and the columns it lacks; of a family, one of them would do.
    """

    files: list[FileReport] = field(default_factory=list)
    rows: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    gaps: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    known: dict[str, float] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    identities: dict[str, int] = field(default_factory=dict)
    busiest: list[tuple[str, int]] = field(default_factory=list)
    accounts: int = 0
    features_off: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    families_off: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class _Tally:
    hours: Counter[int] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    values: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FIELDS})
    rows: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        hours = batch.column("timestamp").view(pa.int64()).to_numpy() // HOUR_US
        self.hours.update(dict(zip(*(a.tolist() for a in np.unique(hours, return_counts=True)), strict=True)))
        for name, counter in (("content_state", self.states), ("account_id", self.accounts)):
            counted = pc.value_counts(batch.column(name))
            pairs = zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)
            counter.update(dict(pairs))
        for name, seen in self.values.items():
            if len(seen) < MOST_VALUES:
                seen.update(pc.unique(batch.column(name).drop_null()).to_pylist())

    def merge(self, other: _Tally) -> None:
        self.rows += other.rows
        self.hours.update(other.hours)
        self.states.update(other.states)
        self.accounts.update(other.accounts)
        for name, seen in self.values.items():
            if len(seen) < MOST_VALUES:
                seen.update(other.values[name])


def inspect(
    paths: Sequence[str],
    *,
    accounts: Sequence[str | Path] = (),
    mapping: Mapping | None = None,
    settings: Settings | None = None,
) -> Inspection:
    """Read logs once, without profiling them, and tell what is in them.

    Parameters
    ----------
    paths : sequence of str
        Files, folders, globs; ``-`` is standard input.
    accounts : sequence of path, optional
        Accounts files.
    mapping : Mapping, optional
        What the user has said of the logs.
    settings : Settings, optional

    Raises
    ------
    InputError
        If there is nothing to read. What is wrong with a single file is in its report.
    """
    reading = (settings or Settings()).reading
    files = discover(paths)
    rejects, tally, found = Rejects(reading.max_rejects_kept), _Tally(), Inspection()
    with linked(files, survey(files, reading, mapping), reading, mapping) as said:
        for file in files:
            report = FileReport()
            found.files.append(report)
            own = _Tally()
            try:
                for batch in read_queries(file, reading, said, report, rejects):
                    own.add(batch)
            except SetAside:
                continue
            except InputError as error:
                report.error = str(error)
            tally.merge(own)
    _conclude(found, tally, rejects)
    if accounts:
        people = read_accounts(accounts, reading, mapping, rejects)
        shares = {name: 1 - people.column(name).null_count / max(1, people.num_rows) for name in ACCOUNT_NAMES}
        found.known |= {f"accounts.{name}": share for name, share in shares.items()}
    present = {name for name, share in found.known.items() if share > 0}
    found.features_off = [(f.name, f.missing(present)) for f in FEATURES if f.missing(present)]
    found.families_off = [(name, needs) for name, needs in FAMILY_NEEDS.items() if not present.intersection(needs)]
    return found


def _conclude(found: Inspection, tally: _Tally, rejects: Rejects) -> None:
    found.rows, found.rejected = tally.rows, rejects.reasons()
    spans = [(r.first_timestamp, r.last_timestamp) for r in found.files if r.first_timestamp is not None]
    if spans:
        found.first = _moment(min(first for first, _ in spans if first is not None))
        found.last = _moment(max(last for _, last in spans if last is not None))
    found.gaps = _gaps(sorted(tally.hours))
    for name in QUERY_NAMES:
        nulls = sum(report.nulls.get(name, 0) for report in found.files)
        found.known[name] = 1 - nulls / tally.rows if tally.rows else 0.0
    found.states = dict(tally.states.most_common())
    found.identities = {name: len(seen) for name, seen in tally.values.items() if seen}
    ordered = sorted(tally.accounts.items(), key=lambda pair: (-pair[1], pair[0]))
    found.busiest, found.accounts = ordered[:BUSIEST], len(ordered)


def _gaps(hours: list[int]) -> list[tuple[dt.datetime, dt.datetime]]:
    """Stretches of hours that are missing between those that are there."""
    return [
        (_moment((before + 1) * HOUR_US), _moment(after * HOUR_US))
        for before, after in pairwise(hours)
        if after > before + 1
    ]


def _moment(us: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)
