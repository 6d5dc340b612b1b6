"""What follows from the sample of a day that is held whole, and is counted beside the sample of a busier one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.profiles.fingerprints import SLOT_US
from detector.profiles.sketches import grouped_sum

#: Kinds of values whose distinct ones are counted.
KINDS = ("prompt", "template", "address")


def activity_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Requests by ten minutes of the day, of rows that are held whole."""
    slot = rows["timestamp"].to_numpy() % (144 * SLOT_US) // SLOT_US
    table = pd.DataFrame({"account": rows["account"], "day": rows["day"], "slot": slot, "requests": rows["copies"]})
    return grouped_sum(table, ["account", "day", "slot"], ["requests"])


def distinct_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Distinct prompts, templates and addresses with their requests, of rows that are held whole."""
    return grouped_sum(values_of(rows), ["account", "day", "kind", "key"], ["requests"])


def values_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Prompts, templates and addresses of rows, one after another."""
    keys = np.concatenate([rows[name].to_numpy() for name in KINDS])
    known = np.flatnonzero(keys)
    at = known % max(1, len(rows))
    columns = {name: rows[name].to_numpy()[at] for name in ("account", "day")}
    kinds = known // max(1, len(rows))
    return pd.DataFrame(
        {**columns, "kind": kinds, "key": keys[known], "requests": rows["copies"].to_numpy()[at]}, copy=False
    )
