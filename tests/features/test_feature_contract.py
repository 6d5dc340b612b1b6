from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from detector.features import FAMILIES, FEATURES, FEW, MOST, Off, compute_features, joined
from detector.features.base import COLUMNS, feature

from .conftest import everything, tables_of

BY_NAME = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
OWN = ("volume", "rhythm", "diversity", "extraction")
COVERAGE = everything(FEATURES)


def computed(tables):
    values, _ = compute_features(tables, COVERAGE)
    return values.set_axis(tables.accounts["account_id"])


@BY_NAME
def test_gives_one_finite_or_missing_float_per_account(feature, mixed):
    values = feature(mixed)
    assert values.index.equals(mixed.accounts.index)
    assert values.dtype == "float64"
    assert not np.isinf(values).any()


@BY_NAME
def test_is_defined_for_some_account_of_a_log_with_every_column(feature, mixed):
    no_new_model = feature.name == "new_model_share"
    assert feature(mixed).isna().all() == no_new_model


@BY_NAME
def test_says_what_it_is_what_is_benign_and_where_it_comes_from(feature):
    assert feature.summary.endswith(".")
    assert feature.benign.endswith(".")
    assert feature.references
    assert feature.family in [family.__name__.rsplit(".", 1)[-1] for family in FAMILIES]
    assert set(feature.needs) <= COLUMNS


def test_there_are_features_of_every_family_under_different_names():
    assert len({feature.family for feature in FEATURES}) == len(FAMILIES) == 8
    assert len({feature.name for feature in FEATURES}) == len(FEATURES) >= 48


def test_order_of_rows_does_not_matter(mixed):
    tables = ("days", "activity", "requests", "distinct", "keys")
    shuffled = {name: getattr(mixed, name).sample(frac=1, random_state=5).reset_index(drop=True) for name in tables}
    pd.testing.assert_frame_equal(computed(replace(mixed, **shuffled)), computed(mixed), rtol=1e-9)


def test_order_of_accounts_does_not_matter(mixed):
    n = len(mixed.accounts)
    new = np.random.default_rng(1).permutation(n)  # code → new code
    recoded = {
        name: getattr(mixed, name).assign(account=lambda rows: new[rows["account"]])
        for name in ("days", "activity", "requests", "distinct", "keys")
    }
    old = np.argsort(new)
    accounts = mixed.accounts.iloc[old].reset_index(drop=True)
    n_distinct = mixed.n_distinct.iloc[old].reset_index(drop=True)
    renamed = computed(replace(mixed, accounts=accounts, n_distinct=n_distinct, **recoded))
    expected = computed(mixed)
    pd.testing.assert_frame_equal(renamed.loc[expected.index], expected, rtol=1e-9)


@pytest.mark.parametrize("family", OWN)
def test_own_features_do_not_change_when_another_account_is_added(family):
    names = [each.name for each in FEATURES if each.family == family]
    names = [name for name in names if name != "volume_against_plan"]  # compares with peers
    log = {
        "person": [
            {"at": f"{day} {9 + day}:{minute}", "prompt": str(minute % 3), "head": str(day)}
            for day in range(1, 6)
            for minute in range(10, 50, 4)
        ]
    }
    alone = computed(tables_of(log, days=7))[names]
    log["another"] = [{"at": "3 09:00", "prompt": "1", "head": "1"}] * 40
    together = computed(tables_of(log, days=7))[names]
    pd.testing.assert_frame_equal(together.loc[["person"]], alone)


def test_an_empty_log_gives_an_empty_frame():
    values, off = compute_features(tables_of({}), COVERAGE)
    assert values.shape == (0, len(FEATURES))
    assert (values.dtypes == "float64").all()
    assert off == []


def test_an_account_with_one_bare_request_raises_nothing():
    values, _ = compute_features(tables_of({"bare": ["09:00"]}), COVERAGE)
    assert values.shape == (1, len(FEATURES))


def test_a_missing_column_switches_its_features_off_by_name(mixed):
    values, off = compute_features(mixed, COVERAGE - {"n_messages"})
    assert off == [Off("single_turn_share", ("n_messages",))]
    assert values["single_turn_share"].isna().all()
    assert list(values.columns) == [feature.name for feature in FEATURES]


def test_features_computed_in_parts_are_those_computed_at_once(mixed):
    known = COVERAGE - {"n_messages", "client_ip"}
    values, off = compute_features(mixed, known)
    found, off_of_parts = joined(*(compute_features(mixed, known, part) for part in (FEW, MOST)))
    pd.testing.assert_frame_equal(found, values)
    assert off_of_parts == off


def test_bare_logs_still_give_volume_and_rhythm(mixed):
    values, off = compute_features(mixed, {"timestamp", "account_id"})
    on = {feature.name for feature in FEATURES} - {each.feature for each in off}
    assert {"requests_per_active_day", "gap_variation", "pacing"} <= on
    assert values[sorted(on)].notna().any().all()


def test_infinite_values_become_missing(mixed):
    @feature(unit="", suspicious="high")
    def endless(tables):
        """Give nonsense.

        Benign causes of a high value: none.

        References
        ----------
        .. [1] Nobody.
        """
        return np.full(len(tables.accounts), np.inf)

    assert endless(mixed).isna().all()


def described(text):
    def compute(tables):
        return np.zeros(len(tables.accounts))

    compute.__doc__ = text
    return compute


WHOLE = "Say it.\n\nBenign causes of a high value: many.\n\nReferences\n----------\n.. [1] Me."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("No full stop", "first line is a sentence"),
        (WHOLE.replace("Benign", "Other"), "Benign causes of a high value"),
        (WHOLE.replace("high", "low"), "Benign causes of a high value"),
        (WHOLE.replace("References", "Sources"), "section References"),
    ],
)
def test_a_feature_that_does_not_explain_itself_is_refused(text, complaint):
    with pytest.raises(TypeError, match=complaint):
        feature(unit="", suspicious="high")(described(text))


def test_a_feature_that_needs_an_unknown_column_is_refused():
    with pytest.raises(TypeError, match="No column is called client_op"):
        feature(unit="", suspicious="high", needs=("client_op",))


def test_a_whole_docstring_is_taken_apart():
    declared = feature(unit="x", suspicious="high", needs=("prompt",))(described(WHOLE))
    assert (declared.summary, declared.benign) == ("Say it.", "many.")
    assert declared.references == ("Me.",)
    assert declared.missing({"model"}) == ("prompt",)
