import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from detector.anomaly.baseline import Baseline, fit, score, tail_bits
from detector.errors import ModelError
from detector.settings import Anomaly

SMALL = Anomaly(trees=20, samples_per_tree=64)


def fitted(features, low=(), seed=5, parameters=SMALL):
    sides = {name: "low" if name in low else "high" for name in features}
    return fit(features, sides, parameters, seed, {})


def with_ring(accounts, size=20, feature="feature_03", sigma=8.0):
    accounts = accounts.copy()
    accounts.loc[accounts.index[:size], feature] += sigma
    return accounts


def test_the_tail_finds_twenty_accounts_at_eight_sigma_in_one_feature_of_twelve(normal, frozen):
    result = score(frozen, with_ring(normal(2, 2_020)))
    at_one_percent = result["tail"].iloc[20:].quantile(0.99)
    assert (result["tail"].iloc[:20] > at_one_percent).mean() == 1.0
    assert (result["forest"].iloc[:20] > result["forest"].iloc[20:].quantile(0.99)).mean() < 0.5
    assert result["score"].iloc[:20].min() > result["score"].iloc[20:].max()


def test_a_ring_far_outside_is_flagged_and_the_crowd_is_not(normal, frozen):
    result = score(frozen, with_ring(normal(2, 2_020), sigma=12.0))
    assert result["flagged"].iloc[:20].all()
    assert not result["flagged"].iloc[20:].any()


def test_low_values_are_found_where_low_is_suspicious(normal):
    baseline = fitted(normal(1, 2_000), low=["feature_03"])
    result = score(baseline, with_ring(normal(2, 1_020), sigma=-12.0))
    assert result["tail"].iloc[:20].min() > result["tail"].iloc[20:].max()


def test_clean_nights_are_left_alone(normal, frozen):
    nights = [score(frozen, normal(seed, 2_000)) for seed in range(10, 20)]
    assert sum(night["flagged"].sum() for night in nights) == 0
    shares = [(night["p"] <= 0.01).mean() for night in nights]
    assert 0.004 < np.mean(shares) < 0.02


def test_heavy_tailed_clean_nights_stay_below_one_flag_in_a_thousand():
    def accounts(seed):
        values = np.random.default_rng(seed).pareto(1.2, size=(2_000, 8))
        return pd.DataFrame(values, columns=[f"feature_{i}" for i in range(8)])

    baseline = fitted(accounts(0))
    flagged = [score(baseline, accounts(seed))["flagged"].mean() for seed in range(1, 11)]
    assert np.mean(flagged) <= 0.001


def test_decoys_do_not_move_the_bar_of_a_frozen_baseline(normal, frozen):
    night = with_ring(normal(2, 2_020), sigma=12.0)
    decoys = normal(3, 400) + 30
    alone, among = score(frozen, night), score(frozen, pd.concat([night, decoys]))
    pd.testing.assert_frame_equal(alone.iloc[:, :4], among.iloc[: len(night), :4])
    assert among["flagged"].iloc[:20].all()


def test_huge_and_infinite_values_blind_nobody(normal):
    reference = normal(1, 2_000)
    reference.iloc[:30, 5] = [1e30, np.inf, -np.inf] * 10
    night = with_ring(normal(2, 2_020), sigma=12.0)
    night.iloc[20:50, 3] = [1e30, np.inf, 1e300] * 10
    result = score(fitted(reference), night)
    crowd = result["score"].iloc[50:]
    assert result["score"].iloc[:20].min() > crowd.max()
    assert result["score"].iloc[20:50].min() > crowd.max()
    assert result.notna().all(axis=None)


@pytest.mark.parametrize("rounding", [6, 0], ids=["distinct rows", "identical rows"])
def test_order_of_rows_and_columns_changes_nothing(normal, rounding):
    reference = normal(1, 900, 4).round(rounding)
    reference.iloc[::7, 2] = np.nan
    night = normal(2, 300, 4)
    mixed = reference.sample(frac=1, random_state=4)[["feature_02", *reference.columns.drop("feature_02")]]
    first = score(fitted(reference), night)
    second = score(fitted(mixed), night.iloc[::-1, ::-1]).iloc[::-1]
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_another_seed_grows_another_forest(normal):
    one, other = fitted(normal(1, 500), seed=1), fitted(normal(1, 500), seed=2)
    assert not np.array_equal(one.forest.threshold[:50], other.forest.threshold[:50])


def test_an_account_scores_the_same_alone_as_in_a_crowd(normal, frozen):
    night = normal(2, 9_000)
    crowd = score(frozen, night)
    for row in (0, 17, 8_191, 8_192, 8_999):
        alone = score(frozen, night.iloc[[row]])
        assert alone.iloc[0, :4].tolist() == crowd.iloc[row, :4].tolist()


def test_constant_and_unknown_features_change_no_tail_score(normal):
    plain, night = normal(1, 600, 5), normal(2, 100, 5)
    padded = plain.assign(constant=1.0, unknown=np.nan)
    result = score(fitted(padded), night.assign(constant=1.0, unknown=7.0))
    assert result.notna().all(axis=None)
    ranks = result["tail"].rank(), score(fitted(plain), night)["tail"].rank()
    assert ranks[0].corr(ranks[1]) > 0.9
    bits = tail_bits(fitted(padded), night.assign(constant=1.0, unknown=7.0))
    assert (bits[["constant", "unknown"]] == 0).all(axis=None)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_handful_of_accounts_is_scored_and_none_is_flagged(normal, count):
    result = score(fitted(normal(1, count)), normal(1, count))
    assert result.notna().all(axis=None)
    assert not result["flagged"].any()


def test_a_night_without_accounts_gives_an_empty_frame(normal, frozen):
    assert score(frozen, normal(1, 0)).columns.tolist() == [
        "forest",
        "tail",
        "score",
        "p",
        "flagged",
    ]


def test_absent_features_are_unknown_and_named_and_new_ones_passed_over(normal, frozen):
    night = normal(2, 50)
    result = score(frozen, night.drop(columns="feature_07").assign(new_one=1.0))
    assert result.attrs["missing_features"] == ["feature_07"]
    assert result.attrs["ignored_features"] == ["new_one"]
    pd.testing.assert_frame_equal(result, score(frozen, night.assign(feature_07=np.nan)))


def test_a_baseline_of_other_features_is_refused(normal, frozen):
    night = normal(2, 50)
    assert len(score(frozen, night.iloc[:, :6])) == 50
    with pytest.raises(ModelError, match=r"12 features and 7 of them .* fit a new one"):
        score(frozen, night.iloc[:, :5])


def test_nothing_to_fit_on_is_refused(normal):
    with pytest.raises(ModelError, match="0 accounts"):
        fitted(normal(1, 0))
    with pytest.raises(ValueError, match="direction"):
        fit(normal(1, 5, 1), {}, SMALL, 1, {})


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 30), st.integers(1, 4)),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    )
)
def test_any_numbers_at_all_give_scores_between_0_and_1(values):
    accounts = pd.DataFrame(values, columns=[f"feature_{i}" for i in range(values.shape[1])])
    result = score(fitted(accounts, parameters=Anomaly(trees=3)), accounts)
    assert result[["forest", "tail", "score"]].map(lambda held: 0 <= held <= 1).all(axis=None)
    assert ((result["p"] > 0) & (result["p"] <= 1)).all()


def test_scoring_needs_no_scikit_learn(normal, frozen, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    assert isinstance(frozen, Baseline)
    assert len(score(frozen, normal(2, 10))) == 10
