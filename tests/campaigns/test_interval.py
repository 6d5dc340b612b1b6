"""Intervals worked out by hand."""

import numpy as np
import pytest

from detector.campaigns.interval import observations, wilson


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        # (0.8 + 3.8415 / 20) / 1.38415 ± 1.95996 √(0.8 · 0.2 / 10 + 3.8415 / 400) / 1.38415
        (0.8, 10, 0.4902, 0.9433),
        (0.0, 10, 0.0, 0.2775),  # 3.8415 / 13.8415
        (1.0, 1, 0.2065, 1.0),
        (0.5, 1, 0.0546, 0.9454),
    ],
)
def test_few_observations_say_little(share, n, low, high):
    assert wilson(share, n) == pytest.approx((low, high), abs=1e-4)


def test_accounts_of_one_group_are_one_observation():
    assert observations(np.array(["a", "b", "c"])) == 3
    assert observations(np.array(["a"] * 50)) == 1
    assert observations(np.array(["a", "a", "a", "b"])) == pytest.approx(1.6)  # 4² / (3² + 1²)
