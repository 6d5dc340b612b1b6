"""Campaign search and forest by themselves, on simulated keys and features of many accounts: how their cost grows.

    python benchmarks/search.py                                   # 20,000 and 100,000 accounts
    python benchmarks/search.py --accounts 200000 1000000         # the sizes of the budget
    python benchmarks/search.py --accounts 100000 --worlds plain hub

Every size and world is a process of its own, so that memory is told apart. In the world `hub` one more fact is held by
half of all accounts, in `template` all prompts have one template, whose beginning, end and phrases every account holds
and sends more often than anything else. Neither must cost much more: popular facts say nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from reference.measure import measured

from detector.profiles.keys import FAMILIES, FAMILY_OF, KINDS, REQUEST_KINDS

Int32s = npt.NDArray[np.int32]

WORLDS = ("plain", "hub", "template")
FEATURES = 40
#: Accounts of a planted campaign, and the share of all accounts that are in one.
CAMPAIGN, PLANTED = 500, 0.01
#: Keys that one template leaves in every prompt, by kind; they stand in ten times as many requests as others.
TEMPLATE = {"head": 1, "tail": 1, "template": 1, "phrase": 4}
ONE_TEMPLATE = 1 << 50
_HOURS = (
    ("created_1h", 1),
    ("created_1h_shifted", 1),
    ("created_6h", 6),
    ("created_6h_shifted", 6),
    ("created_1d", 24),
)


def main() -> None:
    """Measure, and print a Markdown table."""
    given = _arguments()
    if given.one:
        _one(int(given.one[0]), given.one[1], given.keys, Path(given.one[2]))
        return
    print(
        f"| accounts, {given.keys} keys each | world | search, s | CPU, s | forest, s | CPU, s | in a core | peak MiB |"
    )
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for accounts in given.accounts:
        for world in given.worlds:
            with tempfile.TemporaryDirectory() as folder:
                told = Path(folder) / "told.json"
                one = ["--keys", str(given.keys), "--one", str(accounts), world, str(told)]
                run = measured([sys.executable, __file__, *one])
                said = json.loads(told.read_text(encoding="utf-8"))
            figures = " | ".join(f"{said[part][of]:.1f}" for part in ("search", "forest") for of in ("wall", "cpu"))
            print(f"| {accounts:,} | {world} | {figures} | {said['found']:,} | {run.peak / 2**20:,.0f} |", flush=True)


def _one(accounts: int, world: str, keys: int, told: Path) -> None:
    """Search and fit once, and write down seconds."""
    from detector.anomaly import baseline
    from detector.campaigns.composites import significant_composites
    from detector.campaigns.grow import attach, components, core
    from detector.settings import Anomaly, Campaigns

    principals, settings = np.arange(accounts), Campaigns()
    held = simulated_keys(accounts, keys, world, np.random.default_rng(1))
    with timed() as search:
        composites, holders = significant_composites(held, principals, settings)
        label = components(core(composites, holders, principals, settings), accounts)
        label = attach(label, holders, settings)
    features = _features(accounts)
    with timed() as forest:
        model = baseline.fit(features, dict.fromkeys(features, "high"), Anomaly(), 1, {})
        baseline.score(model, features)
    found = {"search": search, "forest": forest, "found": int((label >= 0).sum())}
    told.write_text(json.dumps(found), encoding="utf-8")


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by the clock and of all cores, once the block is done."""
    took: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def simulated_keys(n: int, many: int, world: str, rng: np.random.Generator) -> pd.DataFrame:
    """Keys as `Tables.keys` has them: habits of a crowd, and campaigns that share networks, cards, frames and hours."""
    drawn = _drawn(n, many, rng)
    if world == "hub":
        drawn["referrer"] = [np.where(rng.random(n) < 0.5, 1, 2 + np.arange(n))]
    if world == "template":
        for kind, of_all in TEMPLATE.items():
            drawn.setdefault(kind, []).extend(np.full(n, ONE_TEMPLATE + i) for i in range(of_all))
    held = {KINDS.index(kind): _held(drawn.pop(kind)) for kind in KINDS if kind in drawn}
    ends = np.cumsum(sum(each for each, _, _ in held.values()))
    table = _empty(int(ends[-1]))
    free = np.append(0, ends[:-1])
    for kind in list(held):
        each, key, degree = held.pop(kind)
        rows = np.arange(len(key)) + np.repeat(free - (np.cumsum(each) - each), each)
        free += each
        table["account"][rows] = np.repeat(np.arange(n, dtype=np.int32), each)
        table["kind"][rows], table["key"][rows], table["degree"][rows] = kind, key, degree
        if KINDS[kind] not in REQUEST_KINDS:
            table["requests"][rows] = np.nan
    table["requests"][table["key"] >= ONE_TEMPLATE] *= 10
    family = np.array([FAMILIES.index(FAMILY_OF[kind]) for kind in KINDS], np.int8)[table["kind"]]
    named = {
        "family": pd.Categorical.from_codes(family, categories=pd.Index(FAMILIES)),
        "kind": pd.Categorical.from_codes(table["kind"], categories=pd.Index(KINDS)),
    }
    return pd.DataFrame({**table, **named}, copy=False)


