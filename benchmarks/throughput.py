"""A whole scan against the known limits of its parts, in paired runs on the same files: rates, CPU seconds, memory.

    python benchmarks/throughput.py                                  # 500,000 rows in JSON lines and in Parquet
    python benchmarks/throughput.py --rows 5000000 --rounds 1 --works scan typed_parse
    python benchmarks/throughput.py --format parquet --rows 20000000 --chars 120 --works scan script --rounds 1

Every work is a process of its own; each round runs all of them in turn, so that what else the machine does falls on all
alike. A ratio is the median over rounds of what two works took in one round. Worlds are made by `generate.py` and kept.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reference.measure import Run, measured
from reference.worlds import default_work

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample_logs" / "calm" / "logs"
WORKS = {
    "scan": "`detector scan`, end to end",
    "one_worker": "the same with one worker",
    "typed_parse": "msgspec, typed parse alone",
    "zstd": "zstd, decompression alone",
    "memcpy": "reading and copying the bytes",
    "duckdb_sql": "DuckDB, plain aggregates in SQL",
    "script": "afternoon script in pandas",
}
OF_FORMAT = {
    "jsonl": ("scan", "one_worker", "typed_parse", "zstd", "memcpy", "duckdb_sql"),
    "parquet": ("scan", "one_worker", "duckdb_sql", "script"),
}


@dataclass(frozen=True)
class Made:
    """A world on disk, and its size as plain JSON lines or as Parquet."""

    folder: Path
    format: str
    rows: int
    bytes: int


def main() -> None:
    """Measure, and print a Markdown table for each format."""
    given = _arguments()
    for format in given.format:
        works = [work for work in given.works if work in OF_FORMAT[format]]
        made = world(format, given)
        if "zstd" in works:
            _compress(made.folder)
        with tempfile.TemporaryDirectory() as out:
            if SAMPLE.is_dir():  # compiles the kernels, which happens once per installation
                measured(_detector("scan", str(SAMPLE), "--out", f"{out}/warm", "--quiet"))
            runs: dict[str, list[Run]] = {work: [] for work in works}
            for _ in range(given.rounds):
                for work in works:
                    runs[work].append(measured(command(work, made.folder, Path(out)), well=(0, 3)))
        print(f"{made.rows:,} rows, {made.bytes / 1e6:,.0f} MB of {format}. {_machine()}\n")
        print(table(runs, made), "\n")
        print("\n".join(f"* {line}" for line in ratios(runs)), "\n")


def world(format: str, given: argparse.Namespace) -> Made:
    """World of the options, made unless it is on disk."""
    campaign = f"{max(20, given.accounts // 100)}x26"
    name = f"{format}-{given.rows}-{given.accounts}-{given.chars}-{given.days}-{campaign}"
    folder = given.work / name
    if not folder.is_dir():
        given.work.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=given.work)) / "world"
        words = {
            "out": fresh, "accounts": given.accounts, "rows-a-day": given.rows // given.days, "days": given.days,
            "chars": given.chars, "format": format, "campaign": campaign,
        }  # fmt: skip
        options = [text for name, value in words.items() for text in (f"--{name}", str(value))]
        subprocess.run([sys.executable, str(HERE / "generate.py"), *options], check=True)
        fresh.rename(folder)
        fresh.parent.rmdir()
    files = [path for path in (folder / "logs").iterdir() if path.suffix == f".{format}"]
    labels = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = sum(int(line.rpartition(",")[2]) for line in labels)
    return Made(folder, format, rows, sum(path.stat().st_size for path in files))


def command(work: str, folder: Path, out: Path) -> list[str]:
    """How a work is started."""
    logs, accounts = str(folder / "logs"), str(folder / "accounts.parquet")
    if work == "script":
        path = str(HERE / "reference" / "afternoon.py")
        return [sys.executable, path, logs, "--accounts", accounts, "--out", str(out / work)]
    if work in ("scan", "one_worker"):
        settings = out / f"{work}.toml"
        settings.write_text(f"[profiling]\nworkers = {int(work == 'one_worker')}\n", encoding="utf-8")
        words = ["--accounts", accounts, "--settings", str(settings), "--out", str(out / work), "--quiet"]
        return _detector("scan", logs, *words)
    source = str(folder / "compressed") if work == "zstd" else logs
    return [sys.executable, str(HERE / "reference" / "yardsticks.py"), work, source]


def table(runs: dict[str, list[Run]], made: Made) -> str:
    """Markdown table of all works."""
    n = len(next(iter(runs.values())))
    rows = [
        f"| median of {n} | seconds | CPU seconds | MB/s | MB per CPU second | rows/s | peak MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for work, found in runs.items():
        seconds, cpu = (statistics.median(getattr(run, name) for run in found) for name in ("seconds", "cpu"))
        size, peak = made.bytes / 1e6, max(run.peak for run in found) / 2**20
        rows.append(
            f"| {WORKS[work]} | {seconds:.1f} | {cpu:.1f} | {size / seconds:,.0f} | {size / cpu:,.0f} "
            f"| {made.rows / seconds:,.0f} | {peak:,.0f} |"
        )
    return "\n".join(rows)


def ratios(runs: dict[str, list[Run]]) -> list[str]:
    """What two works took in one round, as sentences."""
    said = [
        ("typed_parse", "scan", "cpu", "a scan's rate per CPU second, of the typed parse's"),
        ("one_worker", "scan", "seconds", "speed-up of two workers over one"),
        ("script", "scan", "seconds", "rows per second, of the afternoon script's"),
        ("scan", "script", "peak", "peak memory, of the afternoon script's"),
        ("duckdb_sql", "scan", "seconds", "rows per second, of DuckDB's"),
    ]
    found = []
    for over, under, what, words in said:
        if over in runs and under in runs:
            pairs = zip(runs[over], runs[under], strict=True)
            each = sorted(getattr(one, what) / max(getattr(other, what), 1e-9) for one, other in pairs)
            found.append(f"{words}: {statistics.median(each):.3f} ({each[0]:.3f} to {each[-1]:.3f})")
    return found


def _compress(folder: Path) -> None:
    """Compress JSON lines beside them, as a log is often kept."""
    import zstandard

    target = folder / "compressed"
    if target.is_dir():
        return
    fresh = Path(tempfile.mkdtemp(dir=folder))
    for path in (folder / "logs").glob("*.jsonl"):
        with path.open("rb") as plain, (fresh / f"{path.name}.zst").open("wb") as file:
            zstandard.ZstdCompressor().copy_stream(plain, file)
    fresh.rename(target)


def _detector(*words: str) -> list[str]:
    return [sys.executable, "-c", "from detector.cli import run; run()", *words]


def _machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}."


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=500_000, help="in all, beside those of the planted campaign")
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--chars", type=int, default=250, help="mean length of a prompt")
    parser.add_argument("--format", nargs="+", choices=list(OF_FORMAT), default=list(OF_FORMAT))
    parser.add_argument("--works", nargs="+", choices=list(WORKS), default=list(WORKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=default_work(), help="where worlds are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
