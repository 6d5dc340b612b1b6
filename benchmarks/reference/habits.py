"""Groups whose habits are drawn at random: how they are drawn, judged and put into a table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from detector import scan
from detector.drill import Recipe, simulate, write_world
from detector.errors import UsageError

Made = TypeVar("Made")
#: Values of each habit, drawn with equal chances.
Habits = Mapping[str, Sequence[object]]


def drawn(habits: Habits, make: Callable[..., Made], rng: np.random.Generator) -> Made:
    """What is made of habits that do not contradict each other."""
    while True:
        try:
            return make(**{name: values[rng.integers(len(values))] for name, values in habits.items()})
        except UsageError:
            continue


def told(habits: Habits, group: object) -> str:
    """Habits of a group in words."""
    return ", ".join(f"{name} {getattr(group, name)}" for name in habits)


def judged(recipe: Recipe, seed: int, keep: Path | None = None) -> pd.DataFrame:
    """Accounts of a world that sent anything: population, kind, whether they are flagged, tier of their group."""
    world = simulate(recipe, seed)
    with tempfile.TemporaryDirectory() as folder:
        place = keep / str(seed) if keep else Path(folder)
        write_world(world, place, "parquet")
        result = scan(place / "logs", accounts=place / "accounts.parquet")
    active = world.labels[world.labels["n_queries"] > 0].merge(result.accounts[["account_id", "flagged"]])
    tiers = result.members.merge(result.campaigns[["campaign_id", "tier"]])[["account_id", "tier"]]
    return active.merge(tiers, how="left").fillna({"tier": "–"})


def print_by_habit(habits: Habits, table: pd.DataFrame, column: str, how: str, title: str) -> None:
    """Markdown table of a column by value of each habit, with the number of groups."""
    print(f"| habit | {title} by value |\n| --- | --- |")
    for name in habits:
        by = table.groupby(table[name].map(str))[column].agg([how, "size"])
        digits = ".2f" if how == "mean" else ".0f"
        print(f"| `{name}` | {'; '.join(f'{value}: {found:{digits}} ({n})' for value, found, n in by.itertuples())} |")
