"""What is kept of a reference population: enough to score against, nothing of its accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.anomaly.forest import Forest
from detector.anomaly.ranks import Grid
from detector.settings import Anomaly

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """A frozen, dated reference.

    Attributes
    ----------
    feature_names : names in alphabetical order, the order of all arrays
    suspicious : "high" or "low" for each name
    grid : quantiles of the features, oriented so that high is suspicious
    forest : the isolation forest, grown on ranks in the grid
    forest_grid : quantiles of the forest's scores (one feature)
    reference : rarities of the held-out accounts, ascending, nats
    settings : the settings it was fitted with; scoring uses their false positive rate
    seed : what the order of rows and the forest were drawn from
    accounts : accounts the reference was made of, fitted and held out together
    card : what the population is, in the caller's words: dates, source, who approved it
    score_quantiles : of the held-out accounts' final scores, for a reader of the manifest
    versions : of this package and of scikit-learn at fitting; scoring does not depend on them
    """

    feature_names: tuple[str, ...]
    suspicious: tuple[str, ...]
    grid: Grid
    forest: Forest
    forest_grid: Grid
    reference: Floats
    settings: Anomaly
    seed: int
    accounts: int
    card: Mapping[str, Any]
    score_quantiles: Mapping[str, float]
    versions: Mapping[str, str]

    @property
    def signs(self) -> Floats:
        """-1 for features whose low values are suspicious, else 1."""
        return np.array([-1.0 if side == "low" else 1.0 for side in self.suspicious])
