"""A store to be filled night after night: the accounts file and the key beside it, and words of commands on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
from reference.population import START
from reference.traffic import Traffic

DAY = dt.timedelta(days=1)
FIRST: dt.date = START.astype(dt.date)


def prepare(made: Traffic, work: Path) -> None:
    """Write the accounts file, and a key that is of no use to anybody."""
    work.mkdir(parents=True, exist_ok=True)
    pq.write_table(made.people.facts(made.seed), work / "accounts.parquet", compression="zstd")
    key = work / "store.key"
    key.write_bytes(b"the key of a benchmark, of no use to anybody")
    key.chmod(0o600)


def words(name: str, work: Path, store: Path, *more: str) -> list[str]:
    """A command on a store, from its name on."""
    return [name, "--quiet", "--store", str(store), "--key", str(work / "store.key"), "--clear-ids", *more]


def nightly(work: Path, store: Path, day: dt.date) -> list[str]:
    """Words of the night after a day, given the accounts file and the logs in the folder."""
    now = f"{day + DAY}T02:00:00Z"
    return words("nightly", work, store, "--accounts", str(work / "accounts.parquet"), "--now", now, str(work / "logs"))
