"""False alarms over benign groups whose habits are drawn at random: firms, classes, events, users of one tool.

    python benchmarks/circles.py                        # twelve circles in four worlds
    python benchmarks/circles.py --worlds 40 --seed 7   # 120 of them: about 15 minutes on two cores

The counterpart of operators.py. What a circle has in common, what its accounts ask and how are drawn independently of
one another, so that most combinations were in nobody's mind when the detector was made.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd

from detector import scan
from detector.drill import Circle, Recipe, circles, simulate, write_world
from detector.errors import UsageError

CIRCLES = 3
#: Values of each habit, drawn with equal chances.
HABITS: dict[str, tuple[object, ...]] = {
    "bond": ("users", "users", "gathering", "organisation"),
    "accounts": (15, 30, 60, 120, 240),
    "created": get_args(circles.SignUps),
    "place": ("homes", *get_args(circles.Place)),
    "card": ("own", *get_args(circles.Card)),
    "mailbox": ("own", *get_args(circles.Mailbox)),
    "client": get_args(circles.Client),
    "tasks": ("own", *get_args(circles.Tasks)),
    "wording": ("one", *get_args(circles.Wording)),
    "words": ("plain", *get_args(circles.Words)),
    "written_in": get_args(circles.WrittenIn),
    "worded": (1.0, 0.6, 0.2),
    "per_day": (1.5, 6.0, 20.0, 60.0),
    "unequal": (0.3, 0.6, 1.0),
    "hours": get_args(circles.When),
    "request_settings": get_args(circles.Settings),
    "answer_tokens": (100.0, 400.0, 1200.0),
}


def main() -> None:
    """Judge each world, and print its circles and the table by habit."""
    given = _arguments()
    rows: list[dict[str, object]] = []
    elsewhere = 0
    for number in range(given.worlds):
        rng = np.random.default_rng((given.seed, number))
        drawn = [_drawn(rng, f"circle {number}.{k}") for k in range(CIRCLES)]
        found, others = _judged(drawn, given, given.seed * 1000 + number)
        elsewhere += others
        for circle, (flagged, tier) in zip(drawn, found, strict=True):
            told = ", ".join(f"{name} {getattr(circle, name)}" for name in HABITS)
            print(f"{circle.name}: flagged {flagged}, tier {tier}; {told}", flush=True)
            rows.append({**asdict(circle), "flagged": flagged, "alarm": flagged > 0, "listed": tier != "–"})
    table = pd.DataFrame(rows)
    print(f"\n{len(table)} circles of {table['accounts'].sum()} accounts: {table['alarm'].sum()} with one flagged,")
    print(
        f"{table['flagged'].sum()} accounts in all, {elsewhere} in the crowd; {table['listed'].sum()} circles listed\n"
    )
    print("| habit | circles with an account flagged (circles) by value |\n| --- | --- |")
    for name in HABITS:
        by = table.groupby(table[name].map(str))["alarm"].agg(["sum", "size"])
        print(f"| `{name}` | {'; '.join(f'{value}: {n} ({of})' for value, n, of in by.itertuples())} |")


def _drawn(rng: np.random.Generator, name: str) -> Circle:
    """A circle whose settings do not contradict each other."""
    while True:
        habits = {habit: values[rng.integers(len(values))] for habit, values in HABITS.items()}
        try:
            return Circle(name, **habits)  # type: ignore[arg-type]
        except UsageError:
            continue


def _judged(drawn: list[Circle], given: argparse.Namespace, seed: int) -> tuple[list[tuple[int, str]], int]:
    """Flagged accounts of each circle with the tier of most of its accounts, and flagged accounts of the crowd."""
    world = simulate(Recipe(given.accounts, given.days, populations={}, circles=drawn), seed)
    with tempfile.TemporaryDirectory() as folder:
        place = given.keep / str(seed) if given.keep else Path(folder)
        write_world(world, place, "parquet")
        result = scan(place / "logs", accounts=place / "accounts.parquet")
    active = world.labels[world.labels["n_queries"] > 0].merge(result.accounts[["account_id", "flagged"]])
    tiers = result.members.merge(result.campaigns[["campaign_id", "tier"]])[["account_id", "tier"]]
    held = active.merge(tiers, how="left").fillna({"tier": "–"})
    found = []
    for circle in drawn:
        own = held[held["population"] == circle.name]
        found.append((int(own["flagged"].sum()), str(own["tier"].mode().iloc[0]) if len(own) else "–"))
    return found, int(held.loc[~held["population"].isin([circle.name for circle in drawn]), "flagged"].sum())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=4)
    parser.add_argument("--accounts", type=int, default=1200, help="in the crowd")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep the worlds in")
    return parser.parse_args()


if __name__ == "__main__":
    main()
