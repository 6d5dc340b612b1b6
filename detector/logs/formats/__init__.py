"""Formats of logs by name: those that ship, and those that other packages offer as `detector.formats`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from detector.errors import UsageError
from detector.logs.formats import (
    azure_apim,
    azure_openai,
    bedrock,
    cloudflare,
    envoy,
    helicone,
    kong,
    langfuse,
    litellm_payload,
    litellm_spend,
    openai_stored,
    otlp,
    pairs,
    vertex,
    wildchat,
)
from detector.logs.formats.declare import Format

CANONICAL = "canonical"
GROUP = "detector.formats"
_CANONICAL_SIGNS = ("timestamp", "account_id")
_SHIPPED = (
    litellm_payload, litellm_spend, otlp, bedrock, azure_apim, azure_openai, vertex, helicone, langfuse, kong, envoy,
    cloudflare, openai_stored, wildchat, pairs,
)  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """Format of a file, None for the canonical one, and the keys that gave it away."""

    format: Format | None
    keys: tuple[str, ...] = ()


@cache
def known() -> dict[str, Format]:
    """All formats by name, those from outside last.

    Raises
    ------
    UsageError
        If a package offers what is no format, or one under a name that is taken.
    """
    found = {module.FORMAT.name: module.FORMAT for module in _SHIPPED}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        try:
            offered = entry.load()
        except Exception as error:
            raise UsageError(f"The format {entry.name} ({entry.value}) cannot be loaded: {error}.") from error
        if not isinstance(offered, Format) or offered.name in found or offered.name == CANONICAL:
            raise UsageError(f"The format {entry.name} ({entry.value}) is no Format, or its name is taken.")
        found[offered.name] = offered
    return found


def named(name: str) -> Format | None:
    """Give the format of a name; None for the canonical one.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name == CANONICAL:
        return None
    found = known().get(name)
    if found is None:
        names = [CANONICAL, *known()]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"--format {name}: there is no such format.{hint} Known: {', '.join(names)}.")
    return found


def recognise(
    records: Iterable[object],
    formats: Mapping[str, Format] | None = None,
    canonical: tuple[str, ...] = _CANONICAL_SIGNS,
) -> Recognised:
    """Tell the format of most of the given records; the canonical one where there is none.

    Parameters
    ----------
    records : iterable
        Decoded; what is no object is passed over.
    formats : mapping, optional
        Among which to choose; else all `known` ones.
    canonical : tuple of str
        Keys of a record of the canonical format.
    """
    among = known() if formats is None else formats
    votes: dict[str, int] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for record in records:
        if not isinstance(record, dict):
            continue
        name, signs = _vote(record, among, canonical)
        if signs:
            votes[name] = votes.get(name, 0) + 1
            keys.setdefault(name, signs)
    if not votes:
        return Recognised(None)
    name = max(votes, key=lambda n: votes[n])
    return Recognised(among.get(name), keys[name])


def _vote(
    record: dict[str, Any], formats: Mapping[str, Format], canonical: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    if all(key in record for key in canonical):
        return CANONICAL, canonical
    for format in formats.values():
        if signs := format.sign_in(record):
            return format.name, signs
    return "", ()
