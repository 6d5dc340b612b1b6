"""A new model within the days of a log: who takes it up, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detector.drill.clocks import DAY, HOUR, Calendar
from detector.drill.groups import Group
from detector.drill.manners import LARGE

NEW = "harbor-large-5"


def with_new_model(group: Group, calendar: Calendar, launch: float, rng: np.random.Generator) -> Group:
    """Group whose requests to the large model go to its successor, once an account has taken that up.

    Unrelated accounts do so over days, a third of them never. A campaign that pivots has its
    operator's order carried out by all accounts within a day of the launch.
    """
    n = len(group.members)
    waits = rng.exponential(5.0 * DAY, size=n)
    willing = rng.random(n) < 0.65
    kept = 0.8
    if group.pivot:
        waits = (rng.uniform(3.0, 16.0) + rng.random(n) * 4.0) * HOUR
        willing, kept = np.ones(n, dtype=bool), group.pivot
    moment = calendar.first + launch * DAY + waits
    who = group.requests["member"].to_numpy(dtype=np.int64)
    after = group.requests["timestamp"].to_numpy(dtype=np.int64) > moment[who]
    moved = (
        after & willing[who] & (group.requests["model"] == LARGE).to_numpy(dtype=bool) & (rng.random(who.size) < kept)
    )
    return replace(group, requests=group.requests.assign(model=group.requests["model"].mask(moved, NEW)))
