r"""Strings from a log, made safe to show: one function per place where they are shown.

Whatever a log says may be hostile. Characters that cannot be seen, that reorder their neighbours
or that steer a terminal are shown as escapes, ``\x1b`` or ``\u{202e}``; every string has a length
at which it is cut. Markup is neutralised by the template engine's autoescape, not here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ID_LENGTH = 48
SENTENCE_LENGTH = 600
LABEL_LENGTH = 40
_MARKS_IN_A_ROW = 4
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
#: Letters and marks that leave no ink although their category says otherwise.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_LOOKS_ESCAPED = re.compile(r"\\(?=x[0-9a-f]{2}|u\{)")
_OUTER_OR_DOUBLE_SPACE = re.compile(r"^ +| +$| {2,}")


def for_html(value: object, limit: int = SENTENCE_LENGTH) -> str:
    """Text for a page that escapes markup by itself."""
    return _cut(visible(value, limit), limit)


def for_terminal(value: object, limit: int = SENTENCE_LENGTH) -> str:
    """Text for a terminal, a pipe or a log file: one line, nothing that steers."""
    return _cut(visible(value, limit), limit)


def for_figure(value: object, limit: int = LABEL_LENGTH) -> str:
    """Label in a figure. A leading underscore would hide it from matplotlib's legend."""
    label = _cut(visible(value, limit), limit)
    return f"\\{label}" if label.startswith("_") else label


def identifier(value: object, limit: int = ID_LENGTH) -> str:
    """Show an id with its outer spaces, cut in its middle: ids often differ only at their ends."""
    raw = str(value)
    if len(raw) > limit * 8:
        raw = raw[: limit * 4] + raw[-limit * 4 :]
    seen = _OUTER_OR_DOUBLE_SPACE.sub(lambda found: "\\x20" * len(found[0]), visible(raw, len(raw)))
    if len(seen) <= limit:
        return seen
    tail = limit // 3
    return seen[: limit - tail - 1] + "…" + seen[-tail:]


def mixes_scripts(value: object) -> bool:
    """Whether letters that look alike in Latin, Greek and Cyrillic stand side by side."""
    raw = str(value)
    if raw.isascii():
        return False
    scripts = {_script(character) for character in raw[:1000]}
    return len(scripts & {"LATIN", "GREEK", "CYRILLIC", "FULLWIDTH", "MATHEMATICAL"}) > 1


def visible(value: object, limit: int = SENTENCE_LENGTH) -> str:
    """Show what is hidden. Reads no more than the first `limit` characters and one."""
    raw = str(value)[: limit + 1]
    if raw.isascii() and raw.isprintable() and "\\" not in raw:
        return raw
    shown: list[str] = []
    marks = 0
    for character in _LOOKS_ESCAPED.sub(r"\\\\", raw):
        marks = marks + 1 if unicodedata.combining(character) else 0
        shown.append(_escape(character) if marks > _MARKS_IN_A_ROW else _shown(character))
    return "".join(shown)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if character == " ":
        return character
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _BLANK
    return _escape(character) if hidden or _selects_variation(character) else character


def _selects_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def _script(character: str) -> str:
    return unicodedata.name(character, "").split(" ", 1)[0] if character.isalpha() else ""


def _cut(shown: str, limit: int) -> str:
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"
