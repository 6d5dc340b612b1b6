"""Columns of text made from columns of numbers, without a Python object per row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_ODD = 0x9E3779B97F4A7C15


def joined(*parts: object) -> pa.Array:
    """Texts and columns of text one after another, row by row."""
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", pa.large_string()))


def scrambled(values: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Other numbers, one for each: no two alike that were not, in an order that tells nothing."""
    mixed = (values.astype(np.uint64) + np.uint64((salt + 1) * _ODD % (1 << 64))) * np.uint64(_ODD)
    mixed ^= mixed >> np.uint64(32)
    return mixed * np.uint64(_ODD)


def hexed(values: npt.NDArray[np.uint64]) -> pa.Array:
    """Numbers in 16 hexadecimal digits."""
    shifts = np.arange(60, -4, -4, dtype=np.uint64)
    return fixed(_HEX[((values[:, None] >> shifts) & np.uint64(15)).astype(np.intp)])


def fixed(characters: npt.NDArray[np.uint8]) -> pa.Array:
    """Texts of one length from a matrix of their characters."""
    n, width = characters.shape
    offsets = np.arange(n + 1, dtype=np.int64) * width
    return pa.Array.from_buffers(
        pa.large_string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters))]
    )


def moments(day: str, micros: Ints) -> pa.Array:
    """Moments of a day as ``2026-06-01T12:34:56.789Z``."""
    text = np.empty((len(micros), len(day) + 14), np.uint8)
    text[:] = np.frombuffer(f"{day}T00:00:00.000Z".encode(), np.uint8)
    rest = micros // 1000
    # from the last of the milliseconds back to the tens of minutes
    for place, base in ((12, 10), (11, 10), (10, 10), (8, 10), (7, 6), (5, 10), (4, 6)):
        rest, digit = np.divmod(rest, base)
        text[:, len(day) + place] += digit.astype(np.uint8)
    for place, digit in ((1, rest // 10), (2, rest % 10)):
        text[:, len(day) + place] += digit.astype(np.uint8)
    return fixed(text)


def addresses(numbers: npt.NDArray[np.uint64]) -> pa.Array:
    """IPv4 addresses of 32-bit numbers, none of them private or special."""
    octet = pa.array([str(i) for i in range(256)], pa.large_string())
    parts = [(numbers >> np.uint64(shift)) & np.uint64(255) for shift in (24, 16, 8, 0)]
    parts[0] = 20 + parts[0] % np.uint64(80)
    texts = [octet.take(pa.array(part.astype(np.int64))) for part in parts]
    return joined(texts[0], ".", texts[1], ".", texts[2], ".", texts[3])
