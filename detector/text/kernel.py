"""One pass over the bytes of each prompt: words, masks, frames, phrases, topic, elicitation.

The kernel reads Arrow's UTF-8 buffer in place, releases the interpreter lock, and keeps no text. Its rules, word
by word, are written a second time in plain Python in `tests/text/reference.py`; the two agree on any text.

*Words* are runs of letters, marks and digits in lower case; in scripts without spaces each character gives one
word made of itself and up to two before it (character trigrams). *Masked words* stand in the template, frames
and phrases: a word with a digit is a number, neighbouring numbers are one, a URL is one word, and a quoted
passage of up to 160 bytes on one line is one word.

*Phrases* are a sample of a text's runs of five masked words. An instruction begins a line where a document stands
before it and another behind: of the runs that begin one up to two are kept, whatever their hashes.

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

# numba's cache sees changes of this file only: after one of `hashing` or `lanes`, touch this file
from detector.text.characters import ASTRAL_UNSPACED, BMP
from detector.text.hashing import finish, step
from detector.text.lanes import LANES, eight_bytes, word_bytes

FRAME_WORDS = 8
PHRASE_WORDS = 5
WINDOW = 4
PHRASES_KEPT = 4
#: Most phrases that begin a line; their hashes have no highest bit, which those of all others have.
LINES_KEPT = 2
QUOTE_BYTES = 160
NEAR = 24
TOPIC_BITS = 16
#: Columns of the kernel's output of hashes.
PROMPT, TEMPLATE, HEAD, TAIL, PHRASE_0 = 0, 1, 2, 3, 4
N_HASHES = PHRASE_0 + PHRASES_KEPT
#: Bits of the kernel's elicitation mask.
REASONING, HIDDEN, GRADING, GENERATION, TAGS = 1, 2, 4, 8, 16
_THOUGHT, _HIDDEN, _WHOLE, _GRADE, _RUBRIC, _GENERATE, _DATA, _THINK, _VERBATIM, _TAG = range(10)
_NUMBER, _URL, _QUOTE = np.uint64(1), np.uint64(2), np.uint64(3)
_FAR = -1_000_000
#: Kinds of characters as the kernel's table gives them. A digit is part of a word too; an ending is an unspaced
#: character with which a word of the lexicon ends.
IS_OTHER, IS_SPACE, IS_UNSPACED, IS_WORD, IS_DIGIT, IS_ENDING = 0, 1, 2, 4, 12, 18
#: The lexicon's sieve has one bit for each value of as many bits of a word's hash.
SIEVE_BITS, SIEVE_FIRST = 16, 24
_SIEVE_SHIFT, _SIEVE_MASK = np.uint64(SIEVE_FIRST), np.uint64((1 << SIEVE_BITS) - 1)
_NO_MARK, _AFTER_BRACKET = np.uint8(0), np.uint8(128)
_I0, _I1, _I2, _I3, _I4 = (np.uint64(i) for i in range(5))
_VOTING, _LONG_WORD, _ASCII, _BYTE = np.uint64(4), np.uint64(12), np.uint64(0x80), np.uint64(0xFF)
_KIND, _IS_FIGURE, _BEYOND = np.uint32(0xFF), np.uint32(IS_DIGIT ^ IS_WORD), np.uint64(1 << 63)
#: Words of which none weighs more than 9 that can vote before a byte overflows.
_BALLOT = 28
_LOW_6, _SIX, _TWELVE = np.uint32(0x3F), np.uint32(6), np.uint32(12)
_PLANE, _ASTRAL_FIRST, _ASTRAL_LAST = np.uint32(BMP), *(np.uint32(c) for c in ASTRAL_UNSPACED)
_ABSENT = np.uint64(0xFFFFFFFFFFFFFFFF)

U64 = npt.NDArray[np.uint64]


@njit(cache=True, nogil=True)
def _decode(data, i):  # type: ignore[no-untyped-def]
    """Code point at byte i of valid UTF-8, which is not ASCII, and the bytes it takes."""
    b = np.uint32(data[i])
    second = np.uint32(data[i + _I1]) & _LOW_6
    if b < 0xE0:
        return ((b & np.uint32(0x1F)) << _SIX) | second, _I2
    third = np.uint32(data[i + _I2]) & _LOW_6
    if b < 0xF0:
        return ((b & np.uint32(0x0F)) << _TWELVE) | (second << _SIX) | third, _I3
    high = ((b & np.uint32(0x07)) << np.uint32(18)) | (second << _TWELVE)
    return high | (third << _SIX) | (np.uint32(data[i + _I3]) & _LOW_6), _I4


@njit(cache=True, nogil=True)
def _beyond_ascii(data, i, table):  # type: ignore[no-untyped-def]
    """Lower case, kind (see `_split`) and width in bytes of the character at byte i."""
    code, width = _decode(data, i)
    if code < _PLANE:
        return np.uint64(table[code] >> np.uint32(8)), table[code] & np.uint32(0xFF), width
    unspaced = _ASTRAL_FIRST <= code <= _ASTRAL_LAST
    return np.uint64(code), np.uint32(IS_UNSPACED if unspaced else IS_WORD), width


@njit(cache=True, nogil=True)
def _quote_end(data, i, end):  # type: ignore[no-untyped-def]
    """Byte after the double quote that closes the one at i, or i where none does on this line."""
    j, stop = i + _I1, min(end, i + _I1 + np.uint64(QUOTE_BYTES))
    while j < stop:
        if data[j] == 0x0A:
            return i
        j += _I1
        if data[j - _I1] == 0x22:
            return j
    return i


@njit(cache=True, nogil=True)
def _split(data, start, end, keys, table, sieve, http, words, runs, marks, masked, inner, listed):  # type: ignore[no-untyped-def]
    """Cut one text into words.

    Writes, for each word, its hash, its character where it is one of an unspaced script (else 0), and its mark: the
    weight of its vote on the topic, plus 128 where an opening angle bracket stands before it; of each masked word,
    whether it begins a line (`inner` is 0) or not. `listed` receives the places of words that may be in the lexicon.

    A word's hash is a chain over its characters in lower case: up to eight of ASCII are one value, the first lowest;
    any other character is one by itself, with the highest bit set. `table` holds, for each character of the first
    plane, its lower case times 256 plus its kind. Positions are unsigned, since an index that might be negative costs
    a comparison at every byte.

    Returns
    -------
    n_words, n_masked, n_listed, chars : int64
    prompt, template : uint64
        Hashes of all words and of all masked ones in order, 0 for none.
    """
    k, word_start, run_start = keys[0], keys[1], keys[1] ^ np.uint64(5)
    prompt, template = keys[2], keys[2] ^ _I1
    i, quote_until, wider = start, start, _I0
    n_words, n_masked, n_listed = _I0, _I0, _I0
    in_url, after_number, bracket, inside = False, False, _NO_MARK, _BEYOND
    word, length, figures = word_start, _I0, _I0
    one, two, run_length = _I0, _I0, 0
    while True:
        n = LANES if i < end and table[data[i]] & IS_WORD else _I0
        while n == LANES:
            n, lowered, digits = word_bytes(eight_bytes(data, i, end))
            if n > _I0:
                word = step(word, lowered, k)
                figures |= digits
                length += n
                i += n
        code, kind, width = _I0, np.uint32(IS_SPACE), _I1
        if i < end:
            code = np.uint64(data[i])
            kind = table[code] & _KIND
            if code >= _ASCII:
                code, kind, width = _beyond_ascii(data, i, table)
                wider += width - _I1
                if kind & IS_WORD:
                    word = step(word, code | _BEYOND, k)
                    figures |= np.uint64(kind & _IS_FIGURE)
                    length += _I1
                    i += width
                    continue
        if length > _I0:
            token = finish(word)
            prompt = step(prompt, token, k)
            is_number = figures != _I0
            words[n_words] = token
            runs[n_words] = _I0
            voting = np.uint8(min(length, _LONG_WORD)) - np.uint8(3)
            marks[n_words] = bracket | (np.uint8(0) if is_number or length < _VOTING else voting)
            place = (token >> _SIEVE_SHIFT) & _SIEVE_MASK
            listed[n_listed] = n_words
            n_listed += np.uint64((sieve[place >> _I3] >> np.uint8(place & np.uint64(7))) & 1)
            n_words += _I1
            opens_url = code == 0x3A and (token == http[0] or token == http[1])
            if i >= quote_until and not in_url and not (is_number and after_number):
                mask = _URL if opens_url else (_NUMBER if is_number else token)
                template = step(template, mask, k)
                masked[n_masked], inner[n_masked], inside = mask, inside, _BEYOND
                n_masked += _I1
                after_number = is_number
            in_url = in_url or opens_url
            word, length, figures, bracket, run_length = word_start, _I0, _I0, _NO_MARK, 0
        if i >= end:
            chars = np.int64(end - start - wider)
            return (
                np.int64(n_words), np.int64(n_masked), np.int64(n_listed), chars,
                _closed(prompt, n_words, k), _closed(template, n_masked, k),
            )  # fmt: skip
        if kind & IS_UNSPACED:
            run_length += 1
            token = run_start
            if run_length > 2:
                token = step(token, two, k)
            if run_length > 1:
                token = step(token, one, k)
            token = finish(step(token, code, k))
            prompt = step(prompt, token, k)
            two, one = one, code
            words[n_words] = token
            runs[n_words] = code
            marks[n_words] = bracket | np.uint8(3 if run_length > 2 else 0)
            listed[n_listed] = n_words
            n_listed += np.uint64(kind == IS_ENDING)
            n_words += _I1
            if i >= quote_until and not in_url:
                template = step(template, token, k)
                masked[n_masked], inner[n_masked], inside = token, inside, _BEYOND
                n_masked += _I1
                after_number = False
        else:
            run_length = 0
            bracket = _AFTER_BRACKET if code == 0x3C else _NO_MARK
            inside = _I0 if code == 0x0A else inside
            in_url = in_url and kind != IS_SPACE
            if code == 0x22 and i >= quote_until and not in_url:
                closed = _quote_end(data, i, end)
                if closed > i:
                    quote_until = closed
                    template = step(template, _QUOTE, k)
                    masked[n_masked], inner[n_masked], inside = _QUOTE, inside, _BEYOND
                    n_masked += _I1
                    after_number = False
        i += width


@njit(cache=True, nogil=True, inline="always")
def _closed(h, n, k):  # type: ignore[no-untyped-def]
    """Hash of a chain of n values; 0 for none."""
    return finish(step(h, n, k)) if n > _I0 else _I0


@njit(cache=True, nogil=True)
def _frame(masked, first, n, start, keys):  # type: ignore[no-untyped-def]
    """Hash of n masked words from `first` on, in order; 0 for none."""
    h = start
    for j in range(first, first + n):
        h = step(h, masked[j], keys[0])
    return _closed(h, np.uint64(n), keys[0])


@njit(cache=True, nogil=True)
def _phrases(masked, inner, n, keys, grams, kept):  # type: ignore[no-untyped-def]
    """The smallest distinct phrases among those that winnowing selects, ascending; 0 where there are fewer.

    Those that begin a line come first, and of them no more than `LINES_KEPT`.

    Words of a phrase are turned by their place and put on top of one another, which needs no chain, for they are hashes
    already. Each loop does the same at every place, so that it is done at several places at once.
    """
    n_grams, start = n - PHRASE_WORDS + 1, keys[3]
    for p in range(n_grams):
        turned = _rotated(masked[p + 1], 13) ^ _rotated(masked[p + 2], 26) ^ _rotated(masked[p + 3], 39)
        gram = finish(start ^ masked[p] ^ turned ^ _rotated(masked[p + 4], 52))
        grams[p] = (gram >> _I1) | inner[p]
    n_windows = n_grams - WINDOW + 1
    for p in range(n_windows):
        grams[p] = min(min(grams[p], grams[p + 1]), min(grams[p + 2], grams[p + 3]))
    last = _I0
    for j in range(PHRASES_KEPT):
        if j == LINES_KEPT:
            last = max(last, _BEYOND)
        least = _ABSENT
        for p in range(n_windows):
            least = min(least, grams[p] if grams[p] > last else _ABSENT)
        kept[j] = _I0 if least == _ABSENT else least
        last = least


@njit(cache=True, nogil=True, inline="always")
def _rotated(value, bits):  # type: ignore[no-untyped-def]
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def _topic(words, marks, n, spread, votes):  # type: ignore[no-untyped-def]
    """Topic bits: each is the weighted majority of the words' bits; -1 without a word that votes.

    Eight bits vote at once: `spread` puts the bits of a byte into the bytes of a number, of which none overflows within
    `_BALLOT` words.
    """
    votes[:] = 0
    weight, topic = 0, 0
    for first in range(0, n, _BALLOT):
        low, high = _I0, _I0
        for j in range(first, min(n, first + _BALLOT)):
            vote = np.uint64(marks[j] & np.uint8(127))
            weight += np.int64(vote)
            low += spread[(words[j] >> np.uint64(8)) & _BYTE] * vote
            high += spread[(words[j] >> np.uint64(16)) & _BYTE] * vote
        for bit in range(8):
            shift = np.uint64(8 * bit)
            votes[bit] += np.int64((low >> shift) & _BYTE)
            votes[8 + bit] += np.int64((high >> shift) & _BYTE)
    for bit in range(TOPIC_BITS):
        topic |= np.int64(2 * votes[bit] > weight) << bit
    return topic if weight else -1


@njit(cache=True, nogil=True, inline="always")
def _look_up(h, slots, masks):  # type: ignore[no-untyped-def]
    i = np.int64(h & np.uint64(slots.size - 1))
    while slots[i] != np.uint64(0):
        if slots[i] == h:
            return masks[i]
        i = (i + 1) & (slots.size - 1)
    return np.int64(0)


@njit(cache=True, nogil=True)
def _groups_of_run(runs, j, keys, slots, masks):  # type: ignore[no-untyped-def]
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
def _elicits(words, runs, marks, listed, n, keys, slots, masks, seen):  # type: ignore[no-untyped-def]
    """Bit mask of what the text asks for: words of two groups within `NEAR` words of each other."""
    seen[:] = _FAR
    asks = 0
    for c in range(n):
        j = listed[c]
        if runs[j] == _I0:
            groups = _look_up(words[j], slots, masks)
        else:
            groups = _groups_of_run(runs, j, keys, slots, masks)
        if groups == 0:
            continue
        if marks[j] >= 128 and (groups >> _TAG) & 1:
            asks |= TAGS
        for g in range(_TAG):
            seen[g] = j if (groups >> g) & 1 else seen[g]
        near = j - NEAR
        if seen[_THOUGHT] >= near:
            if seen[_HIDDEN] >= near:
                asks |= REASONING | HIDDEN
            elif seen[_WHOLE] >= near:
                asks |= REASONING
        if seen[_THINK] >= near and seen[_VERBATIM] >= near:
            asks |= REASONING
        if seen[_GRADE] >= near and seen[_RUBRIC] >= near:
            asks |= GRADING
        if seen[_GENERATE] >= near and seen[_DATA] >= near:
            asks |= GENERATION
    return asks


@njit(cache=True, nogil=True)
def fingerprint_texts(data, starts, ends, keys, table, spread, sieve, slots, masks, http, hashes, topics, asks, chars):  # type: ignore[no-untyped-def]
    """Fingerprints of texts [starts[i], ends[i]) of a UTF-8 buffer, written into the last four arrays."""
    longest = 1
    for t in range(starts.size):
        longest = max(longest, ends[t] - starts[t] + 1)
    words = np.empty(longest, np.uint64)
    runs = np.empty(longest, np.uint64)
    marks = np.empty(longest, np.uint8)
    masked = np.empty(longest, np.uint64)
    inner = np.empty(longest, np.uint64)
    grams = np.empty(longest, np.uint64)
    listed = np.empty(longest, np.int64)
    seen = np.empty(_TAG, np.int64)
    votes = np.empty(TOPIC_BITS, np.int64)
    for t in range(starts.size):
        start, end = np.uint64(starts[t]), np.uint64(ends[t])
        n, n_masked, n_listed, chars[t], hashes[t, PROMPT], hashes[t, TEMPLATE] = _split(
            data, start, end, keys, table, sieve, http, words, runs, marks, masked, inner, listed
        )
        frame = min(n_masked, FRAME_WORDS)
        hashes[t, HEAD] = _frame(masked, 0, frame, keys[2] ^ np.uint64(2), keys)
        hashes[t, TAIL] = _frame(masked, n_masked - frame, frame, keys[2] ^ np.uint64(3), keys)
        _phrases(masked, inner, n_masked, keys, grams, hashes[t, PHRASE_0:])
        topics[t] = _topic(words, marks, n, spread, votes)
        asks[t] = _elicits(words, runs, marks, listed, n_listed, keys, slots, masks, seen)
