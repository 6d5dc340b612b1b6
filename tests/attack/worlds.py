"""Worlds of the suite, each scanned once per seed. A slice runs with one seed; ATTACK_SEEDS=10 is the whole."""

import fcntl
import functools
import os
import pickle
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

import detector
from detector.drill import Circle, Pool, Recipe, World, shape, simulate, write_world
from detector.drill.occasions import OCCASIONS
from detector.results import ScanResult

SEEDS = tuple(range(101, 101 + int(os.environ.get("ATTACK_SEEDS", "1"))))
#: Where the processes of one run keep outcomes for one another; all of them are children of one.
KEPT = Path(tempfile.gettempdir()) / f"attack-{os.environ.setdefault('ATTACK_RUN', str(os.getpid()))}"
NEIGHBOURS = {
    "classroom": 1, "card_firm": 1, "unverified_key_pool": 1, "harness_runners": [15], "app_users": [100],
    "freelancers": [25], "published_rubric": [10],
}  # fmt: skip
#: With groups that run parts of a public set whose frame asks for every step.
RUNNERS = {**NEIGHBOURS, "subset_runners": [30]}
#: How an operator runs a pool who takes care that little is shared.
CAREFUL = {
    "per_card": 3.0, "per_address": 3.0, "per_device": 2.0, "throwaway": 0.2, "hours": "diurnal", "unequal": 0.3,
    "request_settings": "own",
}  # fmt: skip
#: Benign groups of which some version of the detector flagged the like, found by drawing their habits at random.
CIRCLES = (
    Circle(
        "graders with words of their own in one hall",
        "gathering",
        120,
        "within days",
        "one hall",
        "none",
        client="versions",
        wording="own",
        words="grading",
        written_in="system",
        per_day=20.0,
        hours="office",
    ),
    Circle(
        "a course on one mailbox domain",
        "gathering",
        120,
        "within days",
        "homes",
        "none",
        "one domain",
        tasks="work",
        wording="own",
        words="grading",
        per_day=60.0,
        hours="two sittings",
        request_settings="few",
    ),
    Circle(
        "an organisation with cards by team",
        "organisation",
        120,
        "launch",
        "servers",
        "by team",
        "one domain",
        "one",
        tasks="work",
        wording="modes",
        per_day=20.0,
        hours="two sittings",
        unequal=0.3,
        request_settings="one",
    ),
    Circle(
        "a kit at an event",
        "gathering",
        60,
        "within hours",
        "one hall",
        client="versions",
        wording="one",
        per_day=1.5,
        hours="two sittings",
        unequal=1.0,
        request_settings="few",
    ),
    Circle(
        "one system prompt in a hall",
        "gathering",
        120,
        "within days",
        "one hall",
        "none",
        client="one",
        tasks="work",
        wording="one",
        written_in="system",
        per_day=20.0,
        unequal=0.3,
        hours="office",
        request_settings="one",
        answer_tokens=1200.0,
    ),
    Circle(
        "reasoning tried in a hall",
        "gathering",
        30,
        "within weeks",
        "one hall",
        wording="one",
        words="reasoning",
        worded=0.6,
        hours="evenings",
        request_settings="few",
    ),
    Circle(
        "a tool that asks for training data",
        "users",
        30,
        "launch",
        "servers",
        client="versions",
        wording="modes",
        words="generation",
        written_in="system",
        per_day=60.0,
        unequal=1.0,
        hours="office",
        request_settings="one",
        answer_tokens=100.0,
    ),
    Circle(
        "tags tried in two sittings",
        "gathering",
        60,
        "within weeks",
        "one hall",
        client="one",
        wording="modes",
        words="tags",
        worded=0.2,
        per_day=1.5,
        unequal=0.3,
        hours="two sittings",
        request_settings="one",
        answer_tokens=100.0,
    ),
)
SCRIPTS = ("zh", "ru", "ar", "ja", "hi", "ko", "es")


def attacked(*pools: Pool, accounts: int = 450, days: int = 6, **settings: object) -> Recipe:
    # operators that do not know each other do not begin in the same hour
    own = [
        replace(pool, first_day=0.6 + 0.55 * (k % 5)) if pool.first_day == 1.0 else pool for k, pool in enumerate(pools)
    ]
    return Recipe(accounts=accounts, days=days, campaigns=own, **{"populations": NEIGHBOURS, **settings})


