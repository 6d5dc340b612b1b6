"""Stages of a night that a cluster divides or cannot, each done once and measured in a process of its own."""

from __future__ import annotations

import shutil
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
from reference.handed import Handed, cpu_seconds, peak_bytes

from detector.logs.files import discover
from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.nightly import ledger
from detector.nightly.intake import take, unread
from detector.nightly.store import held, opened
from detector.nightly.window import window
from detector.profiles.build import Built
from detector.profiles.files import read_files
from detector.profiles.profile import Profile
from detector.profiles.sizes import Sizes
from detector.profiles.task import Profiled, Task
from detector.settings import Settings

KEY = bytes(range(32))


def read(world: Path, warm: Path) -> dict[str, float]:
    """Read a world into a store beside it, after a small one in which imports and compiled kernels are loaded."""
    _taken(warm)
    began, engine = cpu_seconds(), _taken(world)
    spent, peak = cpu_seconds() - began, peak_bytes()
    profiles, requests = _files(world, "*.parquet", "requests"), _files(world, "*.requests.parquet", None)
    return {
        "task_cpu": engine.cpu,
        "driver_cpu": spent - engine.cpu,
        "said": engine.said,
        "days": engine.days,
        "profiles": sum(path.stat().st_size for path in profiles),
        "requests": sum(path.stat().st_size for path in requests),
        "pairs": sum(pq.read_metadata(path).num_rows for path in profiles),
        "held": sum(_requests_held(path) for path in profiles),
        "peak": peak,
    }


def merge(world: Path, warm: Path) -> dict[str, float]:
    """Merge the newest day that a store holds, as a night does, after that of a small one."""
    _merged(warm)
    began = cpu_seconds()
    profile = _merged(world)
    spent = cpu_seconds() - began
    tables = (profile.days, profile.requests, profile.activity, profile.distinct)
    size = sum(int(table.memory_usage(index=False).sum()) for table in tables)
    ids = int(pd.Series(profile.ids).memory_usage(index=False, deep=True))
    return {"merge_cpu": spent, "account_days": len(profile.days), "memory": size + ids, "merge_peak": peak_bytes()}


def repeats(rows: int, log: Path) -> dict[str, float]:
    """Look for requests that occur twice among hashes of so many, in files of a million each."""
    file = discover([str(log)])[0]
    task = Task(file, Settings().reading, None, KEY, Sizes(), (None, None))
    rng = np.random.default_rng(1)
    hashes = [rng.integers(0, 1 << 63, 1_000_000, np.uint64) for _ in range(rows // 1_000_000)]

    def reader(tasks: list[Task], *_: object) -> list[Profiled]:
        built = [Built(requests=[own], days=[np.zeros(1, np.int32)]) for own in hashes]
        reports = [FileReport(path=str(i), index=i, sha256=str(i)) for i in range(len(hashes))]
        return [Profiled(b, r, Rejects(), task) for b, r in zip(built, reports, strict=True)]

    began = cpu_seconds()
    read_files([task], reader)
    spent = cpu_seconds() - began
    tracemalloc.start()
    read_files([task], reader)
    return {"rows": rows, "repeats_cpu": spent, "repeats_peak": tracemalloc.get_traced_memory()[1] + 8 * rows}


def _merged(world: Path) -> Profile:
    store = opened(world / "store", KEY)
    taken = ledger.records(store)
    day = max(part.day for one in taken for part in one.parts)
    profile = window(store, taken, range(day, day + 1), Sizes()).profile
    if profile is None:
        raise SystemExit(f"{world}: the store is empty.")
    return profile


def _taken(world: Path) -> Handed:
    """Read a world into a new store."""
    shutil.rmtree(world / "store", ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=world) as waiting, held(world / "store", KEY, False, Sizes()) as store:
        engine = Handed(Path(waiting))
        take(store, unread(store, [str(world / "logs")]), Settings(), None, None, engine=engine)
    return engine


def _files(world: Path, pattern: str, without: str | None) -> list[Path]:
    found = (world / "store" / "days").rglob(pattern)
    return [path for path in found if without is None or without not in path.name]


def _requests_held(path: Path) -> int:
    return int(pc.sum(pc.list_value_length(pq.read_table(path, columns=["requests_held"]).column(0))).as_py())
