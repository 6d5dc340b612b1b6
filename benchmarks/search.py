"""Campaign search and forest by themselves, on simulated keys and features of many accounts: how their cost grows.

    python benchmarks/search.py                                   # 20,000 and 100,000 accounts
    python benchmarks/search.py --accounts 200000 1000000         # the sizes of the budget
    python benchmarks/search.py --accounts 100000 --worlds plain hub

Every size and world is a process of its own, so that memory is told apart. In the world `hub` one more fact is held by
half of all accounts, which must not cost much more: popular facts say nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from reference.measure import measured

from detector.profiles.keys import FAMILIES, FAMILY_OF, KINDS

WORLDS = ("plain", "hub")
FEATURES = 40
#: Accounts of a planted campaign, and the share of all accounts that are in one.
CAMPAIGN, PLANTED = 500, 0.01
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
        f"| accounts, {given.keys} keys each | world | search, CPU s | forest, CPU s | accounts in a core | peak MiB |"
    )
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for accounts in given.accounts:
        for world in given.worlds:
            with tempfile.TemporaryDirectory() as folder:
                told = Path(folder) / "told.json"
                command = [
                    sys.executable,
                    __file__,
                    "--keys",
                    str(given.keys),
                    "--one",
                    str(accounts),
                    world,
                    str(told),
                ]
                run = measured(command)
                said = json.loads(told.read_text(encoding="utf-8"))
            figures = f"{said['search']:.1f} | {said['forest']:.1f} | {said['found']:,}"
            print(f"| {accounts:,} | {world} | {figures} | {run.peak / 2**20:,.0f} |", flush=True)


def _one(accounts: int, world: str, keys: int, told: Path) -> None:
    """Search and fit once, and write down CPU seconds."""
    from detector.anomaly import baseline
    from detector.campaigns.composites import significant_composites
    from detector.campaigns.grow import attach, components, core
    from detector.settings import Anomaly, Campaigns

    principals, settings = np.arange(accounts), Campaigns()
    held = simulated_keys(accounts, keys, world == "hub", np.random.default_rng(1))
    began = time.process_time()
    composites, holders = significant_composites(held, principals, settings)
    label = components(core(composites, holders, principals, settings), accounts)
    label = attach(label, holders, settings)
    searched = time.process_time()
    features = _features(accounts)
    drawn = time.process_time()
    model = baseline.fit(features, dict.fromkeys(features, "high"), Anomaly(), 1, {})
    baseline.score(model, features)
    forest = time.process_time() - drawn
    found = {"search": searched - began, "forest": forest, "found": int((label >= 0).sum())}
    told.write_text(json.dumps(found), encoding="utf-8")


def simulated_keys(n: int, many: int, hub: bool, rng: np.random.Generator) -> pd.DataFrame:
    """Keys as `Tables.keys` has them: habits of a crowd, and campaigns that share networks, cards, frames and hours."""
    campaign = np.where(np.arange(n) < PLANTED * n, np.arange(n) // CAMPAIGN, -1)
    hours = np.where(campaign >= 0, campaign * 7 % 4000, np.minimum(rng.exponential(2000, n), 20_000).astype(np.int64))
    drawn: list[tuple[str, npt.NDArray[np.int64]]] = [
        ("client", rng.geometric(0.1, n)),
        ("settings", rng.geometric(0.08, n)),
        ("domain", rng.zipf(1.3, n) % 5000),
        ("pattern", rng.geometric(0.2, n)),
        *((kind, hours // width) for kind, width in _HOURS),
        *(("address", _shared(campaign, n // 3, 40, rng)) for _ in range(2)),
        *(("subnet", _shared(campaign, max(1, n // 20), 4, rng)) for _ in range(2)),
        ("payment", _shared(campaign, n, 60, rng)),
    ]
    contents = ("head", "tail", "system", "phrase", "phrase", "phrase")
    drawn += [(contents[i % 6], _shared(campaign, n // 2, 5, rng)) for i in range(many - len(drawn))]
    if hub:
        drawn.append(("referrer", np.where(rng.random(n) < 0.5, 1, 2 + np.arange(n))))
    kind = np.concatenate([np.full(n, KINDS.index(name)) for name, _ in drawn])
    table = pd.DataFrame({"account": np.tile(np.arange(n), len(drawn)), "kind": kind})
    table["key"] = np.concatenate([values for _, values in drawn]).astype(np.uint64) + np.uint64(1)
    table = table.drop_duplicates(["account", "kind", "key"])
    table["degree"] = table.groupby(["kind", "key"])["account"].transform("size")
    table = table[table["degree"] >= 2].sort_values(["account", "kind", "key"], ignore_index=True)
    family = np.array([FAMILIES.index(FAMILY_OF[name]) for name in KINDS])[table["kind"]]
    of_account = np.isin(table["kind"], [KINDS.index(name) for name in ("domain", "pattern", "payment", "referrer")])
    of_account |= table["kind"].to_numpy() >= KINDS.index("created_1h")
    return table.assign(
        family=pd.Categorical.from_codes(family, categories=pd.Index(FAMILIES)),
        kind=pd.Categorical.from_codes(table["kind"], categories=pd.Index(KINDS)),
        requests=np.where(of_account, np.nan, 5.0),
        half_0=1,
        half_1=1,
    )


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
