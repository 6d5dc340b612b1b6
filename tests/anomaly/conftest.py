from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from detector.anomaly.baseline import Baseline, fit
from detector.settings import Anomaly


@pytest.fixture(scope="session")
def normal() -> Callable[..., pd.DataFrame]:
    """Accounts whose features are independent and normal."""

    def accounts(seed: int, count: int, features: int = 12) -> pd.DataFrame:
        values = np.random.default_rng(seed).normal(size=(count, features))
        return pd.DataFrame(values, columns=[f"feature_{i:02d}" for i in range(features)])

    return accounts


@pytest.fixture(scope="session")
def frozen(normal: Callable[..., pd.DataFrame]) -> Baseline:
    """A clean baseline of 4,000 normal accounts with 12 features, all suspicious when high."""
    reference = normal(1, 4_000)
    return fit(reference, dict.fromkeys(reference, "high"), Anomaly(trees=100), 5, {"note": "test"})
