"""Memory that is let go of is kept for what comes next.

To be given pages by the system, cleared one by one, takes a third of the time of a night whose tables are of gigabytes
and whose columns come and go. Nothing but time depends on it.

References
----------
.. [1] mallopt(3), malloc_trim(3): parameters of memory allocation in the GNU C library.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from detector.on_disk import let_go

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -2, -3, -4, -8
_MOST, _STEP, _LARGE = (1 << 31) - 1, 64 << 20, 4 << 20


def keep_freed() -> None:
    """From now on, have what is freed stay with this process and the copies made of it, where the C library can."""
    if sys.platform != "linux":
        return
    with suppress(AttributeError):
        adjust = ctypes.CDLL(None).mallopt
        for parameter, value in ((_ARENA_MAX, 1), (_MMAP_MAX, 0), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, _STEP)):
            adjust(parameter, value)
        import pyarrow as pa

        pa.set_memory_pool(pa.system_memory_pool())


def part_with_freed() -> None:
    """From now on, have arrays of some megabytes given back as they are freed, so that no gaps stay between others."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give back what is free: a copy of this process would copy it, too, when either writes to it.

    Columns on disk are let go of.
    """
    let_go()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
