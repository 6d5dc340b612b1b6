"""Night after night over a large crowd with a campaign hidden in it: when it is found, and what a night costs.

    python benchmarks/replay.py                                     # 45 nights, a tenth of the campaign of June 2026
    python benchmarks/replay.py --nights 3 --accounts 500000 --rows-a-day 5000000 --campaign 25000x26@1 --chars 120

Each night is a process of its own, given one more day of logs. The campaign starts in the middle of the replay, so that
the store knows the crowd by then. What was ended goes on with --work FOLDER --begin NIGHTS, after so many nights.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from generate import made_traffic, write_day
from reference.measure import Run, measured
from reference.population import Campaign
from reference.stored import DAY, FIRST, nightly, prepare
from reference.traffic import Traffic, day_counts


def main() -> None:
    """Replay, and print a Markdown table of the nights."""
    given = _arguments()
    work = given.work or Path(tempfile.mkdtemp(prefix="replay-"))
    made = made_traffic(given.accounts, [given.campaign], given.chars, given.seed)
    bad = _people(made, work)
    print("| night | seconds | peak memory, MiB | store, MiB | tier | flagged: precision | recall |", flush=True)
    print("| --- | ---: | ---: | ---: | :---: | ---: | ---: |", flush=True)
    found, rows = None, 0
    for day in range(given.nights):
        logs = work / "logs"
        counts = day_counts(made, given.rows_a_day, day)
        if day < given.begin:
            rows += int(counts.sum())
            continue
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir(parents=True)
        write_day(made, counts, day, rows, given.files_a_day, "jsonl", logs)
        rows += int(counts.sum())
        command = nightly(work, work / "store", FIRST + day * DAY)
        run = measured([sys.executable, "-c", "from detector.cli import run; run()", *command])
        tier, precision, recall = _judged(work / "store" / "latest", bad)
        size = sum(path.stat().st_size for path in (work / "store").rglob("*") if not path.is_symlink())
        print(_row(FIRST + day * DAY, run, size, tier, precision, recall), flush=True)
        found = day if found is None and recall >= given.enough else found
        shutil.rmtree(logs)
    if given.begin <= given.campaign.first_day:
        print("\n" + _said(given.campaign, found))


def _people(made: Traffic, work: Path) -> frozenset[str]:
    """Write what lies beside the store, and give the accounts of the campaign."""
    prepare(made, work)
    labels = made.people.labels(np.ones(len(made.people), np.int64))
    return frozenset(labels.loc[labels["campaign"].notna(), "account_id"])


def _judged(result: Path, campaign: frozenset[str]) -> tuple[str, float, float]:
    """Best tier of the night, and precision and recall of the flagged accounts."""
    accounts = pd.read_parquet(result / "accounts.parquet", columns=["account_id", "flagged"])
    tiers = json.loads((result / "run.json").read_text())["population"]["campaigns"]
    bad = accounts["account_id"].isin(campaign).to_numpy()
    flagged = accounts["flagged"].to_numpy(dtype=bool)
    hits = int((flagged & bad).sum())
    precision = hits / flagged.sum() if flagged.any() else float("nan")
    recall = hits / bad.sum() if bad.any() else float("nan")
    return next((tier for tier in "ABC" if tiers[tier]), "–"), precision, recall


def _row(day: dt.date, run: Run, size: int, tier: str, precision: float, recall: float) -> str:
    costs = [f"{run.seconds:.0f}", f"{run.peak / 2**20:.0f}", f"{size / 2**20:.0f}"]
    figures = [f"{value:.3f}" if value == value else "–" for value in (precision, recall)]
    return f"| {day} | " + " | ".join([*costs, tier, *figures]) + " |"


def _said(campaign: Campaign, found: int | None) -> str:
    if found is None:
        return "The campaign was not found."
    nights = found - campaign.first_day + 1
    return f"Found on night {nights} of the campaign, after {campaign.accounts * campaign.per_day * nights:,} queries."


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=45)
    parser.add_argument("--begin", type=int, default=0, help="nights that the store in --work holds already")
    parser.add_argument("--accounts", type=int, default=100_000, help="in the crowd")
    parser.add_argument("--rows-a-day", type=int, default=1_000_000, help="of the crowd")
    parser.add_argument("--campaign", type=Campaign.read, default="2500x26@32", metavar="ACCOUNTSxREQUESTS@DAY")
    parser.add_argument("--chars", type=int, default=200, help="mean length of a prompt")
    parser.add_argument("--files-a-day", type=int, default=4)
    parser.add_argument("--enough", type=float, default=0.5, help="recall from which the campaign counts as found")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder for the store and the logs; else a temporary one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
