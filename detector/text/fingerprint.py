"""From Arrow strings to keyed fingerprints: the way into the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detector.text import kernel
from detector.text.characters import DIGIT, LETTER, SPACE, UNSPACED, kind_of, kinds, lower_case, lower_of
from detector.text.hashing import avalanche, chain
from detector.text.keys import LEXICON, MULTIPLIER, WORD, hash_keys
from detector.text.lexicon import words
from detector.text.values import combine, hash_values

U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Fingerprints:
    """What is kept of n texts.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n, 8)
        Columns `kernel.PROMPT`, `TEMPLATE`, `HEAD`, `TAIL` and four phrases; 0 where there is none.
    topic : ndarray of int32, shape (n,)
        `kernel.TOPIC_BITS` bits, alike for texts with similar words; -1 for a text without words.
    asks : ndarray of uint8, shape (n,)
        Bit mask of elicitation: `kernel.REASONING`, `HIDDEN`, `GRADING`, `GENERATION`, `TAGS`.
    chars : ndarray of int64, shape (n,)
        Length in code points.
    """

    hashes: U64
    topic: npt.NDArray[np.int32]
    asks: npt.NDArray[np.uint8]
    chars: npt.NDArray[np.int64]


class Fingerprinter:
    """Fingerprints texts and values under one key."""

    def __init__(self, key: bytes) -> None:
        self.keys = hash_keys(key)
        self._lexicon = _lexicon(key)

    def texts(self, values: pa.Array) -> Fingerprints:
        """Fingerprints of each string; a null gives zeros and topic -1."""
        data, starts, ends = buffers(values)
        n = len(starts)
        found = Fingerprints(
            np.zeros((n, kernel.N_HASHES), np.uint64),
            np.zeros(n, np.int32),
            np.zeros(n, np.uint8),
            np.zeros(n, np.int64),
        )
        kernel.fingerprint_texts(
            data, starts, ends, self.keys, *_tables(), *self._lexicon,
            found.hashes, found.topic, found.asks, found.chars,
        )  # fmt: skip
        return found

    def values(self, values: pa.Array, purpose: int) -> U64:
        """Keyed hash of each string's bytes, 0 for null; one purpose per kind of value."""
        data, starts, ends = buffers(values)
        out = np.zeros(len(starts), np.uint64)
        hash_values(data, starts, ends, self.keys, np.uint64(purpose), out)
        out[nulls(values)] = 0
        return out

    def rows(self, columns: U64, purpose: int) -> U64:
        """Keyed hash of each row of 64-bit values, shape (n, c) → (n,)."""
        out = np.zeros(len(columns), np.uint64)
        combine(np.ascontiguousarray(columns), self.keys, np.uint64(purpose), out)
        return out


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], U64]:
    """The characters of the first plane, and the bits of each byte spread over eight, as the kernel looks them up."""
    kind = np.zeros(5, np.uint32)
    kind[[LETTER, DIGIT, UNSPACED, SPACE]] = kernel.IS_WORD, kernel.IS_DIGIT, kernel.IS_UNSPACED, kernel.IS_SPACE
    plane = np.bitwise_or(lower_case().astype(np.uint32) << 8, kind[kinds()], dtype=np.uint32)
    plane[[ord(word[-1]) for word in words() if kind_of(ord(word[-1])) == UNSPACED]] |= np.uint32(kernel.IS_ENDING)
    spread = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return plane, spread.view("<u8").ravel().astype(np.uint64)


def nulls(values: pa.Array) -> npt.NDArray[np.bool_]:
    """True where a value is null, shape (n,)."""
    if values.null_count == 0:
        return np.zeros(len(values), bool)
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def buffers(
    values: pa.Array,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Bytes of an Arrow string array with each value's first and past-last byte; nulls are empty."""
    values = values.cast(pa.large_string()) if values.type != pa.large_string() else values
    _, offset_buffer, data_buffer = values.buffers()
    if len(values) == 0 or offset_buffer is None:
        empty = np.zeros(0, np.int64)
        return np.zeros(0, np.uint8), empty, empty
    offsets = np.frombuffer(offset_buffer, np.int64)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    data.flags.writeable = False  # kernels are compiled once for each type, and this is part of it
    starts, ends = offsets[:-1].copy(), offsets[1:].copy()
    missing = nulls(values)
    ends[missing] = starts[missing]
    return data, starts, ends


@lru_cache(maxsize=4)
def _lexicon(key: bytes) -> tuple[npt.NDArray[np.uint8], U64, npt.NDArray[np.int64], U64]:
    """What the kernel looks words up in under a key.

    Returns
    -------
    sieve : ndarray of uint8
        One bit for each value of some bits of a hash: set where a word of the lexicon has it.
    slots, masks : ndarray of uint64, of int64
        Open-addressing table from a word's hash to its groups, at most a quarter full.
    http : ndarray of uint64
        The words that open a URL.
    """
    keys = hash_keys(key)
    entries = {_word(keys, word): groups for word, groups in words().items()}
    size = 1 << (4 * len(entries) - 1).bit_length()
    slots, masks = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    for value, groups in entries.items():
        i = value & (size - 1)
        while slots[i]:
            i = (i + 1) & (size - 1)
        slots[i], masks[i] = value, groups
    bits = np.zeros(1 << kernel.SIEVE_BITS, np.uint8)
    bits[(slots[slots != 0] >> kernel.SIEVE_FIRST) & (len(bits) - 1)] = 1
    http = np.array([_word(keys, "http"), _word(keys, "https")], dtype=np.uint64)
    return np.packbits(bits, bitorder="little"), slots, masks, http


def _word(keys: U64, word: str) -> int:
    """The hash that the kernel gives to a word."""
    codes = [lower_of(ord(c)) for c in word]
    unspaced = kind_of(codes[0]) == UNSPACED
    h = int(keys[LEXICON if unspaced else WORD])
    for value in codes if unspaced else packed(codes):
        h = chain(h, value, int(keys[MULTIPLIER]))
    return avalanche(h)


def packed(codes: list[int]) -> list[int]:
    """A word's characters as its hash takes them: up to eight of ASCII in one value, any other with a mark."""
    values: list[int] = []
    room = 0
    for code in codes:
        if code >= 0x80:
            values.append(code | 1 << 63)
        elif room:
            values[-1] |= code << 8 * (8 - room)
        else:
            values.append(code)
        room = 0 if code >= 0x80 else (room or 8) - 1
    return values
