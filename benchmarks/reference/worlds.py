"""Labelled worlds: made from a recipe and remembered on disk, or a user's own folders."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detector import drill
from detector.drill import Recipe


@dataclass(frozen=True)
class World:
    """Where a world's log, accounts and labels are."""

    name: str
    logs: Path
    accounts: Path | None
    labels: Path | None


def default_work() -> Path:
    """Folder in which made worlds are kept between runs."""
    return Path(tempfile.gettempdir()) / f"detector-benchmarks-{os.getuid()}"


def planned(name: str, accounts: int | None = None, days: int | None = None, shapes: Sequence[str] = ()) -> Recipe:
    """Recipe that ships, with another size of its crowd, other days, and more campaigns where it has some."""
    recipe = drill.named_recipe(name)
    planted = {pool.shape for pool in recipe.campaigns}
    further = [shape for shape in shapes if planted and shape not in planted]
    return replace(
        recipe,
        accounts=recipe.accounts if accounts is None else accounts,
        days=recipe.days if days is None else days,
        campaigns=(*recipe.campaigns, *(drill.shape(shape) for shape in further)),
    )


def made(name: str, recipe: Recipe, seed: int, work: Path) -> World:
    """World of a recipe and seed in Parquet, made if the folder `work` does not hold it yet."""
    folder = work / f"{name}-{seed}-{_digest(recipe)}"
    if not folder.is_dir():
        work.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=work))
        drill.write_world(drill.simulate(recipe, seed), fresh, "parquet")
        fresh.rename(folder)
    return world_in(folder, f"{name}, seed {seed}")


def world_in(folder: Path, name: str) -> World:
    """World in a folder with `logs`, and `accounts` and `labels` in CSV or Parquet beside it."""
    return World(name, folder / "logs", _table(folder, "accounts"), _table(folder, "labels"))


def worlds_under(folder: Path) -> list[World]:
    """Every labelled world in a folder: the folder itself, or the folders in it."""
    places = [place for place in [folder, *sorted(folder.iterdir())] if (place / "logs").is_dir()]
    worlds = [world_in(place, place.name) for place in places]
    return [world for world in worlds if world.labels is not None]


def _table(folder: Path, name: str) -> Path | None:
    found = [folder / f"{name}{suffix}" for suffix in (".parquet", ".csv")]
    return next((path for path in found if path.exists()), None)


def _digest(recipe: Recipe) -> str:
    """Name of a recipe together with the code that cooks it, so that no stale world is used."""
    digest = hashlib.sha256(repr(recipe).encode())
    for path in sorted(Path(drill.__file__).parent.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
