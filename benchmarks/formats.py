"""Speed of every format, and what each one's missing fields cost: the tables of docs/formats.md.

python benchmarks/formats.py                      # both tables
python benchmarks/formats.py --rows 20000 --formats canonical otlp --only speed

Speed is told in CPU seconds of one process: the best of three readings, and one scan, after a first scan. Parquet is
decoded in the process itself, so that this counts too.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from reference.formats import ACCOUNT_KEYS, WRITERS, write

from detector import scan
from detector.drill import Pool, Recipe, World, evaluate, simulate, write_world
from detector.logs.files import discover
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.schema import QUERIES_SCHEMA
from detector.settings import Profiling, Reading, Settings

KEY = b"benchmark of formats, not secret"
WORLD = Recipe(
    accounts=1500,
    days=7,
    populations={"classroom": 1, "firm_rollout": 1, "evaluators": 1, "labelling_vendor": 1},
    campaigns=(
        Pool(60, per_day=20.0, shape="balanced"),
        Pool(60, per_day=20.0, shape="paraphrased", paraphrase=1.0),
        Pool(60, per_day=4.0, shape="low_and_slow", created="drip", per_address=1.0, per_device=1.0, per_card=2.0),
        Pool(15, per_day=100.0, shape="graders", frames="grading"),
        Pool(15, per_day=100.0, shape="logprob_harvest", frames="harvest", top_logprobs=20),
    ),
)
#: Accounts of the same kinds that ask over 200,000 times in the same week.
ACCOUNTS_FOR_SPEED = 4500
FIGURES = {
    "precision": "precision",
    "recall": "recall",
    "recall_at_0.1%_fpr": "recall at 0.1 % FPR",
    "average_precision": "AP",
    "campaigns_found": "campaigns",
}


def main() -> None:
    """Print both tables as Markdown."""
    given = _arguments()
    if given.read:
        print(*_read(Path(given.read[1]), given.read[0]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.only != "detection":
            print(_table(_speeds(Path(folder, "speed"), given)))
        if given.only != "speed":
            print(_table(_detections(Path(folder, "detection"), given)))


def _speeds(place: Path, given: argparse.Namespace) -> list[dict[str, Any]]:
    rows = _rows(simulate(dataclasses.replace(WORLD, accounts=ACCOUNTS_FOR_SPEED), given.seed))[: given.rows]
    for name in given.formats:
        write(name, rows, place / name)
    return [_speed(place / name, name, given.repeats) for name in given.formats]


def _detections(place: Path, given: argparse.Namespace) -> list[dict[str, Any]]:
    world = simulate(WORLD, given.seed)
    rows = _rows(world)
    write_world(world, place / "world", "parquet")
    for name in given.formats:
        write(name, rows, place / name)
    return [_detection(place, name, world) for name in given.formats]


def _rows(world: World) -> list[dict[str, Any]]:
    queries = world.queries.reindex(columns=QUERIES_SCHEMA.names)
    plain = queries.astype(object).where(queries.notna(), None)
    found: list[dict[str, Any]] = plain.to_dict("records")
    whole = (
        "max_tokens",
        "n_messages",
        "n_tools",
        "n_choices",
        "top_logprobs",
        "input_tokens",
        "cached_input_tokens",
        "output_tokens",
        "status_code",
    )
    for row in found:
        row.update({name: int(row[name]) for name in whole if row[name] is not None})
        row["timestamp"] = row["timestamp"].to_pydatetime()
    return found


def _speed(folder: Path, name: str, repeats: int) -> dict[str, Any]:
    """Best of several runs, each in a process of its own, for its memory."""
    runs = []
    for _ in range(repeats):
        command = [sys.executable, __file__, "--read", name, str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append([float(word) for word in done.stdout.split()])
    n, memory = runs[0][0], min(run[3] for run in runs)
    size = sum(path.stat().st_size for path in folder.iterdir())
    return {
        "format": name,
        "bytes per query": round(size / n),
        "read, queries per CPU second": round(n / min(run[1] for run in runs)),
        "scanned, queries per CPU second": round(n / min(run[2] for run in runs)),
        "peak MB": round(memory),
    }


def _read(folder: Path, name: str) -> tuple[int, float, float, float]:
    """Rows, CPU seconds of reading and of scanning a folder, and peak memory of the process; compiled code is warm."""
    said = Mapping(format=name, account_key=ACCOUNT_KEYS.get(name))
    settings = Settings(profiling=Profiling(workers=1), reading=Reading(parquet_check=False))
    _scanned(folder, settings, said)
    read = [_reading(folder, settings.reading, said) for _ in range(3)]
    return read[0][0], min(seconds for _, seconds in read), _scanned(folder, settings, said), _peak()


def _reading(folder: Path, settings: Reading, said: Mapping) -> tuple[int, float]:
    files, began = discover([str(folder)]), time.process_time()
    with linked(files, survey(files, settings, said), settings, said) as told:
        reading = [read_queries(f, settings, told, FileReport(), Rejects()) for f in files]
        rows = sum(batch.num_rows for batches in reading for batch in batches)
    return rows, time.process_time() - began


def _scanned(folder: Path, settings: Settings, said: Mapping) -> float:
    began = time.process_time()
    scan(folder, settings=settings, key=KEY, format=said.format, account_key=said.account_key)
    return time.process_time() - began


def _peak() -> float:
    """Most memory that this process has held, MB; what its parent held before it is not counted."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _detection(place: Path, name: str, world: World) -> dict[str, Any]:
    result = scan(
        place / name, accounts=place / "world" / "accounts.parquet", key=KEY, account_key=ACCOUNT_KEYS.get(name)
    )
    judged = evaluate(result.accounts, world.labels)
    shares = result.run["coverage"]["columns"]
    missing = [
        c
        for c in (
            "client_ip",
            "user_agent",
            "prompt",
            "system_prompt",
            "max_tokens",
            "temperature",
            "top_logprobs",
            "session_id",
            "output_tokens",
            "finish_reason",
            "status_code",
        )
        if not shares[c]
    ]
    off = [entry["family"] for entry in result.run["coverage"]["families_off"]]
    found = {said: judged[figure] for figure, said in FIGURES.items()}
    return {"format": name, **found, "families off": ", ".join(off), "missing": ", ".join(missing)}


def _table(rows: list[dict[str, Any]]) -> str:
    table = pd.DataFrame(rows)
    for work in ("read", "scanned"):
        if f"{work}, queries per CPU second" in table:
            rate = table[f"{work}, queries per CPU second"]
            table[f"{work}, of canonical"] = rate / rate.where(table["format"] == "canonical").max()
    lines = ["| " + " | ".join(table.columns) + " |", "| --- |" + " ---: |" * (len(table.columns) - 1)]
    for row in table.itertuples(index=False):
        lines.append("| " + " | ".join(f"{v:.2f}" if isinstance(v, float) else str(v) for v in row) + " |")
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--formats", nargs="+", default=list(WRITERS), choices=list(WRITERS))
    parser.add_argument("--only", choices=["speed", "detection"])
    parser.add_argument("--read", nargs=2, metavar=("FORMAT", "FOLDER"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
