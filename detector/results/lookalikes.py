"""Ids that a reader takes for one another: they differ by case, spaces, unseen characters or letters that look alike.

They stay different accounts; nothing is grouped by what they look like. The letters are those of Unicode's table of
confusables (UTS #39) that stand for a Latin letter in Cyrillic, Greek and Armenian, and what compatibility
decomposition folds (full width, mathematical letters).
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Letters → the Latin ones they look like, in the order of both strings.
_LIKE_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԌԚԜҮ" + "аеѕіјорсухԁһԛԝӏүӀ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αικνορυ" + "օսհոցզ" + "ı|",
    "abesijkmhopctyxgqwy" + "aesijopcyxdhqwlyl" + "abezhikmnoptyx" + "aikvopu" + "ouhngq" + "il",
)
_LIKE_DIGITS = (("0", "o"), ("1", "l"), ("i", "l"), ("|", "l"), ("m", "rn"))
#: Take no room although they are letters or marks.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def skeleton(text: str) -> str:
    """What is left of a text for the eye: texts of one skeleton look alike."""
    seen = "".join(c for c in unicodedata.normalize("NFKD", text) if not _is_unseen(c))
    folded = unicodedata.normalize("NFKD", seen.translate(_LIKE_LATIN).casefold()).translate(_LIKE_LATIN)
    for letter, twin in _LIKE_DIGITS:
        folded = folded.replace(letter, twin)
    return " ".join(folded.split())


def lookalikes(ids: pa.Array) -> list[list[str]]:
    """Groups of ids that look alike, each in order; `ids` are distinct texts."""
    ids = pc.cast(ids, pa.large_string())
    plain = pc.string_is_ascii(ids)
    folded = pc.ascii_lower(ids)
    for letter, twin in _LIKE_DIGITS:
        folded = pc.replace_substring(folded, letter, twin)
    folded = pc.replace_substring_regex(pc.ascii_trim_whitespace(folded), r"\s+", " ")
    others = [skeleton(text) for text in ids.filter(pc.invert(plain)).to_pylist()]
    folded = pc.replace_with_mask(folded, pc.invert(plain), pa.array(others, pa.large_string()))
    group = pc.dictionary_encode(folded).indices.to_numpy()
    shared = np.flatnonzero(np.bincount(group)[group] > 1)
    found: dict[int, list[str]] = {}
    for number, text in zip(group[shared].tolist(), ids.take(pa.array(shared)).to_pylist(), strict=True):
        found.setdefault(number, []).append(text)
    return sorted(sorted(texts) for texts in found.values())


def _is_unseen(character: str) -> bool:
    if character in _UNSEEN or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True
    return unicodedata.category(character) == "Cf"
