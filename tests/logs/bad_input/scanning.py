"""Runs the command in this process and gives what a user would see."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from detector.cli import main

EXIT_CODES = {0, 1, 2, 3, 4, 6}
T = '"timestamp":"2026-03-01T12:00:00Z"'


def line(account: str = "good", **fields: object) -> bytes:
    row = {"timestamp": "2026-03-01T12:00:00Z", "account_id": account, **fields}
    return json.dumps(row).encode() + b"\n"


GOOD = line()


@dataclass
class Ran:
    """Exit code, what was printed, and the record of the run where there is one."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def run(self) -> dict:
        return json.loads((self.out / "run.json").read_text(encoding="utf-8"))


def command(*words: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    argv = ["detector", *map(str, words)]
    with mock.patch.object(sys, "argv", argv), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as done:
            code = done.code
    assert "Traceback" not in out.getvalue() + err.getvalue()
    assert code in EXIT_CODES - {1}, err.getvalue()
    return code, out.getvalue(), err.getvalue()


def scan(folder: Path, *paths: object, options: tuple[object, ...] = ()) -> Ran:
    """Scan with the command and hold the run to its account of rows."""
    out = folder / "result"
    ran = Ran(*command("scan", *(paths or (folder / "logs",)), "--without-accounts", "--out", out, *options), out)
    if (out / "run.json").exists():
        for rows in [
            ran.run["rows"],
            *({k[5:]: v for k, v in i.items() if k[:5] == "rows_"} for i in ran.run["inputs"]),
        ]:
            assert rows["in"] == rows["used"] + rows["duplicate"] + rows["rejected"] + rows["out_of_window"]
    return ran


PEAK = """
import atexit, sys
from pathlib import Path
from detector.cli import main
def tell():
    told = Path("/proc/self/status").read_text(encoding="ascii")
    print("peak", int(told.split("VmHWM:")[1].split()[0]) / 1024, file=sys.__stdout__, flush=True)
atexit.register(tell)
main()
"""


def peak_of_scan(folder: Path, *options: object) -> float:
    """Most memory, in MiB, that a process of its own holds while it scans the folder's logs; one worker reads them.

    What the kernel tells of a child by getrusage begins at what its parent held, so the process is asked itself.
    """
    words = ["scan", folder / "logs", "--without-accounts", "--quiet", "--out", folder / "result", *options]
    command = [sys.executable, "-c", PEAK, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in EXIT_CODES, done.stderr
    return float(done.stdout.rpartition("peak ")[2])


def logs(folder: Path, **files: bytes) -> Path:
    """A folder of logs; a name's last underscore stands for its dot."""
    place = folder / "logs"
    place.mkdir(exist_ok=True)
    for name, data in files.items():
        stem, _, ending = name.partition("__")
        (place / f"{stem}.{ending.replace('_', '.')}").write_bytes(data)
    return place
