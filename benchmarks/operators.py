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
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from detector import scan
from detector.drill import Pool, Recipe, simulate, write_world
from detector.errors import UsageError
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
        pools = [_drawn(rng, f"operator {number}.{k}") for k in range(OPERATORS)]
        found, flagged = _judged(pools, given, given.seed * 1000 + number)
        alarms += flagged
        for pool, (recall, tier) in zip(pools, found, strict=True):
            habits = {name: getattr(pool, name) for name in HABITS}
            told = ", ".join(f"{name} {value}" for name, value in habits.items())
            print(f"{pool.shape}: recall {recall:.2f}, tier {tier}; {told}", flush=True)
            rows.append({**habits, "recall": recall})
    table = pd.DataFrame(rows)
    recall = table["recall"]
    print(f"\n{len(table)} operators: mean recall {recall.mean():.2f}, {(recall >= 0.9).sum()} of them at 0.9 or more;")
    print(f"benign accounts flagged in all {given.worlds} worlds: {alarms}\n")
    print("| setting | mean recall (operators) by value |\n| --- | --- |")
    for name in HABITS:
        by = table.groupby(table[name].map(str))["recall"].agg(["mean", "size"])
        cells = [f"{value}: {mean:.2f} ({n})" for value, mean, n in zip(by.index, by["mean"], by["size"], strict=True)]
        print(f"| `{name}` | {'; '.join(cells)} |")


def _drawn(rng: np.random.Generator, name: str) -> Pool:
    """An operator whose settings do not contradict each other."""
    while True:
        drawn = {habit: values[rng.integers(len(values))] for habit, values in HABITS.items()}
        try:
            return Pool(shape=name, first_day=float(rng.uniform(0.3, 2.5)), **drawn)  # type: ignore[arg-type]
        except UsageError:
            continue


def _judged(pools: list[Pool], given: argparse.Namespace, seed: int) -> tuple[list[tuple[float, str]], int]:
    """Recall of each pool with the tier of most of its accounts, and how many benign accounts are flagged."""
    world = simulate(Recipe(given.accounts, given.days, populations=RUNNERS, campaigns=pools), seed)
    with tempfile.TemporaryDirectory() as folder:
        write_world(world, Path(folder), "parquet")
        result = scan(Path(folder) / "logs", accounts=Path(folder) / "accounts.parquet")
    active = world.labels[world.labels["n_queries"] > 0].merge(result.accounts[["account_id", "flagged"]])
    benign = int((active["flagged"] & (active["kind"] == "benign")).sum())
    tiers = result.members.merge(result.campaigns[["campaign_id", "tier"]])[["account_id", "tier"]]
    held = active.merge(tiers, how="left").fillna({"tier": "–"})
    found = []
    for pool in pools:
        own = held[held["population"] == pool.shape]
        found.append((float(own["flagged"].mean()), str(own["tier"].mode().iloc[0])))
    return found, benign


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=4)
    parser.add_argument("--accounts", type=int, default=1200, help="in the crowd")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
