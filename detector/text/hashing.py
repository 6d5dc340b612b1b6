"""Hash chains, as compiled code and as plain integers.

A chain is h ← (h ⊕ x)·K, h ← h ⊕ (h ≫ 29) with a secret odd multiplier K; `detector.text.keys` tells why.
"""

from __future__ import annotations

from numba import njit, uint64

_WRAP = 0xFFFFFFFFFFFFFFFF


@njit(inline="always")
def step(h, x, multiplier):  # type: ignore[no-untyped-def]
    """Add one value to a hash chain."""
    h = (h ^ x) * multiplier
    return h ^ (h >> uint64(29))


@njit(inline="always")
def finish(h):  # type: ignore[no-untyped-def]
    """Avalanche of a chain (fmix64); 0 is kept for *not known*."""
    h ^= h >> uint64(33)
    h *= uint64(0xFF51AFD7ED558CCD)
    h ^= h >> uint64(33)
    h *= uint64(0xC4CEB9FE1A85EC53)
    h ^= h >> uint64(33)
    return h if h != uint64(0) else uint64(1)


def chain(h: int, value: int, multiplier: int) -> int:
    """`step` in plain integers."""
    h = ((h ^ value) * multiplier) & _WRAP
    return h ^ (h >> 29)


def avalanche(h: int) -> int:
    """`finish` in plain integers."""
    h ^= h >> 33
    h = (h * 0xFF51AFD7ED558CCD) & _WRAP
    h ^= h >> 33
    h = (h * 0xC4CEB9FE1A85EC53) & _WRAP
    h ^= h >> 33
    return h or 1
