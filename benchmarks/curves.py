"""Recall of each attack against its number of accounts and against requests per account, at the shipped threshold.

    python benchmarks/curves.py                                    # three attacks, a few points, two seeds
    python benchmarks/curves.py --whole --figure curves.svg        # every attack, every point, five seeds: hours
    python benchmarks/curves.py --shapes relay own_frames --sizes 50 200 1000 --rates 1 5 25

One attack stands in a crowd of unrelated accounts, with every other setting as in `detector/drill/shapes.py`. Worlds
are kept between runs; scans are made anew. A point of more requests than --most-requests is left out and shown as "–".
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
from reference.worlds import default_work, made

from detector import scan
from detector.drill import SHAPES, Pool, Recipe, evaluate, read_labels, shape

SIZES = (10, 20, 50, 100, 200, 500, 1000, 2000)
RATES = (0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
ATTACKS = tuple(name for name, pool in SHAPES.items() if pool.kind == "distillation")


@dataclass(frozen=True)
class Point:
    """One attack at one size and rate: recall in the worlds of each seed, and benign accounts flagged in them."""

    recalls: tuple[float, ...]
    false_alarms: int

    @property
    def recall(self) -> float:
        """Mean over the seeds; NaN if the point was left out."""
        return float(np.mean(self.recalls)) if self.recalls else float("nan")


Curve = dict[float, Point]


def main() -> None:
    """Measure every curve, print the tables and draw the figure."""
    given = _arguments()
    by_size = {name: _curve(name, given.sizes, "accounts", given) for name in given.shapes if name != "solo"}
    by_rate = {name: _curve(name, given.rates, "per_day", given) for name in given.shapes}
    print(f"Recall at the shipped threshold, mean of seeds {', '.join(map(str, given.seeds))};")
    print(f"crowd of {given.accounts:,} accounts over {given.days} days.\n")
    print(f"## By number of accounts\n\n{_table(by_size, given.sizes)}\n")
    print(f"## By extraction requests per account and day\n\n{_table(by_rate, given.rates)}\n")
    points = [point for curves in (by_size, by_rate) for curve in curves.values() for point in curve.values()]
    print(f"Benign accounts flagged in all {sum(len(p.recalls) for p in points)} worlds together: ", end="")
    print(sum(point.false_alarms for point in points))
    _draw(by_size, by_rate, given.figure)
    print(f"Figure: {given.figure}")


def _curve(name: str, values: Sequence[float], setting: str, given: argparse.Namespace) -> Curve:
    curve = {}
    for value in values:
        wanted = int(value) if setting == "accounts" else float(value)
        curve[value] = _point(f"{name}-{setting}-{value:g}", shape(name, **{setting: wanted}), given)
    return curve


def _point(title: str, pool: Pool, given: argparse.Namespace) -> Point:
    # an attack that begins late must still have half of the log
    pool = replace(pool, first_day=min(pool.first_day, given.days / 2))
    days = min(pool.days, given.days - pool.first_day)
    requests = pool.accounts * pool.per_day * days / (pool.share if pool.besides == "strangers" else 1.0)
    if requests > given.most_requests:
        return Point((), 0)
    recipe = Recipe(accounts=given.accounts, days=given.days, populations={}, campaigns=(pool,))
    recalls, alarms = [], 0
    for seed in given.seeds:
        world = made(title, recipe, seed, given.work)
        if world.accounts is None or world.labels is None:
            raise SystemExit(f"{world.logs.parent}: a world that was kept is not whole; delete it.")
        judged = evaluate(scan(world.logs, accounts=world.accounts).accounts, read_labels(world.labels))
        alarms += judged["benign_flagged"]
        if judged["recall"] is not None:  # a small pool at a low rate may not have sent anything
            recalls.append(judged["recall"])
    return Point(tuple(recalls), alarms)


def _table(curves: dict[str, Curve], values: Sequence[float]) -> str:
    lines = [["attack", *(f"{value:,g}" for value in values)], ["---", *["---:"] * len(values)]]
    lines += [[name, *(_figure(curve[value]) for value in values)] for name, curve in curves.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(point: Point) -> str:
    return f"{point.recall:.2f}" if point.recalls else "–"


def _draw(by_size: dict[str, Curve], by_rate: dict[str, Curve], path: Path) -> None:
    """Write one row of two panels for each attack: the mean of the seeds, and each seed as a dot."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(by_rate), 2, figsize=(8, 1.1 * len(by_rate) + 1), sharey=True, squeeze=False)
    columns = ((by_size, "accounts"), (by_rate, "requests per account and day"))
    for row, name in enumerate(by_rate):
        for axis, (curves, label) in zip(axes[row], columns, strict=True):
            axis.set_visible(name in curves)
            measured = {value: point for value, point in curves.get(name, {}).items() if point.recalls}
            axis.plot(list(measured), [point.recall for point in measured.values()], color="#1f5fa8")
            for value, point in measured.items():
                axis.scatter([value] * len(point.recalls), point.recalls, s=8, color="#1f5fa8", alpha=0.4, linewidths=0)
            axis.set(xscale="log", ylim=(-0.08, 1.08), yticks=(0, 1))
            axis.set_xticks(list(measured), [f"{value:g}" for value in measured])
            axis.minorticks_off()
            axis.set_title(name, loc="left", fontsize=8, pad=4)
            axis.tick_params(labelsize=7)
            if row == len(by_rate) - 1:
                axis.set_xlabel(label, fontsize=8)
    figure.suptitle("Recall at the shipped threshold", x=0.02, ha="left", fontsize=10)
    figure.tight_layout()
    figure.savefig(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shapes", nargs="+", choices=ATTACKS, metavar="SHAPE", help=", ".join(ATTACKS))
    parser.add_argument("--sizes", nargs="+", type=int, help="numbers of accounts")
    parser.add_argument("--rates", nargs="+", type=float, help="extraction requests per account and day")
    parser.add_argument("--seeds", nargs="+", type=int)
    parser.add_argument("--accounts", type=int, help="unrelated accounts")
    parser.add_argument("--days", type=int)
    parser.add_argument("--whole", action="store_true", help="every attack, size and rate, in a larger crowd")
    parser.add_argument("--most-requests", type=int, default=1_500_000, help="largest campaign that is made")
    parser.add_argument("--figure", type=Path, default=default_work() / "curves.svg", help="SVG, PNG or PDF to write")
    parser.add_argument("--work", type=Path, default=default_work(), help="where worlds are kept")
    small = {"shapes": ("balanced", "proxy_10", "low_and_slow"), "sizes": (10, 50, 200), "rates": (1.0, 5.0, 25.0),
             "seeds": (1, 2), "accounts": 1000, "days": 7}  # fmt: skip
    whole = {"shapes": ATTACKS, "sizes": SIZES, "rates": RATES,
             "seeds": (1, 2, 3, 4, 5), "accounts": 4000, "days": 10}  # fmt: skip
    given = parser.parse_args()
    for name, value in (whole if given.whole else small).items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    return given


if __name__ == "__main__":
    main()
