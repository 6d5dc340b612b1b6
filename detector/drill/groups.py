"""What every ingredient of a world hands over: accounts with their requests and their truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from detector.drill.clocks import Calendar, Load
from detector.drill.grammar import Library
from detector.drill.identities import Members
from detector.drill.manners import Manner, Written, compose

Kind = Literal["benign", "resale", "distillation"]


@dataclass(frozen=True)
class Stage:
    """Where everything takes place: the days of the log and the texts to draw from."""

    calendar: Calendar
    library: Library


@dataclass(frozen=True)
class Group:
    """Accounts of one ingredient, their requests, and what they are."""

    population: str
    members: Members
    requests: pd.DataFrame  #: as `manners.compose` gives them
    kind: Kind = "benign"
    campaign: str | None = None
    pivot: float = 0.0  #: part of the requests that goes to a new model within a day


@dataclass(frozen=True)
class Act:
    """A stream of requests by members of a group: when, which words, in what manner."""

    members: Members
    load: Load
    written: Written
    manner: Manner


def perform(
    population: str,
    acts: Sequence[Act],
    rng: np.random.Generator,
    kind: Kind = "benign",
    campaign: str | None = None,
) -> Group:
    """Group whose members (those of the first act) do all `acts`."""
    parts, sessions = [], 0
    for act in acts:
        part = compose(act.members, act.load, act.written, act.manner, rng)
        part["session"] = part["session"].where(part["session"] < 0, part["session"] + sessions)
        sessions += int(act.load.session.max()) + 1 if len(act.load) else 0
        parts.append(part)
    requests = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    members = acts[0].members
    # nobody sends a request before having an account
    born = members.accounts["created_at"].to_numpy(dtype=np.int64)[requests["member"]]
    alive = requests["timestamp"].to_numpy() > born
    return Group(population, members, requests[alive].reset_index(drop=True), kind, campaign)
