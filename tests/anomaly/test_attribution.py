import numpy as np
import pandas as pd
import shap
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest

from detector.anomaly.attribution import attribute, path_bits
from detector.anomaly.baseline import fit
from detector.anomaly.forest import extracted
from detector.settings import Anomaly


def test_ranks_features_as_shap_does_and_names_the_planted_one():
    random = np.random.default_rng(2)
    ranks = random.random((600, 8)).astype(np.float32) * 0.8 + 0.1
    planted = random.integers(0, 8, size=40)
    ranks[np.arange(40), planted] = 0.999
    model = IsolationForest(n_estimators=60, max_samples=256, random_state=1).fit(ranks)
    ours = path_bits(extracted([tree.tree_ for tree in model.estimators_], 256), ranks[:40])
    theirs = -shap.TreeExplainer(model).shap_values(ranks[:40], check_additivity=False)
    alike = [spearmanr(a, b).statistic for a, b in zip(ours, theirs, strict=True)]
    assert np.mean(alike) > 0.7
    assert (ours.argmax(axis=1) == planted).mean() >= 0.95
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean() >= 0.95


def test_bits_of_one_path_add_up_to_what_the_leaf_tells():
    ranks = np.random.default_rng(2).random((200, 3)).astype(np.float32)
    model = IsolationForest(n_estimators=1, max_samples=200, random_state=1).fit(ranks)
    forest = extracted([tree.tree_ for tree in model.estimators_], 200)
    leaves = model.estimators_[0].apply(ranks)
    told = np.log2(200 / forest.samples[leaves]) - forest.depth[leaves]
    np.testing.assert_allclose(path_bits(forest, ranks).sum(axis=1), told, atol=1e-9)


def test_one_row_per_account_and_one_column_per_feature():
    values = np.random.default_rng(2).normal(size=(500, 3))
    accounts = pd.DataFrame(values, columns=["c", "a", "b"])
    baseline = fit(accounts, dict.fromkeys("abc", "high"), Anomaly(trees=50), 1, {})
    odd = pd.DataFrame({"a": [0.0], "b": [9.0], "c": [0.0]}, index=["odd one"])
    bits = attribute(baseline, odd)
    assert bits.index.tolist() == ["odd one"]
    assert bits.loc["odd one"].idxmax() == "b"
