"""Lines of at most so many columns, measured in cells of a terminal rather than in characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_COLOURS = {"A": "31;1", "B": "33;1", "C": "34;1", "bold": "1", "soft": "2", "warn": "33"}


def paint(shown: str, style: str, colour: bool) -> str:
    """Add colour, which takes no room. Only ever given text that is already safe."""
    code = _COLOURS.get(style)
    return f"\x1b[{code}m{shown}\x1b[0m" if colour and code else shown


def cells(shown: str) -> int:
    """Columns a string takes: two for wide characters, none for combining marks."""
    if shown.isascii():
        return len(shown)
    return sum(_cells(character) for character in shown)


def fit(shown: str, width: int, right: bool = False) -> str:
    """Cut or pad a string to exactly so many columns."""
    if cells(shown) > width:
        shown = next(_pieces(shown, max(width - 1, 1))) + "…"
    room = " " * (width - cells(shown))
    return room + shown if right else shown + room


def wrap(shown: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Break at spaces, and inside words that are longer than a line.

    `first` stands in place of the indent on the first line.
    """
    lines: list[str] = []
    line, empty = indent if first is None else first, True
    for word in shown.split():
        if not empty and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line, empty = indent, True
        if cells(line) + (not empty) + cells(word) > width:
            *whole, word = _pieces(word, max(width - cells(line), 2))
            for piece in whole:
                lines.append(line + piece)
                line = indent + " " * (cells(line) - cells(indent))
        line += word if empty else f" {word}"
        empty = False
    return [*lines, line]


def heading(shown: str, width: int, colour: bool) -> list[str]:
    """Line of a section, with an empty one above."""
    return ["", *(paint(line, "bold", colour) for line in wrap(shown, width))]


def rows(heads: Sequence[str], widths: Sequence[int], cells_of: Sequence[Sequence[str]], numeric: str) -> list[str]:
    """Plain table; `numeric` has an r for each column that is set to the right."""
    return [
        "  ".join(
            fit(cell, width, side == "r") for cell, width, side in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in [heads, *cells_of]
    ]


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _pieces(word: str, width: int) -> Iterator[str]:
    piece, used = "", 0
    for character in word:
        size = _cells(character)
        if used + size > width:
            yield piece
            piece, used = "", 0
        piece, used = piece + character, used + size
    yield piece
