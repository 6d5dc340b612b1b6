"""Text that reads like prompts, as fast as bytes can be copied.

A pool of runs of two to four words is drawn once. Prompts are strings of such runs, each drawn anew, so that no five
words in a row stand in two prompts but by chance or by plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_VOCABULARY, _RUNS = 20_000, 1 << 16
_LONGEST_RUN = 80
_OPENINGS = [*"b br c ch d f g gr h j k l m n p pl pr qu r s sh st t tr v w y".split(), ""]
_VOWELS = "a e i o u ai ea ee io ou".split()
_CLOSINGS = ["", "", "", *"n r s t l m d ck nd ng rt st".split()]
_COMMON = """the of to and a in is it you that he was for on are with as his they be at one have this from or had by
but some what there we can out other were all your when up use word how said an each she which do their time if will
way about many then them would write like so these her long make thing see him two has look more day could go come did
my sound no most number who over know water than call first people may down side been now find please explain code
function table list error return value data file customer order email summary translate""".split()
_ACCENTED = "café naïve señor über größe façade jalapeño Zürich coração français día élève".split()
_AFTER = [" "] * 40 + [", "] * 5 + [". "] * 5 + ["\n"] * 2 + ["? ", ": ", "; ", '" ', ' "', " - ", ".\n\n"]


@dataclass(frozen=True)
class Pool:
    """Runs of words, one after another in a buffer."""

    data: Bytes
    offsets: Ints


@dataclass(frozen=True)
class Frames:
    """Texts that prompts begin with: number 0 is empty."""

    data: Bytes
    offsets: Ints

    @classmethod
    def of(cls, texts: list[str]) -> Frames:
        """Frames 1, 2, … of texts."""
        encoded = [text.encode() for text in texts]
        offsets = np.cumsum([0, 0, *map(len, encoded)]).astype(np.int64)
        return cls(np.frombuffer(b"".join([*encoded, b"."]), np.uint8), offsets)


def word_pool(seed: int) -> Pool:
    """Runs of words whose frequencies fall as 1/rank, with punctuation, line breaks, quotes and figures."""
    rng = np.random.default_rng(seed)
    words = np.array(_COMMON + _ACCENTED + [_word(rng) for _ in range(_VOCABULARY)], dtype=object)
    weight = 1 / np.arange(3, len(words) + 3)
    drawn = words[rng.choice(len(words), 3 * _RUNS, p=weight / weight.sum())]
    figures = rng.random(len(drawn)) < 0.02
    drawn[figures] = rng.integers(0, 5000, figures.sum()).astype(str)
    after = np.array(_AFTER, dtype=object)[rng.integers(0, len(_AFTER), len(drawn))]
    sizes = rng.integers(2, 5, _RUNS)
    starts = np.cumsum(sizes) - sizes
    spaced = (drawn + after).tolist()
    runs = ["".join(spaced[a : a + n]).encode() for a, n in zip(starts, sizes, strict=True) if a + n <= len(spaced)]
    return Pool(np.frombuffer(b"".join(runs), np.uint8), np.cumsum([0, *map(len, runs)]).astype(np.int64))


def phrases(pool: Pool, how_many: int, runs: int, seed: int) -> list[str]:
    """Texts of so many runs each."""
    rng = np.random.default_rng(seed)
    data, offsets = pool.data.tobytes(), pool.offsets
    drawn = rng.integers(0, len(offsets) - 1, (how_many, runs)).tolist()
    return [b"".join(data[offsets[i] : offsets[i + 1]] for i in row).decode() for row in drawn]


def prompts(pool: Pool, frames: Frames, frame: Ints, size: Ints, first: int, seed: int) -> pa.Array:
    """Prompts of a frame and words up to a size; a frame never stands alone.

    Parameters
    ----------
    frame : ndarray of int64, shape (n,)
        Number of the frame each prompt begins with.
    size : ndarray of int64, shape (n,)
        Bytes, frame included, after which no run is added, once half as many are behind the frame.
    first : int
        Place of the first prompt among all of the log: the same place and seed give the same words.

    Returns
    -------
    pyarrow.Array of large_string
    """
    longest = size + np.diff(frames.offsets)[frame] + _LONGEST_RUN
    data, offsets = np.empty(int(longest.sum()), np.uint8), np.zeros(len(size) + 1, np.int64)
    _fill(data, offsets, pool.data, pool.offsets, frames.data, frames.offsets, frame, size, first, seed)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[: offsets[-1]])]
    return pa.Array.from_buffers(pa.large_string(), len(size), buffers)


def _word(rng: np.random.Generator) -> str:
    parts = int(rng.integers(1, 4))
    return "".join(
        part[rng.integers(len(part))] for _ in range(parts) for part in (_OPENINGS, _VOWELS, _CLOSINGS)
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _mixed(x):  # type: ignore[no-untyped-def]
    """One step of splitmix64."""
    x += np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def _fill(out, offsets, pool, runs, frames, frame_offsets, frame, size, first, seed):  # type: ignore[no-untyped-def]
    one, half = np.uint64(1), np.uint64(32)
    at, many = np.uint64(0), np.uint64(len(runs) - 1)
    for row in range(len(size)):
        begin, wanted = at, np.uint64(size[row])
        i, end = np.uint64(frame_offsets[frame[row]]), np.uint64(frame_offsets[frame[row] + 1])
        while i < end:
            out[at] = frames[i]
            at, i = at + one, i + one
        wanted = max(wanted, at - begin + wanted // np.uint64(2))
        state = _mixed(_mixed(np.uint64(first + row)) ^ np.uint64(seed))
        while at - begin < wanted:
            state = _mixed(state)
            run = ((state >> half) * many) >> half
            i, end = np.uint64(runs[run]), np.uint64(runs[run + one])
            while i < end:
                out[at] = pool[i]
                at, i = at + one, i + one
        offsets[row + 1] = np.int64(at)
