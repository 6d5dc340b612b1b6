"""Large logs for measuring, made as fast as they can be written: a crowd, and campaigns hidden in it.

    python benchmarks/generate.py --out WORLD                # a day of 1,000,000 rows of 50,000 accounts
    python benchmarks/generate.py --out WORLD --rows-a-day 5000000 --format parquet
    python benchmarks/generate.py --out WORLD --accounts 500000 --days 3 --campaign 25000x26@1 --chars 120

WORLD gets `logs`, `accounts.parquet` and `labels.csv`. The same options give the same files. These worlds are for speed
and memory: their crowd is plain. How well campaigns are found is measured on those of `detector simulate`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from reference.columns import Ints
from reference.population import START, Campaign, population
from reference.traffic import Traffic, day_counts, lines, parts, traffic
from reference.words import word_pool

_MOST_ROWS_A_DAY = 1 << 40


class Sink(Protocol):
    """Takes a block of a day."""

    def __call__(self, rows: pa.Table) -> None:
        """Write it."""


def main() -> None:
    """Write a world and say how fast."""
    given = _arguments()
    began = time.perf_counter()
    made = made_traffic(given.accounts, given.campaign, given.chars, given.seed)
    drawn = time.perf_counter()
    rows = write(made, given.rows_a_day, given.days, given.files_a_day, given.format, given.out, given.first_day)
    size = sum(path.stat().st_size for path in (given.out / "logs").iterdir())
    seconds = time.perf_counter() - drawn
    print(
        f"{rows:,} rows, {size / 1e6:,.0f} MB in {seconds:.1f} s ({size / 1e6 / seconds:.0f} MB/s), "
        f"after {drawn - began:.1f} s for the crowd",
        file=sys.stderr,
    )


def made_traffic(accounts: int, campaigns: list[Campaign], chars: int, seed: int) -> Traffic:
    """Everything that is drawn once."""
    return traffic(population(accounts, campaigns, seed), campaigns, word_pool(seed), chars, seed)


def write(
    made: Traffic, rows_a_day: int, days: int, files_a_day: int, format: str, out: Path, first_day: int = 0
) -> int:
    """Write logs, accounts and labels, and tell the number of rows."""
    logs = out / "logs"
    logs.mkdir(parents=True)
    # rows of other days have other places in the log, and so other ids
    total, requests = first_day * _MOST_ROWS_A_DAY, np.zeros(len(made.people), np.int64)
    for day in range(first_day, first_day + days):
        counts = day_counts(made, rows_a_day, day)
        write_day(made, counts, day, total, files_a_day, format, logs)
        requests += counts
        total += int(counts.sum())
    pq.write_table(made.people.facts(made.seed), out / "accounts.parquet", compression="zstd")
    made.people.labels(requests).to_csv(out / "labels.csv", index=False)
    return total - first_day * _MOST_ROWS_A_DAY


def write_day(made: Traffic, counts: Ints, day: int, first: int, files: int, format: str, logs: Path) -> None:
    """Write the logs of a day; `first` is the number of its first request."""
    for part, waiting in enumerate(parts(made, counts, day, first, files)):
        with _sink(logs / f"{START + day}-{part:02d}.{format}", day, format) as sink:
            for block in waiting:
                sink(block)


@contextmanager
def _sink(path: Path, day: int, format: str) -> Iterator[Sink]:
    if format == "jsonl":
        with path.open("wb", buffering=0) as file:
            yield lambda rows: _write_all(file, lines(rows, day))
        return
    writer: list[pq.ParquetWriter] = []

    def write_rows(rows: pa.Table) -> None:
        if not writer:
            writer.append(pq.ParquetWriter(path, rows.schema, compression="zstd"))
        writer[0].write_table(rows)

    yield write_rows
    for one in writer:
        one.close()


def _write_all(file: object, data: memoryview) -> None:
    while data:
        data = data[file.write(data) :]  # type: ignore[attr-defined]


def _campaign(text: str) -> Campaign:
    try:
        return Campaign.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder that does not exist yet")
    parser.add_argument("--accounts", type=int, default=50_000, help="in the crowd")
    parser.add_argument("--rows-a-day", type=int, default=1_000_000, help="of the crowd")
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--first-day", type=int, default=0, help="days after 1 June 2026, for more of the same crowd")
    parser.add_argument("--campaign", type=_campaign, action="append", default=[], metavar="ACCOUNTSxREQUESTS[@DAY]")
    parser.add_argument("--chars", type=int, default=400, help="mean length of a prompt")
    parser.add_argument("--files-a-day", type=int, default=4)
    parser.add_argument("--format", choices=["jsonl", "parquet"], default="jsonl")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
