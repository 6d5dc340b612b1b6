"""Recipes with a name, and the sample logs that are made from two of them."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

from detector.drill.campaigns import Pool
from detector.drill.files import write_world
from detector.drill.recipe import Recipe
from detector.drill.shapes import shape
from detector.drill.world import simulate
from detector.errors import UsageError

SAMPLE_SEED = 2026
_CROWD = {
    "people": 0.74, "developers": 0.08, "agent_users": 0.06, "households": 0.04,
    "privacy_users": 0.03, "shared_tool": 0.02, "products": 0.01, "batch_jobs": 0.012,
}  # fmt: skip

#: Recipes that ship with the detector.
RECIPES: dict[str, Recipe] = {
    "sample-week": Recipe(
        accounts=620,
        days=7,
        start=date(2026, 3, 25),
        crowd=_CROWD,
        populations={
            "classroom": [26], "firm_rollout": [34], "card_firm": [9], "evaluators": [2],
            "benchmark_runners": [5], "labelling_vendor": [6],
        },
        campaigns=(
            Pool(
                accounts=58, per_day=17.0, first_day=1.4, frames="reasoning", n_frames=3,
                per_card=5.0, per_address=6.0, unequal=0.1,
            ),
        ),
    ),
    "calm-week": Recipe(
        accounts=610,
        days=7,
        start=date(2026, 3, 9),
        crowd=_CROWD,
        populations={"classroom": [24], "card_firm": [9], "evaluators": [2], "hackathon": [30]},
    ),
    "mixed-fortnight": Recipe(
        accounts=4000,
        days=14,
        campaigns=(
            shape("balanced", accounts=200),
            shape("paraphrased", accounts=120),
            shape("proxy_mixed", accounts=250),
            shape("low_and_slow", accounts=120),
            shape("graders"),
            shape("logprob_harvest"),
            shape("failover", accounts=100),
            shape("solo"),
            shape("resale", accounts=120),
        ),
    ),
    "null-fortnight": Recipe(accounts=5000, days=14),
}  # fmt: skip

#: Folder of each sample log, and its recipe.
SAMPLES = {"month_end": "sample-week", "calm": "calm-week"}


def named_recipe(name: str) -> Recipe:
    """Recipe that ships under this name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, list(RECIPES), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"No recipe is called {name}.{hint} Known: {', '.join(RECIPES)}.")
    return RECIPES[name]


def write_samples(folder: Path, seed: int = SAMPLE_SEED) -> list[Path]:
    """Write the sample logs of the project into `folder`, one folder for each week."""
    written: list[Path] = []
    for name, recipe in SAMPLES.items():
        written += write_world(simulate(RECIPES[recipe], seed), folder / name, "jsonl")
    return written
