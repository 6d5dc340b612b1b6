"""Recall over operators whose habits are drawn at random: what an operator can do to stay unseen, and at what price.

    python benchmarks/operators.py                        # twelve operators in four worlds
    python benchmarks/operators.py --worlds 40 --seed 7   # 120 of them: about 15 minutes on two cores

Each world has three operators among unrelated accounts and the look-alikes of the attack suite. An operator is a `Pool`
whose settings are drawn independently of one another, so that most are neither as loud nor as careful as they could be.
The table at the end gives mean recall by setting, so that it shows which habit hides a campaign.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from reference.habits import drawn, judged, print_by_habit, told

sys.path.insert(0, str(Path(__file__).parents[1]))

from detector.drill import Pool, Recipe
from tests.attack.worlds import RUNNERS

OPERATORS = 3
#: Values of each setting, drawn with equal chances.
HABITS: dict[str, tuple[object, ...]] = {
    "accounts": (20, 40, 80, 160),
    "per_day": (3.0, 8.0, 20.0, 50.0),
    "share": (1.0, 1.0, 0.5, 0.15),
    "frames": ("reasoning", "reasoning", "generation", "tags", "mixed", "grading", "bare"),
    "framed_by": ("prompt", "prompt", "prompt", "system", "second turn"),
    "n_frames": (1, 3, 8),
    "paraphrase": (0.0, 0.0, 0.3, 1.0),
    "own_frame": (False, False, False, False, False, True),
    "languages": (("en",), ("en",), ("en",), ("zh",), ("es", "ru"), ("ko", "en")),
    "items": ("data_set", "data_set", "data_set", "data_set", "strangers"),
    "answers": (1, 1, 1, 4, 16),
    "subjects": (0, 0, 3),
    "request_settings": ("one", "few", "own"),
    "hours": ("flat", "diurnal", "burst"),
    "unequal": (0.0, 0.3, 0.8),
    "created": ("burst", "drip", "aged"),
    "per_card": (1.0, 2.0, 6.0),
    "per_address": (1.0, 3.0, 8.0),
    "per_device": (1.0, 2.0, 5.0),
    "throwaway": (0.0, 0.3, 0.8),
    "same_client": (0.0, 0.5, 1.0),
    "answer_tokens": (0.0, 150.0, 1500.0),
    "pools": (1, 1, 3),
}


def main() -> None:
    """Judge each world, and print its operators and the table by setting."""
    given = _arguments()
    rows: list[dict[str, object]] = []
    alarms = 0
    for number in range(given.worlds):
        rng = np.random.default_rng((given.seed, number))
        pools = [drawn(HABITS, partial(_pool, f"operator {number}.{k}", rng), rng) for k in range(OPERATORS)]
        recipe = Recipe(given.accounts, given.days, populations=RUNNERS, campaigns=pools)
        accounts = judged(recipe, given.seed * 1000 + number, given.keep)
        alarms += int((accounts["flagged"] & (accounts["kind"] == "benign")).sum())
        for pool in pools:
            own = accounts[accounts["population"] == pool.shape]
            recall, tier = float(own["flagged"].mean()), str(own["tier"].mode().iloc[0])
            print(f"{pool.shape}: recall {recall:.2f}, tier {tier}; {told(HABITS, pool)}", flush=True)
            rows.append({name: getattr(pool, name) for name in HABITS} | {"recall": recall})
    table = pd.DataFrame(rows)
    recalls = table["recall"]
    print(
        f"\n{len(table)} operators: mean recall {recalls.mean():.2f}, {(recalls >= 0.9).sum()} of them at 0.9 or more;"
    )
    print(f"benign accounts flagged in all {given.worlds} worlds: {alarms}\n")
    print_by_habit(HABITS, table, "recall", "mean", "mean recall (operators)")


def _pool(name: str, rng: np.random.Generator, **habits: object) -> Pool:
    return Pool(shape=name, first_day=float(rng.uniform(0.3, 2.5)), **habits)  # type: ignore[arg-type]


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
