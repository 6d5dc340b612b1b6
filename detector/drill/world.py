"""A simulated world: queries, accounts and the truth about them, made from a recipe and a seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from detector.drill import identities
from detector.drill.bridges import bridged
from detector.drill.circle_use import run_circle
from detector.drill.clocks import Calendar
from detector.drill.frames import deal_frames
from detector.drill.grammar import library
from detector.drill.groups import Group, Stage
from detector.drill.launches import with_new_model
from detector.drill.occasions import OCCASIONS
from detector.drill.operators import run_pool
from detector.drill.populations import CROWD
from detector.drill.recipe import Recipe
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES


@dataclass(frozen=True)
class World:
    """A log, its accounts, and what each of them is."""

    queries: pd.DataFrame  #: columns of schema.QUERIES, sorted by time
    accounts: pd.DataFrame  #: columns of schema.ACCOUNTS, sorted by account_id
    labels: pd.DataFrame  #: account_id, population, campaign, kind, n_queries


def simulate(recipe: Recipe, seed: int) -> World:
    """World of a recipe; the same recipe and seed give the same world.

    Every ingredient draws from a generator of its own, so that adding one leaves what the others
    do unchanged (ids apart).
    """
    stage = Stage(Calendar(recipe.start, recipe.days), library())
    groups = [group for group in _groups(stage, recipe, seed) if len(group.members)]
    if recipe.launch is not None:
        groups = [
            with_new_model(group, stage.calendar, recipe.launch, _generator(seed, "launch", number))
            for number, group in enumerate(groups)
        ]
    first = np.cumsum([0] + [len(group.members) for group in groups])
    ids = identities.opaque_ids(int(first[-1]), seed)
    requests = _gather(groups, first, recipe.bridges, _generator(seed, "bridges", 0))
    accounts = _accounts(groups, ids)
    queries = _queries(requests, accounts, seed)
    return World(queries, _sorted(accounts), _labels(groups, ids, requests))


def _groups(stage: Stage, recipe: Recipe, seed: int) -> list[Group]:
    groups = []
    total = sum(recipe.crowd.values())
    for name, share in recipe.crowd.items():
        n = round(recipe.accounts * share / total)
        if n:
            groups.append(CROWD[name][1](stage, n, _generator(seed, name, 0)))
    for name, wanted in recipe.populations.items():
        (low, high), make = OCCASIONS[name]
        sizes = [None] * wanted if isinstance(wanted, int) else list(wanted)
        for number, size in enumerate(sizes):
            rng = _generator(seed, name, number)
            drawn = int(rng.integers(low, high + 1))
            groups.append(make(stage, drawn if size is None else size, rng))
    for number, circle in enumerate(recipe.circles):
        groups.append(run_circle(stage, circle, _generator(seed, circle.name, number)))
    frames = deal_frames(stage.library, recipe.campaigns, _generator(seed, "frames", 0))
    for number, pool in enumerate(recipe.campaigns):
        rng = _generator(seed, pool.shape, 1000 + number)
        groups.append(run_pool(stage, pool, f"{pool.shape}-{number + 1}", frames[number], rng))
    return groups


def _generator(seed: int, name: str, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode()), number])


def _gather(
    groups: list[Group], first: np.ndarray[tuple[int], np.dtype[np.int64]], bridges: float, rng: np.random.Generator
) -> pd.DataFrame:
    """All requests, sorted by time; `account` numbers the accounts of the world."""
    parts, sessions = [], 0
    for group, start in zip(groups, first, strict=False):
        part = group.requests.assign(account=group.requests["member"] + start)
        held = part["session"] >= 0
        part["session"] = part["session"].where(~held, part["session"] + sessions)
        sessions = max(sessions, int(part["session"].max()) + 1 if held.any() else sessions)
        parts.append(part)
    if not parts:
        return pd.DataFrame({"account": [], "timestamp": []}, dtype="int64")
    if bridges:
        parts = bridged(groups, parts, bridges, rng)
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values(["timestamp", "account"], kind="stable", ignore_index=True)


def _accounts(groups: list[Group], ids: identities.Words) -> pd.DataFrame:
    if not groups:
        return pd.DataFrame({name: [] for name in ACCOUNT_NAMES})
    table = pd.concat([group.members.accounts for group in groups], ignore_index=True)
    for column in ("created_at", "closed_at"):
        # milliseconds: what sign-up services log
        moment = table[column].to_numpy(dtype=np.int64) // 1_000_000 * 1_000_000
        times = pd.Series(pd.to_datetime(moment, unit="us", utc=True).as_unit("us"))
        table[column] = times.where(table[column].to_numpy(dtype=np.int64) >= 0)
    return table.assign(account_id=ids)[list(ACCOUNT_NAMES)]


def _queries(requests: pd.DataFrame, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    n = len(requests)
    who = requests["account"].to_numpy(dtype=np.int64)
    given = {name: requests[name] for name in QUERY_NAMES if name in requests.columns}
    unknown = dict.fromkeys(set(QUERY_NAMES) - set(given))
    queries = pd.DataFrame(given).assign(**unknown)[list(QUERY_NAMES)].copy()
    queries["timestamp"] = pd.to_datetime(requests["timestamp"], unit="us", utc=True).dt.as_unit("us")
    queries["account_id"] = accounts["account_id"].to_numpy(dtype=object)[who]
    queries["organization_id"] = accounts["organization_id"].to_numpy(dtype=object)[who]
    queries["request_id"] = identities.opaque_ids(n, seed + 1)
    if n:
        queries["session_id"] = _named(requests["session"], "s")
        queries["end_user_id"] = _named(requests["end_user"], "u")
    return queries.assign(provider="harbor", operation="chat", content_state="full", n_choices=1)


def _named(numbers: pd.Series, prefix: str) -> pd.Series:
    return (prefix + numbers.astype(str)).astype(object).where(numbers >= 0, None)


def _labels(groups: list[Group], ids: identities.Words, requests: pd.DataFrame) -> pd.DataFrame:
    counts = np.bincount(requests["account"].to_numpy(dtype=np.int64), minlength=ids.size)
    sizes = [len(group.members) for group in groups]
    labels = pd.DataFrame(
        {
            "account_id": ids,
            "population": np.repeat([group.population for group in groups], sizes),
            "campaign": np.repeat(np.array([group.campaign for group in groups], object), sizes),
            "kind": np.repeat([group.kind for group in groups], sizes),
            "n_queries": counts,
        }
    )
    return _sorted(labels.astype({"population": object, "kind": object}))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("account_id", ignore_index=True)
