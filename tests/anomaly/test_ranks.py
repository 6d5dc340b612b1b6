import numpy as np
import pandas as pd

from detector.anomaly.ranks import FARTHEST, grid_levels, grid_of, oriented, ranks


def ranked(reference, values, clip=0.001):
    grid = grid_of(np.array(reference, dtype=float)[:, None], clip)
    held = np.array(values, dtype=float)[:, None]
    return ranks(held, grid, *grid.shares(held))[:, 0]


def test_levels_run_symmetrically_between_the_clipping_quantiles():
    levels = grid_levels(0.001)
    np.testing.assert_allclose([levels[0], levels[128], levels[-1]], [0.001, 0.5, 0.999])
    np.testing.assert_allclose(levels + levels[::-1], 1)


def test_a_rank_is_the_share_of_the_reference_below():
    np.testing.assert_allclose(
        ranked(range(1_001), [0, 250, 500, 900, 1_000]), [0.001, 0.25, 0.5, 0.9, 0.999], atol=2e-3
    )


def test_values_outside_the_reference_are_clipped():
    np.testing.assert_allclose(ranked(range(1_000), [-1e30, 1e30]), [0.001, 0.999], atol=1e-6)


def test_a_shared_value_has_the_middle_of_its_ranks():
    zeros_and_ones = [0.0] * 800 + [1.0] * 200
    np.testing.assert_allclose(ranked(zeros_and_ones, [0, 1]), [0.4, 0.9], atol=0.01)


def test_unknown_values_and_constant_features_are_in_the_middle():
    assert ranked(range(100), [np.nan])[0] == 0.5
    assert ranked([3.0] * 100, [3.0])[0] == 0.5
    assert ranked([np.nan] * 100, [3.0])[0] == 0.5


def test_orientation_negates_low_features_and_holds_infinity_at_the_far_end():
    given = pd.DataFrame({"low": [1.0, -np.inf], "high": [np.inf, np.nan], "extra": [0, 0]})
    held = oriented(given, ["high", "low", "absent"], np.array([1.0, -1.0, 1.0]))
    np.testing.assert_array_equal(held, [[FARTHEST, -1, np.nan], [np.nan, FARTHEST, np.nan]])
