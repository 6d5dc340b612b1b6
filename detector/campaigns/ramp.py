"""How far a value is from none to all: 0 up to one end, 1 from the other on, straight between."""

from __future__ import annotations

import numpy as np


def ramp(value: float, low: float, high: float) -> float:
    """Degree of a value, from 0 at `low` to 1 at `high`."""
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
