"""Eight bytes of text at a time in one 64-bit number, the first byte lowest: a word without a loop over its letters.

Comparisons within a register leave their answer in the highest bit of each byte, which no ASCII character uses.

References
----------
.. [1] Lamport, L. (1975), "Multiple byte processing with full-word instructions", CACM 18(8).
.. [2] Warren, H. (2012), "Hacker's Delight", 2nd ed., 6-1 (find the first byte).
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

LANES = np.uint64(8)
_EVERY, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_LOW_7, _CASE = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x2020202020202020)
#: Added to a byte below 128, each of these sets its highest bit from the character in the name on.
_FROM_0, _AFTER_9 = np.uint64(0x80 - ord("0")) * _EVERY, np.uint64(0x7F - ord("9")) * _EVERY
_FROM_A, _AFTER_Z = np.uint64(0x80 - ord("a")) * _EVERY, np.uint64(0x7F - ord("z")) * _EVERY
_ZERO, _ONE, _THREE = np.uint64(0), np.uint64(1), np.uint64(3)
_TO_CASE, _TO_LOWEST = np.uint64(2), np.uint64(7)


@intrinsic
def _load(context: Any, data: Any, at: Any) -> Any:
    """Eight bytes at any address in one instruction; numba by itself loads aligned numbers only."""

    def write(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        from llvmlite import ir

        eight = ir.IntType(64)
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(array.data, [arguments[1]]), eight.as_pointer())
        value = builder.load(address, align=1)
        return value if sys.byteorder == "little" else builder.bswap(value)

    return types.uint64(data, at), write


@intrinsic
def _zeros_below(context: Any, value: Any) -> Any:
    """Number of zero bits below the lowest one; 64 where there is none."""

    def write(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        from llvmlite import ir

        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.uint64(value), write


@njit(inline="always")
def eight_bytes(data, i, end):  # type: ignore[no-untyped-def]
    """Bytes i to i + 8 of an array; zeros from `end` on."""
    if i + LANES <= end:
        return _load(data, i)
    found, shift = _ZERO, _ZERO
    while i < end:
        found |= np.uint64(data[i]) << shift
        i += _ONE
        shift += LANES
    return found


@njit(inline="always")
def word_bytes(eight):  # type: ignore[no-untyped-def]
    """The letters and digits of ASCII that eight bytes begin with.

    Returns
    -------
    n : uint64
        How many there are.
    lowered : uint64
        They, in lower case, with zeros behind.
    digits : uint64
        Not 0 where there is a digit among them.
    """
    low = eight & _LOW_7
    folded = low | _CASE
    letter = (folded + _FROM_A) & ~(folded + _AFTER_Z)
    digit = (low + _FROM_0) & ~(low + _AFTER_9)
    other = (~(letter | digit) | eight) & _HIGH
    n = _zeros_below(other) >> _THREE
    first = other & (~other + _ONE)
    before = (first >> _TO_LOWEST) - _ONE  # the bits of all bytes before the first other one
    return n, (eight | ((letter & _HIGH) >> _TO_CASE)) & before, digit & before & _HIGH
