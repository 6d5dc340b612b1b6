"""How much is kept of an account's day, and of all days together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: Requests that are kept of an account's day however many days there are.
LEAST_SAMPLE = 8
#: A budget of a window that is never used up.
EVERYTHING = 1 << 62


@dataclass(frozen=True)
class Sizes:
    """How many requests and distinct values are kept.

    Attributes
    ----------
    requests, distinct : int
        Of an account's day at most.
    window : int
        Requests of all days together, unless there are so many days that `LEAST_SAMPLE` of each are more.
    """

    requests: int = 64
    distinct: int = 64
    window: int = 1_000_000

    def fitted(self, days: pd.DataFrame) -> Sizes:
        """Sizes at which the samples of these days keep to the budget of the window."""
        asked = days["requests"].to_numpy()
        if np.minimum(asked, self.requests).sum() <= self.window:
            return self
        low, high = min(LEAST_SAMPLE, self.requests), self.requests
        while low + 1 < high:
            middle = (low + high) // 2
            fits = np.minimum(asked, middle).sum() <= self.window
            low, high = (middle, high) if fits else (low, middle)
        return Sizes(low, min(self.distinct, low), self.window)
