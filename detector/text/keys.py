"""The secret constants that make every hash of content unpredictable to who writes the content.

All hashes are chains h ← (h ⊕ x)·K, h ← h ⊕ (h ≫ 29) with a secret odd multiplier K and a secret start,
finished by an avalanche [1]_; that of a phrase is the avalanche of its words' hashes, turned by their places. Without
the key nobody can construct texts that collide, and a hash that leaves the tool cannot be reversed by trying texts. It
is not SipHash [2]_: a chain costs one multiplication for up to eight characters, and its outputs are never handed to
the author of the text, who would need them for an attack.

References
----------
.. [1] Appleby, A., MurmurHash3, finaliser fmix64.
.. [2] Aumasson, J.-P. and Bernstein, D. J. (2012), "SipHash: a fast short-input PRF".
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

PURPOSES = (
    "multiplier",
    "word",
    "sequence",
    "phrase",
    "lexicon",
    "value",
    "request",
    "coin",
    "finish",
)
(MULTIPLIER, WORD, SEQUENCE, PHRASE, LEXICON, VALUE, REQUEST, COIN, FINISH) = range(len(PURPOSES))


def hash_keys(key: bytes) -> npt.NDArray[np.uint64]:
    """One 64-bit constant per purpose, derived from the key, shape (len(PURPOSES),).

    Parameters
    ----------
    key : bytes
        Secret of any length; 32 random bytes are recommended.
    """
    drawn = [
        int.from_bytes(hashlib.blake2b(purpose.encode(), key=key[:64], digest_size=8).digest(), "little")
        for purpose in PURPOSES
    ]
    return np.array([value | 1 for value in drawn], dtype=np.uint64)
