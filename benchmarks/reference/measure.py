"""Seconds and memory of a command with all the processes it starts."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Looking costs time of a core, which a command that uses all cores misses and another does not.
HERTZ = 5
PROC = Path("/proc")


@dataclass(frozen=True)
class Run:
    """What a command took.

    Attributes
    ----------
    seconds : float
        From start to end, interpreter and imports included.
    cpu : float
        Seconds of all cores together, of the command and all that it started and waited for.
    peak : int
        Most bytes resident in the process tree at one time, sampled; pages that processes share
        count once for each. 0 where the system has no /proc.
    own : int
        The same without pages of files, which the system may take back at any time: libraries, and columns mapped
        from disk.
    """

    seconds: float
    cpu: float
    peak: int
    own: int


def measured(command: Sequence[str], well: Sequence[int] = (0,)) -> Run:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        If its exit code is not one of `well`.
    """
    began, before = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak, own = 0, 0
    while True:
        try:
            _, said = process.communicate(timeout=1 / HERTZ)
            break
        except subprocess.TimeoutExpired:
            resident, of_files = tree_bytes(process.pid)
            peak, own = max(peak, resident), max(own, resident - of_files)
    seconds = time.perf_counter() - began
    if process.returncode not in well:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{said.decode()}")
    return Run(seconds, _cpu_of_children() - before, peak, own)


def tree_bytes(root: int) -> tuple[int, int]:
    """Resident bytes of a process and its descendants, and how many of them are pages of files."""
    parent, pages = {}, {}
    for entry in PROC.glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            _, resident, of_files, *_ = (entry / "statm").read_text().split()
        except (OSError, ValueError):
            continue  # it has just ended
        parent[int(entry.name)], pages[int(entry.name)] = int(fields[1]), (int(resident), int(of_files))
    inside = [pages[pid] for pid in pages if _descends(pid, root, parent)]
    resident, of_files = (sum(column) * _page_size() for column in zip((0, 0), *inside, strict=True))
    return resident, of_files


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _descends(pid: int, root: int, parent: dict[int, int]) -> bool:
    while pid in parent and pid != root:
        pid = parent[pid]
    return pid == root


def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")
