"""The list of features, for the terminal, for the documentation and for other programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from detector.features.base import Feature

_WIDTH = 80


def _families(features: Sequence[Feature]) -> Iterator[tuple[str, list[Feature]]]:
    for family, members in groupby(features, key=lambda each: each.family):
        yield family, list(members)


def as_text(features: Sequence[Feature]) -> str:
    """List the features by family for a terminal of 80 columns."""
    lines = [f"{len(features)} features"]
    for family, members in _families(features):
        lines += ["", f"{family} ({len(members)})"]
        for each in members:
            lines.append(f"  {each.name}  [{each.unit}; {each.suspicious} is suspicious]")
            lines += _wrapped(each.summary)
            if each.needs:
                lines += _wrapped("needs " + ", ".join(each.needs))
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    indent = " " * 6
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def as_markdown(features: Sequence[Feature]) -> str:
    """Write one table per family, with innocent explanations and sources."""
    parts = []
    for family, members in _families(features):
        parts.append(f"## {family.capitalize()}\n")
        parts.append(
            "| feature | unit | suspicious | what it is | benign causes | needs | sources |\n"
            "|---|---|---|---|---|---|---|\n" + "".join(_row(each) for each in members)
        )
    return "\n".join(parts)


def _row(each: Feature) -> str:
    cells = (
        f"`{each.name}`",
        each.unit,
        each.suspicious,
        each.summary,
        each.benign,
        ", ".join(f"`{column}`" for column in each.needs),
        " · ".join(each.references),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def as_json(features: Sequence[Feature]) -> str:
    """List the features as a JSON array of objects."""
    listed = [
        {
            "name": each.name,
            "family": each.family,
            "unit": each.unit,
            "suspicious": each.suspicious,
            "summary": each.summary,
            "benign": each.benign,
            "needs": list(each.needs),
            "references": list(each.references),
        }
        for each in features
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
