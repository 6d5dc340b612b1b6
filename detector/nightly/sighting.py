"""A campaign as one night's scan shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detector.campaigns.traces import Trace
from detector.results import ScanResult


@dataclass(frozen=True)
class Member:
    """An account of a campaign: days since the epoch of its first and last request, and whether it is of the core."""

    first: int
    last: int
    core: bool
    closed: bool = False


@dataclass(frozen=True)
class Sighting:
    """One campaign of one scan.

    Attributes
    ----------
    model, model_share : str or None, float
        The model that got most requests on the last day with any, and its share of them.
    traces : dict of (kind, hash) to frozenset of str
        Members that hold each trace.
    """

    id: str
    tier: str
    members: dict[str, Member]
    queries: int
    model: str | None
    model_share: float
    traces: dict[Trace, frozenset[str]]

    @property
    def core(self) -> frozenset[str]:
        """Members of the core; all members where there is none."""
        return core_of(self.members)


def core_of(members: dict[str, Member]) -> frozenset[str]:
    """Members of the core; all members where there is none."""
    return frozenset(name for name, member in members.items() if member.core) or frozenset(members)


def sightings_of(result: ScanResult) -> list[Sighting]:
    """Campaigns of a result in order of id."""
    members = {str(name): _members(rows) for name, rows in result.members.groupby("campaign_id", sort=True)}
    held = _traces(result.traces, {name for group in members.values() for name in group})
    found = []
    for row in result.campaigns.to_dict("records"):
        own = members.get(str(row["campaign_id"]), {})
        share = row.get("latest_model_share")
        found.append(
            Sighting(
                str(row["campaign_id"]),
                str(row["tier"]),
                own,
                int(row["n_queries"]),
                _text(row.get("latest_model")),
                float(share) if pd.notna(share) else 0.0,
                _of(held, own),
            )
        )
    return sorted(found, key=lambda sighting: sighting.id)


def _members(rows: pd.DataFrame) -> dict[str, Member]:
    closed = rows["closed"] if "closed" in rows else pd.Series(None, index=rows.index, dtype=object)
    columns = (rows["account_id"], _days(rows["first_seen"]), _days(rows["last_seen"]), rows["role"], closed)
    return {
        str(name): Member(first, last, role == "core", ended is True or ended == 1)
        for name, first, last, role, ended in zip(*columns, strict=True)
    }


def _days(moments: pd.Series[Any]) -> list[int]:
    return [int(us) // 86_400_000_000 for us in moments.astype("datetime64[us, UTC]").astype("int64")]


def _traces(table: pd.DataFrame, members: set[str]) -> dict[str, list[Trace]]:
    """Traces of each account that belongs to a campaign."""
    held: dict[str, list[Trace]] = {}
    for name, kind, trace in table.itertuples(index=False):
        if name in members:
            held.setdefault(str(name), []).append((str(kind), str(trace)))
    return held


def _of(held: dict[str, list[Trace]], members: Iterable[str]) -> dict[Trace, frozenset[str]]:
    holders: dict[Trace, set[str]] = {}
    for name in members:
        for trace in held.get(name, ()):
            holders.setdefault(trace, set()).add(name)
    return {trace: frozenset(names) for trace, names in holders.items()}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
