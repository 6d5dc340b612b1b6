"""What kind of character a code point is, and its lower case, as lookup tables for the kernels.

Five kinds are enough to cut any script into words: letters and marks, digits, characters of scripts
that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese), white space, the rest.
The tables cover the Basic Multilingual Plane; above it, blocks decide (`ASTRAL_UNSPACED`).

References
----------
.. [1] Unicode Standard Annex 29, "Unicode Text Segmentation".
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

OTHER, LETTER, DIGIT, UNSPACED, SPACE = 0, 1, 2, 3, 4
BMP = 0x10000
#: Code points of the supplementary planes that belong to scripts without spaces: ideographs.
ASTRAL_UNSPACED = (0x20000, 0x3FFFF)
_UNSPACED_BLOCKS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # ideographs
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width Katakana
)


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """Kind of each code point of the Basic Multilingual Plane, shape (65536,)."""
    categories = "".join(map(unicodedata.category, map(chr, range(BMP)))).encode()
    category = np.frombuffer(categories, dtype="S2").reshape(-1)
    table = np.full(BMP, OTHER, np.uint8)
    table[np.char.startswith(category, b"Z")] = SPACE
    table[[9, 10, 11, 12, 13, 0x85]] = SPACE
    word = np.char.startswith(category, b"L") | np.char.startswith(category, b"M")
    table[word] = LETTER
    for first, last in _UNSPACED_BLOCKS:
        table[first : last + 1][word[first : last + 1]] = UNSPACED
    table[category == b"Nd"] = DIGIT
    table.setflags(write=False)
    return table


@cache
def lower_case() -> npt.NDArray[np.uint16]:
    """Lower case of each code point of the plane where that is one code point, shape (65536,).

    What is beyond ASCII stays so: the sign for kelvin does not become a k.
    """
    lowered = [chr(code).lower() for code in range(BMP)]
    codes = np.array([ord(c) if len(c) == 1 else BMP for c in lowered])
    own = np.arange(BMP)
    table = np.where((codes < BMP) & ((codes < 0x80) == (own < 0x80)), codes, own).astype(np.uint16)
    table.setflags(write=False)
    return table


def kind_of(code: int) -> int:
    """Kind of any code point."""
    if code < BMP:
        return int(kinds()[code])
    first, last = ASTRAL_UNSPACED
    return UNSPACED if first <= code <= last else LETTER


def lower_of(code: int) -> int:
    """Lower case of any code point; above the first plane case is kept."""
    return int(lower_case()[code]) if code < BMP else code
