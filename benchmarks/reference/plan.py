"""From what rows cost on one core to what a platform needs: the sizes of a day, and its price under assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from reference.columns import Ints

#: Requests of an account and a day that a profile holds at most.
HELD = 64
GIB, HOUR, MONTH_DAYS = 1 << 30, 3600.0, 30.4


@dataclass(frozen=True)
class Costs:
    """What was measured.

    Attributes
    ----------
    lines_cpu, parquet_cpu, driver_cpu, merge_cpu, repeats_cpu : float
        CPU seconds of a row.
    said, requests, memory, repeats_peak : float
        Bytes of a row: handed over before repeats are known, hashes in the store, merged profile, look for repeats.
    named : float
        Bytes handed over before repeats are known for each account in a file.
    pair, held : float
        Bytes of a stored profile for each account in a file, and for each of its requests that are held.
    """

    lines_cpu: float
    parquet_cpu: float
    driver_cpu: float
    merge_cpu: float
    repeats_cpu: float
    said: float
    requests: float
    memory: float
    repeats_peak: float
    named: float
    pair: float
    held: float

    def profiles(self, pairs: float, held: float) -> float:
        """Bytes of profiles of accounts in files."""
        return self.pair * pairs + self.held * held


@dataclass(frozen=True)
class Assumed:
    """What was not measured: prices, and how a platform is run."""

    core_hour: float = 0.05
    gib_hour: float = 0.006
    gib_month: float = 0.023
    gib_a_core: float = 4.0
    rows_a_file: float = 1e6
    hours: float = 2.0
    days_kept: int = 60


def spread(requests: Ints, files: float) -> tuple[float, float]:
    """Accounts in files and requests held, where requests fall into files by chance; of one account, on average."""
    own = requests[requests > 0].astype(float)
    pairs = files * -np.expm1(own * np.log1p(-1 / files)) if files > 1 else np.ones(len(own))
    return float(pairs.sum() / len(requests)), float(np.minimum(own, HELD * pairs).sum() / len(requests))


def planned(rows: float, requests: Ints, costs: Costs, assumed: Assumed) -> list[tuple[str, str]]:
    """What a day of so many rows takes, for accounts that ask as those of a crowd do."""
    accounts = rows / float(requests.mean())
    files = rows / assumed.rows_a_file
    dealt, whole = spread(requests, files), spread(requests, 1)
    by_chance, by_account = (costs.profiles(accounts * pairs, accounts * held) for pairs, held in (dealt, whole))
    hashes = rows * costs.requests
    kept = assumed.days_kept * (by_account + hashes) / GIB
    found = [
        ("files of a day", f"{files:,.0f}"),
        ("accounts of a day", f"{accounts:,.0f}"),
        ("accounts in files, requests spread by chance", f"{accounts * dealt[0]:.2g}"),
    ]
    for name, each in (("JSON lines", costs.lines_cpu), ("Parquet", costs.parquet_cpu)):
        hours = rows * each / HOUR
        price = hours * (assumed.core_hour + assumed.gib_a_core * assumed.gib_hour)
        told = f"{hours:,.0f} core hours, {hours / assumed.hours:,.0f} cores for {assumed.hours:g} h, ${price:,.2f}"
        found.append((f"tasks, {name}", told))
    driver = rows * costs.driver_cpu / HOUR
    return [
        *found,
        ("hand-over for repeats", f"{(rows * costs.said + accounts * dealt[0] * costs.named) / GIB:,.0f} GiB"),
        ("look for repeats in one process", _one(rows * costs.repeats_cpu, rows * costs.repeats_peak)),
        ("hand-over of days, spread by chance", f"{by_chance / GIB:,.0f} GiB"),
        ("hand-over of days, an account in one file", f"{by_account / GIB:,.0f} GiB"),
        ("all that the driver does", f"{driver:,.1f} h of one core"),
        ("a day merged by one process", _one(rows * costs.merge_cpu, rows * costs.memory)),
        (f"store of {assumed.days_kept} days, folded, with hashes", f"{kept:,.0f} GiB"),
        ("store, a month", f"${kept * assumed.gib_month:,.0f}"),
    ]


def _one(seconds: float, size: float) -> str:
    return f"{seconds / HOUR:,.1f} h of one core, {size / GIB:,.0f} GiB"
