"""One pass over the bytes of each prompt: words, masks, frames, phrases, topic, elicitation.

The kernel reads Arrow's UTF-8 buffer in place, releases the interpreter lock, and keeps no text. Its rules, word
by word, are written a second time in plain Python in `tests/text/reference.py`; the two agree on any text.

*Words* are runs of letters, marks and digits in lower case; in scripts without spaces each character gives one
word made of itself and up to two before it (character trigrams). *Masked words* stand in the template, frames
and phrases: a word with a digit is a number, neighbouring numbers are one, a URL is one word, and a quoted
passage of up to 160 bytes on one line is one word.

References
----------
.. [1] Schleimer, S., Wilkerson, D. and Aiken, A. (2003), "Winnowing: local algorithms for document
       fingerprinting", SIGMOD.
.. [2] Charikar, M. (2002), "Similarity estimation techniques from rounding algorithms", STOC (topic bits).
.. [3] Broder, A. (1997), "On the resemblance and containment of documents" (smallest phrases as a sample).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FRAME_WORDS = 8
PHRASE_WORDS = 5
WINDOW = 4
PHRASES_KEPT = 4
QUOTE_BYTES = 160
NEAR = 24
TOPIC_BITS = 16
#: Columns of the kernel's output of hashes.
PROMPT, TEMPLATE, HEAD, TAIL, PHRASE_0 = 0, 1, 2, 3, 4
N_HASHES = PHRASE_0 + PHRASES_KEPT
#: Bits of the kernel's elicitation mask.
REASONING, HIDDEN, GRADING, GENERATION, TAGS = 1, 2, 4, 8, 16
_THOUGHT, _HIDDEN, _WHOLE, _GRADE, _RUBRIC, _GENERATE, _DATA, _TAG = range(8)
_NUMBER, _URL, _QUOTE = np.uint64(1), np.uint64(2), np.uint64(3)
_FAR = -1_000_000
_ABSENT = np.uint64(0xFFFFFFFFFFFFFFFF)

U64 = npt.NDArray[np.uint64]


@njit(cache=True, nogil=True, inline="always")
def step(h, x, multiplier):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add one value to a hash chain."""
    h = (h ^ x) * multiplier
    return h ^ (h >> np.uint64(29))


