import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from detector.anomaly.forest import expected_depth, extracted, grow


def uniform(seed, rows, columns):
    return np.random.default_rng(seed).random((rows, columns)).astype(np.float32)


@pytest.mark.parametrize("rows", [1, 2, 3, 50, 1_000])
def test_scores_are_those_of_scikit_learn(rows):
    ranks = uniform(rows, rows, 6)
    model = IsolationForest(n_estimators=30, max_samples=min(256, rows), random_state=3).fit(ranks)
    ours = extracted([tree.tree_ for tree in model.estimators_], min(256, rows))
    night = np.vstack([ranks, uniform(9, 3_000, 6)])
    np.testing.assert_allclose(ours.scores(night), -model.score_samples(night), atol=1e-12)


def test_ties_and_values_on_a_threshold_go_where_scikit_learn_sends_them():
    ranks = np.round(uniform(4, 800, 5) * 4) / 4
    model = IsolationForest(n_estimators=30, max_samples=256, random_state=3).fit(ranks)
    ours = extracted([tree.tree_ for tree in model.estimators_], 256)
    ours.threshold[:7] = 0.25
    model.estimators_[0].tree_.threshold[:7] = 0.25
    np.testing.assert_allclose(ours.scores(ranks), -model.score_samples(ranks), atol=1e-12)


def test_an_outlier_scores_higher_than_the_crowd():
    crowd = uniform(1, 500, 4) * 0.2 + 0.4
    forest = grow(crowd, trees=50, samples_per_tree=128, seed=1)
    corner, middle = forest.scores(np.array([[0, 1, 0, 1], [0.5] * 4], dtype=np.float32))
    assert 0.5 < corner <= 1
    assert middle < corner


def test_many_rows_score_as_each_row_alone():
    forest = grow(uniform(1, 300, 5), trees=20, samples_per_tree=64, seed=1)
    night = uniform(2, 20_000, 5)
    together = forest.scores(night)
    for row in (0, 1_023, 1_024, 8_191, 8_192, 19_999):
        assert forest.scores(night[row : row + 1])[0] == together[row]


def test_expected_depth_of_small_trees():
    np.testing.assert_allclose(expected_depth(np.array([1, 2, 3])), [0, 1, 1.20739236], atol=1e-6)
