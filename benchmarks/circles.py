"""False alarms over benign groups whose habits are drawn at random: firms, classes, events, users of one tool.

    python benchmarks/circles.py                        # twelve circles in four worlds
    python benchmarks/circles.py --worlds 40 --seed 7   # 120 of them: about 15 minutes on two cores

The counterpart of operators.py. What a circle has in common, what its accounts ask and how are drawn independently of
one another, so that most combinations were in nobody's mind when the detector was made.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from reference.habits import drawn, judged, print_by_habit, told

from detector.drill import Circle, Recipe, circles

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
        made = [drawn(HABITS, partial(Circle, f"circle {number}.{k}"), rng) for k in range(CIRCLES)]
        recipe = Recipe(given.accounts, given.days, populations={}, circles=made)
        accounts = judged(recipe, given.seed * 1000 + number, given.keep)
        elsewhere += int(accounts.loc[~accounts["population"].isin([one.name for one in made]), "flagged"].sum())
        for circle in made:
            own = accounts[accounts["population"] == circle.name]
            flagged, tier = int(own["flagged"].sum()), str(own["tier"].mode().iloc[0]) if len(own) else "–"
            print(f"{circle.name}: flagged {flagged}, tier {tier}; {told(HABITS, circle)}", flush=True)
            rows.append({**asdict(circle), "flagged": flagged, "alarm": flagged > 0, "listed": tier != "–"})
    table = pd.DataFrame(rows)
    n, alarms, listed = table["accounts"].sum(), table["alarm"].sum(), table["listed"].sum()
    print(f"\n{len(table)} circles of {n} accounts: {alarms} with one flagged,")
    print(f"{table['flagged'].sum()} accounts in all, {elsewhere} in the crowd; {listed} circles listed\n")
    print_by_habit(HABITS, table, "alarm", "sum", "circles with an account flagged (circles)")


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
