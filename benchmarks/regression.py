"""Whether a scan takes more CPU seconds than before this commit: fails where it takes 1.3 times as many.

    python benchmarks/regression.py                    # this checkout against the commit before it
    python benchmarks/regression.py --against main

Both versions scan the same made-up log, JSON lines and Parquet, in turn: each in a process that has imported and
compiled everything by a scan that does not count. CPU seconds of the process count, with one worker, so that another
user of the machine disturbs little; where the median of three pairs is over the limit, three more must be over it too.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
LIMIT = 1.3
PAIRS = 3
#: Scans whenever a line comes in, and answers with the CPU seconds that it took.
SCANS = """
import sys, time
from detector import scan
from detector.settings import Profiling, Settings

logs, accounts = sys.argv[1:]
for _ in sys.stdin:
    began = time.process_time()
    scan(logs, accounts=accounts, settings=Settings(profiling=Profiling(workers=1)), key=b"regression")
    print(time.process_time() - began, flush=True)
"""


class Scanner:
    """A version of the detector in a process of its own."""

    def __init__(self, root: Path, world: Path) -> None:
        command = [sys.executable, "-c", SCANS, str(world / "logs"), str(world / "accounts.parquet")]
        self._process = subprocess.Popen(
            command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def seconds(self) -> float:
        """CPU seconds of one more scan.

        Raises
        ------
        RuntimeError
            If this version cannot scan the log.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the scan failed")
        return float(answer)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> int:
    """Compare, and give the exit code."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        if not check_out(given.root, given.against, before):
            print(f"{given.against}: there is no such commit here, so nothing to compare with.")
            return 0
        world = _world(Path(folder), given.rows)
        with _scanner(given.root, world) as new, _scanner(before, world) as old:
            new.seconds()
            try:
                old.seconds()
            except RuntimeError:
                print(f"{given.against}: cannot scan this log, so there is nothing to compare with.")
                return 0
            return verdict(new, old, given.against)


def verdict(new: Scanner, old: Scanner, name: str) -> int:
    """Measure pairs; those over the limit are measured once more before they count."""
    for _ in range(2):
        pairs = [(new.seconds(), old.seconds()) for _ in range(PAIRS)]
        ratio = statistics.median(one / other for one, other in pairs)
        said = ", ".join(f"{one:.2f} / {other:.2f}" for one, other in pairs)
        print(f"CPU seconds of a scan, now / at {name}: {said}; median ratio {ratio:.2f}, limit {LIMIT}")
        if ratio < LIMIT:
            return 0
    return 1


def check_out(root: Path, commit: str, folder: Path) -> bool:
    """Put the files of a commit into a folder; False where there is no such commit."""
    git = ["git", "-c", f"safe.directory={root}", "-C", str(root)]
    archive = folder.with_suffix(".tar")
    made = subprocess.run([*git, "archive", "-o", str(archive), commit, "--", "detector"], capture_output=True)
    if made.returncode:
        return False
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    return True


@contextmanager
def _scanner(root: Path, world: Path) -> Iterator[Scanner]:
    scanner = Scanner(root, world)
    try:
        yield scanner
    finally:
        scanner.close()


def _world(folder: Path, rows: int) -> Path:
    """Logs in both formats that share a population, and one accounts file."""
    worlds = {format: folder / format for format in ("jsonl", "parquet")}
    for day, (format, out) in enumerate(worlds.items()):
        words = ["--out", str(out), "--accounts", str(rows // 10), "--rows-a-day", str(rows), "--format", format]
        subprocess.run([sys.executable, str(HERE / "generate.py"), *words, "--campaign", "100x26", "--chars", "250",
                        "--files-a-day", "2", "--first-day", str(day)], check=True, capture_output=True)  # fmt: skip
    for file in (worlds["parquet"] / "logs").iterdir():
        file.rename(worlds["jsonl"] / "logs" / file.name)
    return worlds["jsonl"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--against", default="HEAD^", help="commit to compare with")
    parser.add_argument("--root", type=Path, default=HERE.parent, help="checkout to measure")
    parser.add_argument("--rows", type=int, default=20_000, help="of each format")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
