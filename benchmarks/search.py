"""Campaign search and forest by themselves, on simulated keys and features of many accounts: how their cost grows.

    python benchmarks/search.py                                   # 20,000 and 100,000 accounts
    python benchmarks/search.py --accounts 200000 1000000         # the sizes of the budget
    python benchmarks/search.py --accounts 100000 --worlds plain hub
    python benchmarks/search.py --accounts 10000000 --worlds plain --on-disk /var/tmp   # takes 25 GB there, for a while

Every size and world is a process of its own, so that memory is told apart. In the world `hub` one more fact is held by
half of all accounts, in `template` all prompts have one template, whose beginning, end and phrases every account holds
and sends more often than anything else. Neither must cost much more: popular facts say nothing.

On disk, keys and features are files that are mapped into memory column by column, and the whole need never be there.
The peak is of all pages in memory, those of such files among them; "own" is without them. What the search itself
writes to disk would show in the folder for temporary files (`TMPDIR`).
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

Ints = npt.NDArray[np.int64]
Int8s = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

WORLDS = ("plain", "hub", "template")
FEATURES = 40
TOLD = "told.json"
#: Accounts of a planted campaign, and the share of all accounts that are in one.
CAMPAIGN, PLANTED = 500, 0.01
#: Keys that one template leaves in every prompt, by kind; they stand in ten times as many requests as others.
TEMPLATE = {"head": 1, "tail": 1, "template": 1, "phrase": 4}
#: Accounts drawn at a time.
BLOCK = 1 << 17
_HOURS = (
    ("created_1h", 1),
    ("created_1h_shifted", 1),
    ("created_6h", 6),
    ("created_6h_shifted", 6),
    ("created_1d", 24),
)
_FAMILY = np.array([FAMILIES.index(FAMILY_OF[kind]) for kind in KINDS], np.int8)
_OF_REQUESTS = np.array([kind in REQUEST_KINDS for kind in KINDS])


def main() -> None:
    """Measure, and print a Markdown table."""
    given = _arguments()
    if given.one:
        _one(int(given.one[0]), given.one[1], given.keys, Path(given.one[2]), given.on_disk is not None)
        return
    print(
        f"| accounts, {given.keys} keys each | world | search, s | CPU, s | forest, s | CPU, s | in a core | peak MiB |"
        " own MiB | on disk MiB |"
    )
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for accounts in given.accounts:
        for world in given.worlds:
            with tempfile.TemporaryDirectory(dir=given.on_disk) as folder:
                one = ["--keys", str(given.keys), "--one", str(accounts), world, folder]
                on_disk = ["--on-disk", folder] if given.on_disk else []
                run = measured([sys.executable, __file__, *one, *on_disk])
                said = json.loads((Path(folder) / TOLD).read_text(encoding="utf-8"))
                written = sum(file.stat().st_size for file in Path(folder).iterdir())
            figures = " | ".join(f"{said[part][of]:.1f}" for part in ("search", "forest") for of in ("wall", "cpu"))
            sizes = " | ".join(f"{size / 2**20:,.0f}" for size in (run.peak, run.own, written))
            print(f"| {accounts:,} | {world} | {figures} | {said['found']:,} | {sizes} |", flush=True)


def _one(accounts: int, world: str, keys: int, folder: Path, on_disk: bool) -> None:
    """Search and fit once, and write down seconds."""
    from detector.anomaly import baseline
    from detector.campaigns.composites import significant_composites
    from detector.campaigns.grow import attach, components, core
    from detector.settings import Anomaly, Campaigns

    principals, settings = np.arange(accounts), Campaigns()
    held = simulated_keys(accounts, keys, world, folder if on_disk else None)
    with timed() as search:
        composites, holders = significant_composites(held, principals, settings)
        label = components(core(composites, holders, principals, settings), accounts)
        label = attach(label, holders, settings)
    features = _features(accounts, folder if on_disk else None)
    with timed() as forest:
        model = baseline.fit(features, dict.fromkeys(features, "high"), Anomaly(), 1, {})
        baseline.score(model, features)
    found = {"search": search, "forest": forest, "found": int((label >= 0).sum())}
    (folder / TOLD).write_text(json.dumps(found), encoding="utf-8")


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by the clock and of all cores, once the block is done."""
    took: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def simulated_keys(n: int, many: int, world: str, folder: Path | None = None) -> pd.DataFrame:
    """Keys as `Tables.keys` has them: habits of a crowd, and campaigns that share networks, cards, frames and hours.

    Accounts are drawn a block at a time and twice: to count the holders of each key, then to write down the keys that
    two hold; in the folder, if there is one.
    """
    degree = np.zeros(len(KINDS) * _values(n), np.int32)
    for _, _, place, new in _blocks(n, many, world):
        np.add.at(degree, place[new], 1)
    table, free = _columns(int(degree[degree >= 2].sum()), folder), 0
    for first, kind, place, new in _blocks(n, many, world):
        kept = new & (degree[place] >= 2)
        part = slice(free, free := free + int(np.count_nonzero(kept)))
        table["account"][part] = first + np.repeat(np.arange(len(kept)), np.count_nonzero(kept, axis=1))
        table["family"][part] = np.broadcast_to(_FAMILY[kind], kept.shape)[kept]
        table["kind"][part] = np.broadcast_to(kind, kept.shape)[kept]
        table["key"][part] = place[kept] % _values(n) + 1
        table["requests"][part] = _requests(kind, place % _values(n), n)[kept]
        table["half_0"][part], table["half_1"][part], table["degree"][part] = 1, 1, degree[place[kept]]
    named = {
        "family": pd.Categorical.from_codes(table["family"], categories=pd.Index(FAMILIES)),
        "kind": pd.Categorical.from_codes(table["kind"], categories=pd.Index(KINDS)),
    }
    return pd.DataFrame({**table, **named}, copy=False)


