"""How far a population has moved from a baseline: what was rare in it, and which features moved."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from detector.anomaly.baseline import score
from detector.anomaly.model import Baseline
from detector.anomaly.ranks import oriented

#: An account is in the tail if one in a hundred of the baseline's is as unusual.
TAIL = 0.01
FEATURES_NAMED = 5


def drift(baseline: Baseline, features: pd.DataFrame) -> dict[str, Any]:
    """Hold a population against a baseline.

    Returns
    -------
    dict
        ``tail``: share of accounts that are as unusual as one in a hundred of the baseline's, 0.01 where nothing moved;
        ``moved``: the features that moved most, each with the mean rank that the population has in the baseline, 0.5
        where it did not move. Ranks are oriented: a high one is on the suspicious side.
    """
    values = oriented(features, baseline.feature_names, baseline.signs)
    below, up_to = baseline.grid.shares(values)
    ranks = np.where(baseline.grid.unknown(values), np.nan, (below + up_to) / 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a feature that nobody has: its mean is not known
        means = np.nanmean(ranks, axis=0)
    known = [
        (name, float(mean)) for name, mean in zip(baseline.feature_names, means, strict=True) if not np.isnan(mean)
    ]
    farthest = sorted(known, key=lambda one: (-abs(one[1] - 0.5), one[0]))[:FEATURES_NAMED]
    tail = float((score(baseline, features)["p"] <= TAIL).mean())
    return {"tail": round(tail, 4), "moved": {name: round(mean, 3) for name, mean in farthest}}
