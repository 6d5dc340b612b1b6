"""What follows from the sample of a day that is held whole, and is counted beside the sample of a busier one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.fingerprints import SLOT_US
from detector.profiles.orders import run_starts
from detector.profiles.sizes import Levels
from detector.profiles.sketches import grouped_sum, smallest_per_group

#: Kinds of values whose distinct ones are counted.
KINDS = ("prompt", "template", "address")


def activity_of(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Requests by ten minutes of the day, of tables of them."""
    return grouped_sum(pd.concat(parts), ["account", "day", "slot"], ["requests"])


def slots_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Ten minutes of the day in which rows stand, one after another."""
    slot = rows["timestamp"].to_numpy() % (144 * SLOT_US) // SLOT_US
    columns = {"account": rows["account"], "day": rows["day"], "slot": slot, "requests": rows["copies"]}
    return pd.DataFrame(columns, copy=False)


def values_of(rows: pd.DataFrame, bars: npt.NDArray[np.uint64] | None = None) -> pd.DataFrame:
    """Prompts, templates and addresses of rows, one after another, but for those over the bars of their account."""
    account, keys = rows["account"].to_numpy(), [rows[name].to_numpy() for name in KINDS]
    inside = [key if bars is None else (key != 0) & (key <= bars[account, i]) for i, key in enumerate(keys)]
    kept = [np.flatnonzero(rows) for rows in inside]
    at = np.concatenate(kept)
    columns = {
        "account": account[at],
        "day": rows["day"].to_numpy()[at],
        "kind": np.repeat(np.arange(len(KINDS)), [len(rows) for rows in kept]),
        "key": np.concatenate([key[rows] for key, rows in zip(keys, kept, strict=True)]),
        "requests": rows["copies"].to_numpy()[at],
    }
    return pd.DataFrame(columns, copy=False)


def cut_distinct(parts: list[pd.DataFrame], levels: Levels) -> pd.DataFrame:
    """Distinct values of tables of them, cut to size."""
    values = pd.concat([part.assign(day=0) for part in parts] if levels.over_days else parts)
    summed = grouped_sum(values, ["account", "day", "kind", "key"], ["requests"])
    return smallest_per_group(summed, ["account", "day", "kind"], levels.distinct)


def bars_of(distinct: pd.DataFrame, levels: Levels) -> npt.NDArray[np.uint64]:
    """Greatest values that more of them can leave among those that are kept, of distinct values cut to size."""
    bars = np.full((len(levels.requests), len(KINDS)), np.iinfo(np.uint64).max)
    if levels.over_days and len(distinct):
        account, kind, key = (distinct[name].to_numpy() for name in ("account", "kind", "key"))
        first = np.flatnonzero(run_starts(account, kind))
        full = first[np.diff(first, append=len(key)) >= levels.distinct]
        bars[account[full], kind[full]] = key[full + levels.distinct - 1]
    return bars
