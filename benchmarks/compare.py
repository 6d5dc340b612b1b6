"""The detector against the script that every team writes first: seconds, memory, quality.

    python benchmarks/compare.py                                   # a simulated fortnight
    python benchmarks/compare.py --accounts-in-crowd 20000 --days 14
    python benchmarks/compare.py --logs LOGS --accounts accounts.csv --labels labels.csv

Both read the same files, one after the other in turn. Each runs as a process of its own, so that starting Python and
importing libraries counts.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from reference.measure import Run, measured
from reference.worlds import World, default_work, made, planned

from detector.drill import evaluate, read_labels

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample_logs" / "calm" / "logs"
QUALITY = {
    "average_precision": "average precision",
    "recall_at_0.1%_fpr": "recall at 0.1 % false positives",
    "precision": "precision of flags",
    "recall": "recall of flags",
    "benign_flagged": "benign accounts flagged",
    "pair_precision": "pair precision",
    "pair_recall": "pair recall",
    "campaigns_found": "campaigns claimed",
    "campaigns_mostly_benign": "of these mostly benign",
}


def main() -> None:
    """Measure, and print a Markdown table."""
    given = _arguments()
    world = _world(given)
    with tempfile.TemporaryDirectory() as folder:
        outs = {"detector": Path(folder) / "detector", "script": Path(folder) / "script"}
        commands = {"detector": detector(world, outs["detector"]), "script": script(world, outs["script"])}
        if SAMPLE.is_dir():  # compiles the text kernels, which happens once per installation
            measured(_detector("scan", str(SAMPLE), "--out", str(Path(folder) / "warm"), "--quiet"))
        runs: dict[str, list[Run]] = {"detector": [], "script": []}
        for _ in range(given.rounds):
            for name, command in commands.items():
                runs[name].append(measured(command, well=(0, 3)))
        print(f"{world.name}: {_size(world)}. {_machine()}\n")
        print(table(runs, {name: _quality(out, world) for name, out in outs.items()}))


def _detector(*words: str) -> list[str]:
    return [sys.executable, "-c", "from detector.cli import run; run()", *words]


def detector(world: World, out: Path) -> list[str]:
    """Command of a scan."""
    accounts = ["--accounts", str(world.accounts)] if world.accounts else []
    return _detector("scan", str(world.logs), *accounts, "--out", str(out), "--quiet")


def script(world: World, out: Path) -> list[str]:
    """Command of the afternoon script."""
    accounts = ["--accounts", str(world.accounts)] if world.accounts else []
    path = str(HERE / "reference" / "afternoon.py")
    return [sys.executable, path, str(world.logs), *accounts, "--out", str(out)]


def table(runs: dict[str, list[Run]], quality: dict[str, dict[str, object]]) -> str:
    """Markdown table of both."""
    pairs = zip(runs["detector"], runs["script"], strict=True)
    ratios = sorted(one.seconds / other.seconds for one, other in pairs)
    span = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    n = len(ratios)
    rows = [
        _row(f"seconds, median of {n}", runs, _seconds),
        f"| time against the script's, median of {n} pairs (range) | {span} | 1 |",
        _row("peak memory, MiB", runs, _peak),
    ]
    if all(quality.values()):
        rows += [
            f"| {words} | {_figure(quality['detector'][key])} | {_figure(quality['script'][key])} |"
            for key, words in QUALITY.items()
        ]
    return "\n".join(["| | detector | afternoon script |", "| --- | ---: | ---: |", *rows])


def _row(name: str, runs: dict[str, list[Run]], show: Callable[[list[Run]], str]) -> str:
    return f"| {name} | {show(runs['detector'])} | {show(runs['script'])} |"


def _seconds(runs: list[Run]) -> str:
    return f"{statistics.median(run.seconds for run in runs):.1f}"


def _peak(runs: list[Run]) -> str:
    return f"{max(run.peak for run in runs) / 2**20:.0f}"


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _quality(out: Path, world: World) -> dict[str, object]:
    if world.labels is None:
        return {}
    return evaluate(pd.read_parquet(out / "accounts.parquet"), read_labels(world.labels))


def _size(world: World) -> str:
    files = [world.logs] if world.logs.is_file() else [f for f in world.logs.rglob("*") if f.is_file()]
    size = f"{len(files)} files, {sum(f.stat().st_size for f in files) / 2**20:.1f} MiB"
    if world.labels is None:
        return size
    labels = read_labels(world.labels)
    if "n_queries" not in labels.columns:
        return f"{len(labels):,} accounts, {size}"
    active = int((labels["n_queries"] > 0).sum())
    return f"{int(labels['n_queries'].sum()):,} requests of {active:,} accounts, {size}"


def _machine() -> str:
    system, python = platform.machine(), platform.python_version()
    return f"{os.cpu_count()} cores ({system}), Python {python}, pandas {pd.__version__}."


def _world(given: argparse.Namespace) -> World:
    if given.logs:
        return World(str(given.logs), given.logs, given.accounts, given.labels)
    recipe = planned(given.recipe, given.accounts_in_crowd, given.days)
    return made(given.recipe, recipe, given.seed, given.work)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    own = parser.add_argument_group("logs of your own")
    own.add_argument("--logs", type=Path, help="file or folder, with the detector's column names")
    own.add_argument("--accounts", type=Path, help="CSV or Parquet")
    own.add_argument("--labels", type=Path, help="CSV or Parquet; without it only speed is compared")
    simulated = parser.add_argument_group("a simulated world")
    simulated.add_argument("--recipe", default="mixed-fortnight")
    simulated.add_argument("--seed", type=int, default=1)
    simulated.add_argument("--accounts-in-crowd", type=int, help="instead of the recipe's")
    simulated.add_argument("--days", type=int, help="instead of the recipe's")
    simulated.add_argument("--work", type=Path, default=default_work(), help="where worlds are kept")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
