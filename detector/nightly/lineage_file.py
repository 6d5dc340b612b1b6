"""The lineage as bytes: the same state gives the same bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from detector.errors import InputError
from detector.nightly.lineage import Line, Lineage
from detector.nightly.sighting import Member

FORMAT = 1


def dumped(lineage: Lineage) -> bytes:
    """Canonical JSON, UTF-8."""
    lines = [_line(lineage.lines[name]) for name in sorted(lineage.lines)]
    record = {"format": FORMAT, "day": lineage.day.isoformat(), "lines": lines}
    return (json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n").encode()


def loaded(data: bytes) -> Lineage:
    """The lineage that was dumped.

    Raises
    ------
    InputError
        If the bytes are no lineage, or one of another version.
    """
    try:
        record = json.loads(data)
        if record["format"] != FORMAT:
            raise InputError(
                f"The lineage is of format {record['format']}, this version reads {FORMAT}: replay nights."
            )
        lines = [_loaded(line) for line in record["lines"]]
        return Lineage(dt.date.fromisoformat(record["day"]), {line.id: line for line in lines})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The lineage is damaged ({type(error).__name__}): replay the night before.") from error


def _line(line: Line) -> dict[str, Any]:
    plain = {field.name: getattr(line, field.name) for field in dataclasses.fields(line)}
    members = {name: [m.first, m.last, int(m.core), int(m.closed)] for name, m in line.members.items()}
    dates = {name: value.isoformat() for name, value in plain.items() if isinstance(value, dt.date)}
    return plain | dates | {"members": members, "traces": sorted(map(list, line.traces))}


def _loaded(given: dict[str, Any]) -> Line:
    members = {
        name: Member(first, last, bool(core), bool(closed))
        for name, (first, last, core, closed) in given["members"].items()
    }
    dates = {name: dt.date.fromisoformat(given[name]) for name in ("first_night", "last_night")}
    handed = dt.date.fromisoformat(given["handed"]) if given["handed"] else None
    traces = frozenset((kind, trace) for kind, trace in given["traces"])
    return Line(**given | dates | {"members": members, "traces": traces, "handed": handed})
