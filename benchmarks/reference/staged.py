"""Run the detector, and write down what each of its stages took: `staged.py OUT COMMAND …`.

CPU is that of all processes of the run that had ended by then; what copies of the process used is told by the stage in
which they end.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.cli import run
from detector.results.record import Clock


def main() -> None:
    """Run the command with its stages written down as they end."""
    out, *sys.argv[1:] = sys.argv[1:]
    told: list[dict[str, float | str]] = []
    timed = Clock.stage

    @contextmanager
    def stage(clock: Clock, name: str) -> Iterator[None]:
        begun, before = time.monotonic(), _cpu()
        with timed(clock, name):
            yield
        seconds, cpu = time.monotonic() - begun, _cpu() - before
        told.append({"stage": name, "seconds": seconds, "cpu": cpu, "resident": _resident()})
        Path(out).write_text(json.dumps(told))

    Clock.stage = stage  # type: ignore[method-assign]
    run()


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
