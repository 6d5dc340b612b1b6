"""A look at Parquet files by processes of their own, which may die of them.

Arrow reads Parquet in native code, where bytes made to harm can end the process. Each file is first decoded to its end
in a child with limits on memory and time; only what the child has survived is opened here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from detector.settings import Reading

_OUT_OF_MEMORY, _DAMAGED, _TOO_WIDE, _STOPPED = 21, 22, 23, -9
_TIMES_UP = (_STOPPED, -24)
#: Exit codes tell how it went: what a child prints would be text from the file. Sizes in bytes that a footer states
#: are not believed, few bytes can stand for many rows.
_CHILD = f"""
import resource, sys
import pyarrow, pyarrow.parquet
path, batch_rows, memory, seconds, cells = sys.argv[1], *map(int, sys.argv[2:6])
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() if sys.platform == "linux" else 0
for limit, most in ((resource.RLIMIT_AS, now + memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(limit, (most, most))
try:
    with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
        data = file.metadata
        if any(data.row_group(i).num_rows * data.num_columns > cells for i in range(data.num_row_groups)):
            sys.exit({_TOO_WIDE})
        for batch in file.iter_batches(batch_rows, use_threads=False):
            batch.validate()
except MemoryError:
    sys.exit({_OUT_OF_MEMORY})
except (pyarrow.ArrowException, OSError, ValueError, LookupError, OverflowError):
    sys.exit({_DAMAGED})
"""
_known: dict[tuple[object, ...], str | None] = {}


def fault_of(path: str, limits: Reading) -> str | None:
    """Why a Parquet file must not be opened in this process, or None.

    Parameters
    ----------
    path : str
    limits : Reading
        `parquet_memory_bytes` over what the child takes by itself, `parquet_seconds` of processor time, and
        `max_parquet_cells` of a row group. The answer for an unchanged file is remembered.

    Notes
    -----
    Plain damage is no fault: the reader says it, and keeps the rows before it.
    """
    if not limits.parquet_check:
        return None
    status = os.stat(path)
    identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, limits)
    if identity not in _known:
        _known[identity] = _fault(_code(path, limits), limits)
    return _known[identity]


def check_ahead(paths: Iterable[str], limits: Reading) -> None:
    """Check several files, as many at a time as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for path in paths:
            threads.submit(fault_of, path, limits)


def _code(path: str, limits: Reading) -> int:
    given = (limits.batch_rows, limits.parquet_memory_bytes, limits.parquet_seconds, limits.max_parquet_cells)
    command = [sys.executable, "-I", "-c", _CHILD, os.path.abspath(path), *map(str, given)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=4 * limits.parquet_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return _STOPPED
    return done.returncode


def _fault(code: int, limits: Reading) -> str | None:
    if code in (0, _DAMAGED):
        return None
    if code == _OUT_OF_MEMORY:
        why = f"takes over {limits.parquet_memory_bytes:,} bytes of memory (reading.parquet_memory_bytes)"
    elif code == _TOO_WIDE:
        why = f"has a row group of over {limits.max_parquet_cells:,} cells (reading.max_parquet_cells)"
    elif code in _TIMES_UP:
        why = f"takes over {limits.parquet_seconds:,} s (reading.parquet_seconds)"
    else:
        why = f"ended the process that read it (exit code {code})"
    return f"the Parquet file {why}; it was set aside and none of its rows was read."