WORLDS = {
    "calm": Recipe(accounts=600, days=6, populations=dict.fromkeys(OCCASIONS, 1), launch=2.0),
    "circles": Recipe(accounts=1200, days=7, populations={}, circles=CIRCLES),
    "grey": attacked(shape("resale", accounts=80)),
    "loud": attacked(
        shape("balanced", accounts=50),
        shape("balanced", accounts=50, request_settings="own", shape="own_settings"),
        shape("paraphrased", accounts=50),
        shape("graders", accounts=25),
        shape("logprob_harvest", per_day=120.0),
    ),
    "dealt": attacked(
        shape("several_answers", accounts=60, answers=16),
        shape("several_answers", accounts=60, answers=4, shape="careful_answers", **CAREFUL),
        shape("system_frame", accounts=60),
        shape("system_frame", accounts=60, shape="careful_system_frame", **CAREFUL),
        shape("second_turn", accounts=60, shape="careful_second_turn", **CAREFUL),
        populations=RUNNERS,
    ),
    "scripts": attacked(
        *(shape("other_script", accounts=30, languages=(one,), n_frames=2, shape=f"script_{one}") for one in SCRIPTS)
    ),
    "mixed": attacked(
        *(shape(f"proxy_{percent}", accounts=60) for percent in (50, 25, 10, 5)), shape("relay", accounts=60)
    ),
    "quiet": attacked(
        shape("low_and_slow", accounts=100, per_day=2.5),
        shape("takeover", first_day=2.0),
        shape("failover", accounts=60, banned_after=2.0),
        shape("technique_search", search_days=1.5, pivot=0.5),
    ),
    "thin": attacked(shape("thin_spray", accounts=250), populations=RUNNERS),
    "lone": attacked(
        shape("bare_items", accounts=80), shape("individuals", accounts=80), shape("own_frames", accounts=80)
    ),
    "solo": attacked(*(shape("solo", shape="solo") for _ in range(4))),
    "small": attacked(*(shape("balanced", accounts=10, per_day=26.0) for _ in range(4)), accounts=400, days=11),
    "flood": attacked(
        *(shape("balanced", accounts=60) for _ in range(3)),
        shape("paraphrased", accounts=60),
        shape("proxy_25", accounts=60),
        shape("graders", accounts=60, per_day=40.0),
    ),
    "drift": attacked(shape("slow_drift", accounts=60), accounts=320, days=40, populations={"card_firm": 1}),
    "bridged": attacked(
        shape("balanced", accounts=60), shape("balanced", accounts=60, frames="tags"), bridges=0.02
    ),
    "pools": attacked(Pool(90, pools=3), shape("failover", accounts=60, banned_after=2.0, pools=2)),
    "target": attacked(
        shape("balanced", accounts=50), shape("low_and_slow", accounts=60), shape("graders", accounts=20)
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a scan made of a world."""

    labels: pd.DataFrame
    found: ScanResult

    @functools.cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts with a query: their truth, whether they are flagged, and the campaign found."""
        known = self.labels[self.labels["n_queries"] > 0]
        said = self.found.accounts[["account_id", "score", "flagged", "campaign_id"]]
        both = known.merge(said, on="account_id", how="left", validate="one_to_one")
        both["flagged"] = both["flagged"].eq(True)
        return both

    def of(self, population: str) -> pd.DataFrame:
        """Accounts of one population."""
        return self.accounts[self.accounts["population"] == population]

    @property
    def benign(self) -> pd.DataFrame:
        """Accounts of people and firms that did nothing."""
        return self.accounts[self.accounts["kind"] == "benign"]


def scanned(world: World, **settings: object) -> Outcome:
    """Outcome of a scan of a world, which is written to disk for it."""
    with tempfile.TemporaryDirectory() as name:
        write_world(world, Path(name), "parquet")
        found = detector.scan(Path(name) / "logs", accounts=Path(name) / "accounts.parquet", **settings)
    return Outcome(world.labels, found)


def made(name: str, seed: int) -> World:
    """World of a name and seed."""
    return simulate(WORLDS[name], seed)


@functools.cache
def outcome(name: str, seed: int) -> Outcome:
    """Outcome of the scan of a world, which processes of one run of the suite share."""
    KEPT.mkdir(mode=0o700, exist_ok=True)
    kept = KEPT / f"{name}-{seed}"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(scanned(made(name, seed))))
    return pickle.loads(kept.read_bytes())


def outcomes(name: str) -> list[Outcome]:
    """Outcomes of a world over all seeds."""
    return [outcome(name, seed) for seed in SEEDS]


def share_flagged(accounts: list[pd.DataFrame]) -> float:
    """Flagged part of all these accounts together."""
    together = pd.concat(accounts)
    assert len(together), "the world has no such accounts"
    return float(together["flagged"].mean())