def _blocks(n: int, many: int, world: str) -> Iterator[tuple[int, Int8s, Ints, Mask]]:
    """First account of each block, kinds of its columns, the keys by kind and fact, and which are an account's first.

    Facts of one kind stand side by side, ascending.
    """
    for first in range(0, n, BLOCK):
        drawn = _drawn(np.arange(first, min(first + BLOCK, n)), n, many, world, np.random.default_rng((1, first)))
        kinds = [kind for kind in KINDS if kind in drawn]
        kind = np.repeat([KINDS.index(kind) for kind in kinds], [len(drawn[kind]) for kind in kinds])
        facts = [np.sort(np.column_stack(drawn.pop(kind)), axis=1) for kind in kinds]
        place = kind * _values(n) + np.concatenate(facts, axis=1)
        new = np.ones(place.shape, bool)
        new[:, 1:] = place[:, 1:] != place[:, :-1]
        yield first, kind.astype(np.int8), place, new


def _drawn(account: Ints, n: int, many: int, world: str, rng: np.random.Generator) -> dict[str, list[Ints]]:
    """So many facts of each of some accounts, by kind: numbers below `_values`."""
    campaign, some = np.where(account < PLANTED * n, account // CAMPAIGN, -1), len(account)
    crowd = np.minimum(rng.exponential(2000, some), 20_000).astype(np.int64)
    hours = np.where(campaign >= 0, campaign * 7 % 4000, crowd)
    drawn = {
        "client": [rng.geometric(0.1, some)],
        "settings": [rng.geometric(0.08, some)],
        "domain": [rng.zipf(1.3, some) % 5000],
        "pattern": [rng.geometric(0.2, some)],
        **{kind: [hours // width] for kind, width in _HOURS},
        "address": [_shared(campaign, n // 3, 40, rng) for _ in range(2)],
        "subnet": [_shared(campaign, max(1, n // 20), 4, rng) for _ in range(2)],
        "payment": [_shared(campaign, n, 60, rng)],
    }
    contents = ("head", "tail", "system", "phrase", "phrase", "phrase")
    for i in range(many - sum(map(len, drawn.values()))):
        drawn.setdefault(contents[i % 6], []).append(_shared(campaign, n // 2, 5, rng))
    if world == "hub":
        drawn["referrer"] = [np.where(rng.random(some) < 0.5, 0, 1 + account)]
    if world == "template":
        for kind, of_all in TEMPLATE.items():
            drawn.setdefault(kind, []).extend(np.full(some, _values(n) - of_all + i) for i in range(of_all))
    return drawn


def _values(n: int) -> int:
    """One more than the greatest number of a fact of one kind: habits, the crowd's, the campaigns', the template's."""
    return (1 << 15) + 2 * n


def _shared(campaign: Ints, crowd: int, own: int, rng: np.random.Generator) -> Ints:
    """A fact of each account: one of so many of the crowd, or one of the few of its campaign."""
    some = len(campaign)
    facts: Ints = np.where(
        campaign >= 0, crowd + campaign * own + rng.integers(0, own, some), rng.integers(0, crowd, some)
    )
    return facts


def _requests(kind: Int8s, fact: Ints, n: int) -> npt.NDArray[np.float64]:
    """Requests that each key stands in: more of the one template's, of facts of the account not known."""
    usual = np.where(_OF_REQUESTS[kind], 5.0, np.nan)
    return np.where(fact >= _values(n) - max(TEMPLATE.values()), 10 * usual, usual)


def _columns(n: int, folder: Path | None) -> dict[str, npt.NDArray[Any]]:
    """Columns of the types that `Tables.keys` has, to be filled in."""
    types = {"account": np.int32, "family": np.int8, "kind": np.int8, "key": np.uint64, "requests": np.float64}
    types |= {"half_0": np.int32, "half_1": np.int32, "degree": np.int32}
    return {name: _room(name, (n,), of, folder) for name, of in types.items()}


def _features(n: int, folder: Path | None = None) -> pd.DataFrame:
    values, rng = _room("features", (FEATURES, n), np.float64, folder), np.random.default_rng(2)
    for first in range(0, n, BLOCK):
        part = values[:, first : first + BLOCK]
        part[:] = rng.lognormal(size=part.shape[::-1]).T
    return pd.DataFrame(values.T, columns=[f"feature_{i}" for i in range(FEATURES)], copy=False)


def _room(name: str, shape: tuple[int, ...], of: type, folder: Path | None) -> npt.NDArray[Any]:
    """An array to be filled in, in memory or, if there is a folder, in a file of it."""
    return np.empty(shape, of) if folder is None else np.memmap(folder / name, of, "w+", shape=shape)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--keys", type=int, default=64, help="of each account")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--on-disk", type=Path, metavar="FOLDER", help="keep keys and features in files there")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
