"""Machine code for the two loops that touch every account, every feature and every tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

CHUNK_ROWS = 8_192


def compiled(loop: Loop) -> Loop:
    """Compile a loop at its first call and keep the machine code for the next run.

    The code is kept beside the source or in the user's cache folder; where neither can be written,
    it is compiled anew in each run.
    """
    try:
        return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:
        return cast(Loop, numba.njit(nogil=True)(loop))


def over_chunks(work: Callable[[slice], None], rows: int) -> None:
    """Call ``work`` for consecutive slices of ``rows``, on all cores when there are many.

    Each slice is written by one thread and no sum crosses a border, so the number of threads does
    not change a bit of the result.
    """
    slices = list(_slices(rows))
    if len(slices) < 2:
        for part in slices:
            work(part)
        return
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for _ in pool.map(work, slices):
            pass


def _slices(rows: int) -> Iterator[slice]:
    for start in range(0, rows, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, rows))
