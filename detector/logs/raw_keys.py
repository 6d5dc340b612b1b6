"""Raw API keys that stand in a log where an id should: they are hashed as they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

#: Shapes of keys of model providers, gateways, clouds and code hosts, and of tokens with a signature.
SHAPE = (
    r"^(?:[Bb]earer +)?(?:"
    r"sk-[A-Za-z0-9_-]{16,}|sk_(?:live|test)_[A-Za-z0-9]{10,}|(?:gsk|hf|r8|nvapi|xai|pplx|fw|csk)[_-][A-Za-z0-9_-]{16,}|"
    r"AIza[A-Za-z0-9_-]{30,}|A[KS]IA[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{16,}|"
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})$|"
    r"^[Bb]earer +\S{8,}$"
)
_PREFIX = "sha256:"
_DIGITS = 32
_SHORTEST = 8
_AUTHORIZATION = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


def without_raw_keys(values: pa.Array) -> tuple[pa.Array, int]:
    """Ids in which those shaped like a raw key are replaced by a hash, and how many they were.

    A key of a provider has enough randomness of its own, so a hash without a secret does not give it away, and the
    same key is the same id in every file.

    Parameters
    ----------
    values : pyarrow.LargeStringArray
    """
    found = pc.match_substring_regex(values, SHAPE)
    many = pc.sum(found).as_py() or 0
    if not many:
        return values, 0
    encoded = values.dictionary_encode()
    shaped = pc.match_substring_regex(encoded.dictionary, SHAPE).to_pylist()
    names = [hashed(text) if raw else text for text, raw in zip(encoded.dictionary.to_pylist(), shaped, strict=True)]
    return pa.array(names, values.type).take(encoded.indices), many


def hashed(key: str) -> str:
    """Id that stands for a raw key."""
    bare = key.partition(" ")[2].strip() if key[:7].lower() == "bearer " else key
    return _PREFIX + hashlib.sha256(bare.encode()).hexdigest()[:_DIGITS]


def of_authorization(headers: Mapping[str, Any]) -> str | None:
    """Key that a request's headers carry, in the shape that is sure to be hashed; header names in lower case."""
    for name in _AUTHORIZATION:
        value = headers[name] if name in headers else None
        if isinstance(value, str) and len(value) >= _SHORTEST and "*" not in value and " " not in value[7:]:
            return value if value[:7].lower() == "bearer " else f"Bearer {value}"
    return None
