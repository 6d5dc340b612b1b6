"""What one night costs on a full window: seconds and CPU of each stage, and memory.

    python benchmarks/night.py --work FOLDER             # 29 days are read, then the 30th night is judged three times
    python benchmarks/night.py --work FOLDER --rounds 1  # once more, on the days that FOLDER holds by now
    python benchmarks/night.py --days 8 --accounts 20000 --rows-a-day 200000 --campaign 500x26@7

The days before the night are read into a store without being judged (`detector profile`); a copy of that store is what
each round begins with. The night itself is `detector nightly`, given the accounts file and the logs of its day.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from generate import made_traffic, write_day
from reference.measure import measured
from reference.population import Campaign
from reference.stored import DAY, FIRST, nightly, prepare, words
from reference.traffic import day_counts

STAGED = Path(__file__).parent / "reference" / "staged.py"


def main() -> None:
    """Fill a store, and measure the night after it."""
    given = _arguments()
    work = given.work or Path(tempfile.mkdtemp(prefix="night-"))
    if not (work / "ready").exists():
        _prepare(given, work)
    digests = set()
    for number in range(1, given.rounds + 1):
        shutil.rmtree(work / "tonight", ignore_errors=True)
        shutil.copytree(work / "store", work / "tonight", symlinks=True)
        run = measured(_judging(given, work))
        digests.add(_digest(work / "tonight" / "latest"))
        print(f"Round {number}: {run.seconds:.1f} s, {run.cpu:.1f} s of CPU, {run.peak / 2**20:.0f} MiB", flush=True)
        print(_stages(json.loads((work / "stages.json").read_text())), flush=True)
    print("Results, by digest: " + ", ".join(sorted(digests)))


def _judging(given: argparse.Namespace, work: Path) -> list[str]:
    """Command of the night, which leaves the time of its stages in a file."""
    staged = [sys.executable, str(STAGED), str(work / "stages.json")]
    return staged + nightly(work, work / "tonight", FIRST + (given.days - 1) * DAY)


def _stages(told: list[dict[str, float | str]]) -> str:
    """Table of the stages."""
    rows = [
        f"| {one['stage']} | {one['seconds']:.1f} | {one['cpu']:.1f} | {one['resident'] / 2**20:.0f} |" for one in told
    ]
    return "\n".join(
        ["| stage | seconds | CPU, s | resident at its end, MiB |", "| --- | ---: | ---: | ---: |", *rows, ""]
    )


def _digest(result: Path) -> str:
    """Digest of the tables of a result, and of all of its record."""
    digest = hashlib.sha256()
    for path in sorted(result.glob("*.parquet")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _prepare(given: argparse.Namespace, work: Path) -> None:
    """Write a folder with a store of all days but the last, the logs of the last, and the accounts file."""
    made = made_traffic(given.accounts, [given.campaign], given.chars, given.seed)
    shutil.rmtree(work, ignore_errors=True)
    prepare(made, work)
    made.people.labels(np.ones(len(made.people), np.int64)).to_csv(work / "labels.csv", index=False)
    rows = 0
    for day in range(given.days):
        shutil.rmtree(work / "logs", ignore_errors=True)
        (work / "logs").mkdir()
        counts = day_counts(made, given.rows_a_day, day)
        write_day(made, counts, day, rows, given.files_a_day, "jsonl", work / "logs")
        rows += int(counts.sum())
        if day < given.days - 1:
            command = words("profile", work, work / "store", str(work / "logs"))
            run = measured([sys.executable, "-c", "from detector.cli import run; run()", *command])
            print(
                f"{FIRST + day * DAY}: read in {run.seconds:.0f} s, {run.cpu:.0f} s of CPU", file=sys.stderr, flush=True
            )
    (work / "ready").touch()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30, help="of the window, the night's own among them")
    parser.add_argument("--accounts", type=int, default=100_000, help="in the crowd")
    parser.add_argument("--rows-a-day", type=int, default=1_000_000, help="of the crowd")
    parser.add_argument("--campaign", type=Campaign.read, default="2500x26@29", metavar="ACCOUNTSxREQUESTS@DAY")
    parser.add_argument("--chars", type=int, default=200, help="mean length of a prompt")
    parser.add_argument("--files-a-day", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="folder for the store and the logs; else a temporary one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