@njit(cache=True, nogil=True, inline="always")
def finish(h):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Avalanche of a chain (fmix64); 0 is kept for *not known*."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    h ^= h >> np.uint64(33)
    return h if h != np.uint64(0) else np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def _decode(data, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Code point at byte i of valid UTF-8, and the bytes it takes."""
    b = np.int64(data[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return ((b & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F), 2
    if b < 0xF0:
        high = (b & 0x0F) << 12
        return high | ((np.int64(data[i + 1]) & 0x3F) << 6) | (np.int64(data[i + 2]) & 0x3F), 3
    high = ((b & 0x07) << 18) | ((np.int64(data[i + 1]) & 0x3F) << 12)
    return high | ((np.int64(data[i + 2]) & 0x3F) << 6) | (np.int64(data[i + 3]) & 0x3F), 4


@njit(cache=True, nogil=True)
def _quote_end(data, i, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Byte after the double quote that closes the one at i, or i where none does on this line."""
    for j in range(i + 1, min(end, i + 1 + QUOTE_BYTES)):
        if data[j] == 0x0A:
            return i
        if data[j] == 0x22:
            return j + 1
    return i


@njit(cache=True, nogil=True)
def _split(data, i, end, keys, kinds, lower, http, words, runs, marks, masked):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Cut one text into words; give how many, how many masked ones, and its characters.

    Writes, for each word, its hash, its character where it is one of an unspaced script (else 0), and its mark:
    the weight of its vote on the topic, plus 128 where an opening angle bracket stands before it.
    """
    k = keys[0]
    n_words, n_masked, n_chars = 0, 0, 0
    quote_until = i
    in_url, after_number, after_bracket, digits = False, False, False, False
    word, length = keys[1], 0
    one, two, run_length = np.uint64(0), np.uint64(0), 0
    while i <= end:
        while i < end and data[i] < 0x80 and 1 <= kinds[data[i]] <= 2:  # the common case, kept tight
            digits = digits or kinds[data[i]] == 2
            word = step(word, np.uint64(lower[data[i]]), k)
            length += 1
            n_chars += 1
            i += 1
        code, width, kind = np.int64(0), 1, np.uint8(4)
        if i < end:
            code, width = _decode(data, i)
            n_chars += 1
            if code < 0x10000:
                kind = kinds[code]
                code = np.int64(lower[code])
            else:
                kind = np.uint8(3) if 0x20000 <= code <= 0x3FFFF else np.uint8(1)
        if kind == 1 or kind == 2:
            word = step(word, np.uint64(code), k)
            length += 1
            digits = digits or kind == 2
            i += width
            continue
        if length > 0:
            token = finish(word)
            words[n_words] = token
            runs[n_words] = np.uint64(0)
            mark = 0 if digits or length < 4 else min(length, 12) - 3
            marks[n_words] = mark + (128 if after_bracket else 0)
            n_words += 1
            opens_url = code == 0x3A and (token == http[0] or token == http[1])
            if i >= quote_until and not in_url and not (digits and after_number):
                masked[n_masked] = _URL if opens_url else (_NUMBER if digits else token)
                n_masked += 1
                after_number = digits
            in_url = in_url or opens_url
            word, length, digits, after_bracket, run_length = keys[1], 0, False, False, 0
        if kind == 3:
            run_length += 1
            c = np.uint64(code)
            token = keys[1] ^ np.uint64(5)
            if run_length > 2:
                token = step(token, two, k)
            if run_length > 1:
                token = step(token, one, k)
            token = finish(step(token, c, k))
            two, one = one, c
            words[n_words] = token
            runs[n_words] = c
            marks[n_words] = (3 if run_length > 2 else 0) + (128 if after_bracket else 0)
            n_words += 1
            if i >= quote_until and not in_url:
                masked[n_masked] = token
                n_masked += 1
                after_number = False
        else:
            run_length = 0
            after_bracket = code == 0x3C
            in_url = in_url and kind != 4
            if code == 0x22 and i >= quote_until and not in_url:
                closed = _quote_end(data, i, end)
                if closed > i:
                    quote_until = closed
                    masked[n_masked] = _QUOTE
                    n_masked += 1
                    after_number = False
        i += width
    return n_words, n_masked, n_chars


@njit(cache=True, nogil=True)
def _whole(values, n, start, keys):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Hash of the first n values in order; 0 for none."""
    if n == 0:
        return np.uint64(0)
    h = start
    for j in range(n):
        h = step(h, values[j], keys[0])
    return finish(step(h, np.uint64(n), keys[0]))


@njit(cache=True, nogil=True)
def _phrases(masked, n, keys, grams, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The smallest distinct phrases among those that winnowing selects, ascending; 0 where there are fewer."""
    kept[:] = _ABSENT
    n_grams = n - PHRASE_WORDS + 1
    for p in range(n_grams):
        h = keys[3]
        for j in range(p, p + PHRASE_WORDS):
            h = step(h, masked[j], keys[0])
        grams[p] = finish(h)
    for p in range(n_grams - WINDOW + 1):
        low = min(min(grams[p], grams[p + 1]), min(grams[p + 2], grams[p + 3]))
        if low < kept[PHRASES_KEPT - 1]:
            _keep(low, kept)
    for j in range(PHRASES_KEPT):
        if kept[j] == _ABSENT:
            kept[j] = np.uint64(0)


@njit(cache=True, nogil=True)
def _keep(value, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Insert a value into the ascending row of the smallest distinct ones."""
    for j in range(kept.size):
        if kept[j] == value:
            return
    j = kept.size - 1
    while j > 0 and kept[j - 1] > value:
        kept[j] = kept[j - 1]
        j -= 1
    kept[j] = value


@njit(cache=True, nogil=True)
def _topic(words, marks, n):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Topic bits: each is the weighted majority of the words' bits; -1 without a word that votes."""
    weight, topic = 0, 0
    for j in range(n):
        weight += marks[j] & 127
    if weight == 0:
        return -1
    for b in range(TOPIC_BITS):
        votes = np.int64(0)
        shift = np.uint64(8 + b)
        for j in range(n):
            votes += np.int64((words[j] >> shift) & np.uint64(1)) * np.int64(marks[j] & 127)
        if 2 * votes > weight:
            topic |= 1 << b
    return topic


@njit(cache=True, nogil=True, inline="always")
def _look_up(h, slots, masks):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    i = np.int64(h & np.uint64(slots.size - 1))
    while slots[i] != np.uint64(0):
        if slots[i] == h:
            return masks[i]
        i = (i + 1) & (slots.size - 1)
    return np.int64(0)


@njit(cache=True, nogil=True)
def _groups_of_run(runs, j, keys, slots, masks):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Groups of the runs of two to four unspaced characters that end at word j."""
    groups = np.int64(0)
    for length in range(2, 5):
        first = j - length + 1
        if first < 0 or runs[first] == np.uint64(0):
            break
        h = keys[4]
        for i in range(first, j + 1):
            h = step(h, runs[i], keys[0])
        groups |= _look_up(finish(h), slots, masks)
    return groups


@njit(cache=True, nogil=True)
def _elicits(words, runs, marks, n, keys, slots, masks, seen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Bit mask of what the text asks for: words of two groups within `NEAR` words of each other."""
    seen[:] = _FAR
    asks = 0
    for j in range(n):
        groups = _look_up(words[j], slots, masks)
        if runs[j] != np.uint64(0):
            groups = _groups_of_run(runs, j, keys, slots, masks)
        if groups == 0:
            continue
        if marks[j] >= 128 and (groups >> _TAG) & 1:
            asks |= TAGS
        for g in range(_TAG):
            if (groups >> g) & 1:
                seen[g] = j
        near = j - NEAR
        if seen[_THOUGHT] >= near:
            if seen[_HIDDEN] >= near:
                asks |= REASONING | HIDDEN
            elif seen[_WHOLE] >= near:
                asks |= REASONING
        if seen[_GRADE] >= near and seen[_RUBRIC] >= near:
            asks |= GRADING
        if seen[_GENERATE] >= near and seen[_DATA] >= near:
            asks |= GENERATION
    return asks


@njit(cache=True, nogil=True)
def fingerprint_texts(data, starts, ends, keys, kinds, lower, slots, masks, http, hashes, topics, asks, chars):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fingerprints of texts [starts[i], ends[i]) of a UTF-8 buffer, written into the last four arrays."""
    longest = 1
    for t in range(starts.size):
        longest = max(longest, ends[t] - starts[t] + 1)
    words = np.empty(longest, np.uint64)
    runs = np.empty(longest, np.uint64)
    marks = np.empty(longest, np.uint8)
    masked = np.empty(longest, np.uint64)
    grams = np.empty(longest, np.uint64)
    seen = np.empty(8, np.int64)
    for t in range(starts.size):
        n, n_masked, chars[t] = _split(data, starts[t], ends[t], keys, kinds, lower, http, words, runs, marks, masked)
        hashes[t, PROMPT] = _whole(words, n, keys[2], keys)
        hashes[t, TEMPLATE] = _whole(masked, n_masked, keys[2] ^ np.uint64(1), keys)
        frame = min(n_masked, FRAME_WORDS)
        hashes[t, HEAD] = _whole(masked, frame, keys[2] ^ np.uint64(2), keys)
        hashes[t, TAIL] = _whole(masked[n_masked - frame :], frame, keys[2] ^ np.uint64(3), keys)
        _phrases(masked, n_masked, keys, grams, hashes[t, PHRASE_0:])
        topics[t] = _topic(words, marks, n)
        asks[t] = _elicits(words, runs, marks, n, keys, slots, masks, seen)


@njit(cache=True, nogil=True)
def hash_values(data, starts, ends, keys, purpose, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Keyed hash of the bytes of each value as they stand; `purpose` keeps kinds of value apart."""
    k = keys[0]
    for t in range(starts.size):
        h = keys[5] ^ purpose
        i = starts[t]
        while i + 8 <= ends[t]:
            x = np.uint64(0)
            for j in range(8):
                x |= np.uint64(data[i + j]) << np.uint64(8 * j)
            h = step(h, x, k)
            i += 8
        x = np.uint64(ends[t] - starts[t]) << np.uint64(56)
        for j in range(ends[t] - i):
            x |= np.uint64(data[i + j]) << np.uint64(8 * j)
        out[t] = finish(step(h, x, k))


@njit(cache=True, nogil=True)
def combine(columns, keys, purpose, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Keyed hash of each row of a matrix of 64-bit values."""
    k = keys[0]
    for t in range(columns.shape[0]):
        h = keys[6] ^ purpose
        for c in range(columns.shape[1]):
            h = step(h, columns[t, c], k)
        out[t] = finish(h)
