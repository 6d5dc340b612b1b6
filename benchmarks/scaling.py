"""What rows, accounts and files cost a cluster, measured at three sizes, and the plan for a platform that follows.

    python benchmarks/scaling.py                                      # 100,000, 300,000 and 1,000,000 rows
    python benchmarks/scaling.py --rows-a-file 1000000                # larger files
    python benchmarks/scaling.py --core-hour 0.04 --gib-month 0.02    # other prices

Costs are CPU seconds and bytes, which other users of the machine disturb little. Every size is read by a process of its
own, in the way of a cluster but for the network (`reference/handed.py`): one file after another, what is said of each
and its days as the bytes that would travel. The cost of a row is fitted on the smaller sizes; the largest checks it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from generate import made_traffic, write
from reference.columns import Ints
from reference.measure import measured
from reference.plan import Assumed, Costs, planned, spread
from reference.traffic import day_counts

FORMATS = ("jsonl", "parquet")
#: Requests of an account on a day, on average.
EACH = 20
#: The look for repeats is fast: so many times the rows make it measurable.
REPEATS = 20
Figures = dict[str, float]


def main() -> None:
    """Measure, and print Markdown tables."""
    given = _arguments()
    if given.one:
        _one(*given.one)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = {format: _sizes(given, format, Path(folder)) for format in FORMATS}
        looked = [_measured("repeats", str(REPEATS * rows), folder) for rows in given.rows]
    for format, sizes in found.items():
        _print_sizes(format, sizes)
    lines, parquet = found["jsonl"], found["parquet"]
    _print_repeats(looked)
    costs = _costs(lines, parquet, looked)
    counts = _counts(given.rows[-1])
    last = lines[-1]
    pairs = spread(counts, last["files"])[0] * len(counts)
    print(f"\nAccounts in files of the largest size: {last['pairs']:,.0f}; by chance they would be {pairs:,.0f}.")
    print("\n| a day of | " + " | ".join(f"{rows:.0e} requests" for rows in given.plan) + " |")
    print("| --- |" + " ---: |" * len(given.plan))
    assumed = Assumed(given.core_hour, given.gib_hour, given.gib_month)
    plans = [planned(rows, counts, costs, assumed) for rows in given.plan]
    for told in zip(*plans, strict=True):
        print(f"| {told[0][0]} | " + " | ".join(value for _, value in told) + " |")


def _sizes(given: argparse.Namespace, format: str, folder: Path) -> list[Figures]:
    """Worlds of all sizes, each read and merged."""
    warm, found = folder / f"warm-{format}", []
    write(made_traffic(50, [], given.chars, 1), 1000, 1, 1, format, warm)
    for rows in given.rows:
        world, files = folder / f"{format}-{rows}", max(1, rows // given.rows_a_file)
        written = write(made_traffic(rows // EACH, [], given.chars, 1), rows, 1, files, format, world)
        size = sum(path.stat().st_size for path in (world / "logs").iterdir())
        again = [_measured("read", str(world), str(warm)) for _ in range(given.rounds)]
        figures = again[0] | {
            name: float(np.median([one[name] for one in again])) for name in ("task_cpu", "driver_cpu")
        }
        found.append(
            figures | _measured("merge", str(world), str(warm)) | {"rows": written, "files": files, "bytes": size}
        )
    return found


def _counts(rows: int) -> Ints:
    """Requests of the accounts of a size."""
    return day_counts(made_traffic(rows // EACH, [], 400, 1), rows, 0)


def _measured(*words: str) -> Figures:
    """What a stage in a process of its own tells."""
    with tempfile.NamedTemporaryFile() as told:
        measured([sys.executable, __file__, "--one", *words, told.name])
        figures: Figures = json.loads(Path(told.name).read_text(encoding="utf-8"))
    return figures


def _one(name: str, first: str, second: str, told: str) -> None:
    from reference import stages

    stage: dict[str, Callable[[], Figures]] = {
        "read": lambda: stages.read(Path(first), Path(second)),
        "merge": lambda: stages.merge(Path(first), Path(second)),
        "repeats": lambda: stages.repeats(int(first), Path(second) / "warm-jsonl" / "logs"),
    }
    Path(told).write_text(json.dumps(stage[name]()), encoding="utf-8")


def _rate(sizes: list[Figures], name: str) -> tuple[float, float]:
    """Cost of a row by all sizes but the last, and how far the last is from it."""
    rate = sum(one[name] for one in sizes[:-1]) / sum(one["rows"] for one in sizes[:-1])
    return rate, rate * sizes[-1]["rows"] / sizes[-1][name] - 1


def _both(sizes: list[Figures], name: str, other: str) -> tuple[float, float, float]:
    """Bytes for each account in a file and for each of something else, by all sizes but the last; its error there."""
    known = np.array([[one["pairs"], one[other]] for one in sizes])
    seen = np.array([one[name] for one in sizes])
    (pair, each), *_ = np.linalg.lstsq(known[:-1], seen[:-1], rcond=None)
    return float(pair), float(each), float(known[-1] @ [pair, each] / seen[-1] - 1)


def _costs(lines: list[Figures], parquet: list[Figures], looked: list[Figures]) -> Costs:
    """Costs to plan with: of a row, the dearer of what was fitted and what the largest size took."""

    def row(sizes: list[Figures], name: str) -> float:
        return max(_rate(sizes, name)[0], sizes[-1][name] / sizes[-1]["rows"])

    named, said, _ = _both(lines, "said", "rows")
    pair, held, _ = _both(lines, "profiles", "held")
    return Costs(
        lines_cpu=row(lines, "task_cpu"),
        parquet_cpu=row(parquet, "task_cpu"),
        driver_cpu=row(lines, "driver_cpu"),
        merge_cpu=row(lines, "merge_cpu"),
        repeats_cpu=row(looked, "repeats_cpu"),
        said=said,
        requests=row(lines, "requests"),
        memory=row(lines, "memory"),
        repeats_peak=row(looked, "repeats_peak"),
        named=named,
        pair=pair,
        held=held,
    )


SHOWN = (
    ("rows", "rows", 1, "{:,.0f}"),
    ("files", "files", 1, "{:,.0f}"),
    ("MB", "bytes", 1e6, "{:,.0f}"),
    ("tasks, CPU s", "task_cpu", 1, "{:.1f}"),
    ("driver, CPU s", "driver_cpu", 1, "{:.2f}"),
    ("said, MB", "said", 1e6, "{:.2f}"),
    ("days, MB", "days", 1e6, "{:.1f}"),
    ("profiles stored, MB", "profiles", 1e6, "{:.1f}"),
    ("hashes stored, MB", "requests", 1e6, "{:.2f}"),
    ("accounts in files", "pairs", 1, "{:,.0f}"),
    ("requests held", "held", 1, "{:,.0f}"),
    ("peak MiB", "peak", 1 << 20, "{:,.0f}"),
    ("account-days", "account_days", 1, "{:,.0f}"),
    ("merge, CPU s", "merge_cpu", 1, "{:.2f}"),
    ("merged, MB", "memory", 1e6, "{:.1f}"),
    ("peak of merging, MiB", "merge_peak", 1 << 20, "{:,.0f}"),
)
RATES = ("task_cpu", "driver_cpu", "said", "days", "profiles", "requests", "merge_cpu", "memory")


def _print_sizes(format: str, sizes: list[Figures]) -> None:
    print(f"\n| {format} | " + " | ".join(f"{one['rows']:,.0f}" for one in sizes) + " | of a row | largest foretold |")
    print("| --- |" + " ---: |" * (len(sizes) + 2))
    for title, name, unit, shape in SHOWN[1:]:
        told = _told(sizes, name) if name in RATES else " | "
        print(f"| {title} | " + " | ".join(shape.format(one[name] / unit) for one in sizes) + f" | {told} |")
    named, said, off = _both(sizes, "said", "rows")
    print(f"\nSaid: {named:.1f} bytes for an account in a file, {said:.1f} for a row ({off:+.1%}).")
    pair, held, off = _both(sizes, "profiles", "held")
    print(f"Profiles stored: {pair:.0f} bytes for an account in a file, {held:.0f} for a request held ({off:+.1%}).")


def _told(sizes: list[Figures], name: str) -> str:
    rate, off = _rate(sizes, name)
    return (f"{rate * 1e6:.2f} µs" if "cpu" in name else f"{rate:.1f} bytes") + f" | {off:+.1%}"


def _print_repeats(looked: list[Figures]) -> None:
    print("\n| requests | look for repeats, CPU s | bytes of memory for each |\n| ---: | ---: | ---: |")
    for one in looked:
        each = one["repeats_peak"] / one["rows"]
        print(f"| {one['rows']:,.0f} | {one['repeats_cpu']:.2f} | {each:.0f} |")
    cpu, memory = (_rate(looked, name)[1] for name in ("repeats_cpu", "repeats_peak"))
    print(f"\nLargest foretold: CPU {cpu:+.1%}, memory {memory:+.1%}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 300_000, 1_000_000], help="of each size")
    parser.add_argument("--rows-a-file", type=int, default=100_000)
    parser.add_argument("--chars", type=int, default=400, help="mean length of a prompt")
    parser.add_argument("--rounds", type=int, default=1, help="readings of each size, of which the median counts")
    parser.add_argument("--plan", type=float, nargs="+", default=[1e9, 1e11], help="requests a day to plan for")
    parser.add_argument("--core-hour", type=float, default=Assumed.core_hour, help="price, $")
    parser.add_argument("--gib-hour", type=float, default=Assumed.gib_hour, help="price of memory, $")
    parser.add_argument("--gib-month", type=float, default=Assumed.gib_month, help="price of storage, $")
    parser.add_argument("--folder", type=Path, help="for worlds and stores, about 1 GB")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
