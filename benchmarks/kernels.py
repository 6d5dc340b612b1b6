"""Prompt text through all text kernels together, on one core: MB/s, beside a plain copy of the same bytes.

    python benchmarks/kernels.py                       # prompts of a simulated fortnight
    python benchmarks/kernels.py --logs LOGS           # your own: files or a folder, in any format the detector reads

Times are CPU seconds of one thread, which a busy machine lengthens less than those of the clock. Each round copies and
fingerprints in turn; the first fingerprinting compiles and is not counted.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from reference.worlds import default_work, made, planned

from detector.logs.files import discover
from detector.logs.intake import FileReport
from detector.logs.reader import read_queries
from detector.logs.rejects import Rejects
from detector.settings import Reading
from detector.text import Fingerprinter
from detector.text.fingerprint import buffers


def main() -> None:
    """Measure, and print a Markdown table."""
    given = _arguments()
    prompts = _prompts(given.logs or _simulated(given), given.mebibytes << 20)
    data, starts, ends = buffers(prompts)
    text = data[starts[0] : ends[-1]].copy()
    fingerprinter = Fingerprinter(b"a key of this benchmark")
    fingerprinter.texts(prompts.slice(0, 100))
    works: dict[str, Callable[[], object]] = {
        "all text kernels": lambda: fingerprinter.texts(prompts),
        "copy (memcpy)": text.copy,
    }
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(given.rounds):
        for name, work in works.items():
            rates[name].append(len(text) / 1e6 / _seconds(work))
    ascii_share = float((text < 0x80).mean())
    print(f"{len(prompts):,} prompts, {len(text) / 1e6:.1f} MB, {ascii_share:.1%} ASCII; {_machine()}\n")
    print(f"| MB/s on one core | median of {given.rounds} | slowest to fastest |\n| --- | ---: | ---: |")
    for name, found in rates.items():
        print(f"| {name} | {statistics.median(found):,.0f} | {min(found):,.0f} to {max(found):,.0f} |")


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _prompts(logs: Path, most: int) -> pa.Array:
    """Prompts of logs in order of the input, up to about so many bytes."""
    found, size = [], 0
    for file in discover([str(logs)]):
        for batch in read_queries(file, Reading(), None, FileReport(), Rejects()):
            found.append(batch.column("prompt").drop_null())
            size += found[-1].nbytes
            if size >= most:
                return pa.concat_arrays(found)
    if not size:
        raise SystemExit(f"{logs}: holds no prompts.")
    return pa.concat_arrays(found)


def _simulated(given: argparse.Namespace) -> Path:
    return made(given.recipe, planned(given.recipe), given.seed, default_work()).logs


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--logs", type=Path, help="file or folder, with the detector's column names")
    parser.add_argument("--recipe", default="mixed-fortnight")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mebibytes", type=int, default=64, help="stop after so much text")
    parser.add_argument("--rounds", type=int, default=9)
    return parser.parse_args()


if __name__ == "__main__":
    main()