def _drawn(n: int, many: int, rng: np.random.Generator) -> dict[str, list[npt.NDArray[np.int64]]]:
    """So many facts of each account, by kind."""
    campaign = np.where(np.arange(n) < PLANTED * n, np.arange(n) // CAMPAIGN, -1)
    hours = np.where(campaign >= 0, campaign * 7 % 4000, np.minimum(rng.exponential(2000, n), 20_000).astype(np.int64))
    drawn = {
        "client": [rng.geometric(0.1, n)],
        "settings": [rng.geometric(0.08, n)],
        "domain": [rng.zipf(1.3, n) % 5000],
        "pattern": [rng.geometric(0.2, n)],
        **{kind: [hours // width] for kind, width in _HOURS},
        "address": [_shared(campaign, n // 3, 40, rng) for _ in range(2)],
        "subnet": [_shared(campaign, max(1, n // 20), 4, rng) for _ in range(2)],
        "payment": [_shared(campaign, n, 60, rng)],
    }
    contents = ("head", "tail", "system", "phrase", "phrase", "phrase")
    for i in range(many - sum(map(len, drawn.values()))):
        drawn.setdefault(contents[i % 6], []).append(_shared(campaign, n // 2, 5, rng))
    return drawn


def _held(facts: list[npt.NDArray[np.int64]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64], Int32s]:
    """Facts of one kind that two accounts hold or more: how many each account has, and its keys with their holders."""
    values = np.sort(np.column_stack(facts), axis=1)
    new = np.ones(values.shape, bool)
    new[:, 1:] = values[:, 1:] != values[:, :-1]
    number = pd.factorize(values[new])[0]
    degree = np.bincount(number).astype(np.int32)[number]
    new[new] = degree >= 2
    return np.count_nonzero(new, axis=1), values[new].astype(np.uint64) + np.uint64(1), degree[degree >= 2]


def _empty(n: int) -> dict[str, npt.NDArray[Any]]:
    """Columns of the types that `Tables.keys` has, to be filled in."""
    return {
        "account": np.empty(n, np.int32),
        "kind": np.empty(n, np.int8),
        "key": np.empty(n, np.uint64),
        "requests": np.full(n, 5.0),
        "half_0": np.ones(n, np.int32),
        "half_1": np.ones(n, np.int32),
        "degree": np.empty(n, np.int32),
    }


def _shared(campaign: npt.NDArray[np.int64], crowd: int, own: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A fact of each account: one of so many of the crowd, or one of the few of its campaign."""
    n = len(campaign)
    facts: npt.NDArray[np.int64] = np.where(
        campaign >= 0, (1 << 40) + campaign * 1000 + rng.integers(0, own, n), rng.integers(0, crowd, n)
    )
    return facts


def _features(n: int) -> pd.DataFrame:
    values = np.random.default_rng(2).lognormal(size=(n, FEATURES))
    return pd.DataFrame(values, columns=[f"feature_{i}" for i in range(FEATURES)])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--keys", type=int, default=64, help="of each account")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
