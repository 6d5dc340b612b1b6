"""Traits: what innocent explanations ask of a group - whose it may be, what ties it, and shares of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence
from detector.campaigns.overt import Owner, owner_of, top_share
from detector.campaigns.ramp import ramp
from detector.campaigns.sessions import openings
from detector.campaigns.verify.frames import Frames
from detector.campaigns.verify.overlap import collision_share

#: Evidence that ties accounts to one owner, by family, and how much of it counts: neighbours in a data centre share a
#: subnet and no more, and people who come for the same thing come by one link and sign up at the same time.
INFRASTRUCTURE = (
    {"address": 1.0, "signup_address": 1.0, "subnet": 0.5, "signup_subnet": 0.5},
    {"payment": 1.0},
    {"domain": 1.0, "pattern": 1.0, "organization": 1.0},
    {"changed hands": 1.0, "other hands": 1.0},
    {"creation": 0.5},
)
#: Evidence that mailboxes were made by one hand, and that accounts have one owner wherever their requests come from: a
#: tool's users sign up when it comes out.
MAILBOXES = {"domain": 1.0, "pattern": 1.0}
SIGN_UP = ({"signup_address": 1.0, "signup_subnet": 1.0}, {"creation": 0.5})
OWNED = (
    MAILBOXES,
    {"payment": 1.0},
    {"device": 1.0},
    {"other hands": 1.0, "changed hands": 1.0},
    {"joint start": 1.0, "joint stop": 1.0, "handover": 1.0},
)


@dataclass(frozen=True)
class Traits:
    """What explanations ask of a group: whose it may be, and shares of it."""

    owner: Owner
    pooled: float
    mailboxes: float
    devices: float
    one_referrer: float
    unpaid: float
    replay: float
    in_system: float
    worded: bool
    created_72h: float
    own_interests: float
    dealt: float
    tied: float
    owned: float
    signed_up: float
    equal: float
    begun: float
    rotated: float
    judging: bool
    size: int


def traits_of(cohort: Cohort, frames: Frames, evidence: list[Evidence]) -> Traits:
    """What explanations look at."""
    people, owner = cohort.people, owner_of(cohort)
    created = cohort.sign_ups
    within = (
        np.searchsorted(created, created + 72 * 3_600_000_000, side="right") - np.arange(len(created))
        if len(created)
        else np.zeros(1)
    )
    rows = cohort.held_back
    sharding = [e for e in evidence if e.family == "sharding"]
    replay = collision_share(openings(rows, cohort.opening)) if len(rows) else 0.0
    system = len(frames.in_system) / len(rows) if len(rows) else 0.0
    return Traits(
        owner=owner,
        pooled=_pooled(people["payment_fingerprint"], len(people)),
        mailboxes=_strongest(evidence, MAILBOXES) if owner.domain < 0.5 else 0.0,
        devices=_strongest(evidence, {"device": 1.0}),
        one_referrer=top_share(people["referrer"], len(people)),
        unpaid=float(people["payment_fingerprint"].isna().mean()) if owner.known else 0.0,
        replay=replay,
        in_system=system,
        worded=frames.kept_to or any(e.family == "elicitation" for e in evidence),
        created_72h=float(within.max() / len(people)),
        # as likely as not before topics are looked at
        own_interests=1 / (1 + 10 ** sharding[0].weight) if sharding else 0.5,
        # a sheet or a public set of which everybody takes a part looks dealt out, too
        dealt=ramp(sharding[0].weight, 1.0, 2.5) * (1.0 - ramp(replay, 0.1, 0.4)) if sharding else 0.0,
        tied=sum(_strongest(evidence, names) for names in INFRASTRUCTURE),
        owned=sum(_strongest(evidence, names) for names in OWNED),
        signed_up=sum(_strongest(evidence, names) for names in SIGN_UP),
        equal=_strongest(evidence, {"equal loads": 1.0}),
        begun=_strongest(evidence, {"joint start": 1.0}),
        rotated=_strongest(evidence, {"rotated frames": 1.0}),
        judging={e.name for e in evidence if e.family == "elicitation"} == {"grading"},
        size=len(people),
    )


def _strongest(evidence: list[Evidence], worth: Mapping[str, float]) -> float:
    """The most that evidence of these names weighs, each by what it is worth."""
    return max((worth[e.name] * e.weight for e in evidence if e.name in worth), default=0.0)


def _pooled(values: pd.Series, n: int) -> float:
    """Share of the accounts whose value another one has, too, but for those with the commonest."""
    counts = values.dropna().value_counts()
    return float(counts[counts > 1].iloc[1:].sum() / n)
