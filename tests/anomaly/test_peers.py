import numpy as np
import pandas as pd
import pytest

from detector.anomaly.peers import has_peers, peer_groups, within_peers


def test_a_percentile_is_taken_among_peers():
    queries = pd.DataFrame({"queries": [1.0, 2, 3, 4, 10, 20, 30, 40]})
    plans = pd.Series(["free"] * 4 + ["paid"] * 4)
    shares = within_peers(queries, plans, minimum=4)["queries"]
    assert shares.tolist() == [0, 0.25, 0.5, 0.75] * 2


def test_small_groups_and_accounts_without_one_are_held_against_everyone():
    queries = pd.DataFrame({"queries": [1.0, 2, 3, 4, 5]}, index=list("abcde"))
    plans = pd.Series(["free", "free", "free", "paid", None], index=list("abcde"))
    shares = within_peers(queries, plans, minimum=3)["queries"]
    assert shares.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 0.6, 0.8])
    assert has_peers(queries, plans, 3)["queries"].tolist() == [True, True, True, False, False]


def test_equal_values_are_not_below_one_another():
    same = pd.DataFrame({"queries": [7.0] * 5})
    assert (within_peers(same, pd.Series(["free"] * 5), 1)["queries"] == 0).all()


def test_the_highest_of_five_hundred_exceeds_99_8_percent():
    queries = pd.DataFrame({"queries": np.arange(500.0)})
    assert within_peers(queries, pd.Series("free", index=queries.index), 50).iloc[-1, 0] == 0.998


def test_unknown_values_stay_unknown_and_are_nobodys_peers():
    queries = pd.DataFrame({"queries": [np.nan, 1.0, 2.0, np.nan]})
    shares = within_peers(queries, pd.Series(["free"] * 4), 2)["queries"]
    assert shares.isna().tolist() == [True, False, False, True]
    assert shares[2] == 0.5


def test_groups_are_plan_and_age():
    now = pd.Timestamp("2026-05-01", tz="UTC")
    created = pd.to_datetime(["2026-04-28", "2026-04-10", "2026-01-01", "2020-01-01", None], utc=True)
    accounts = pd.DataFrame({"plan": ["free", "free", "payg", None, "payg"], "created_at": created})
    assert peer_groups(accounts, now).tolist() == [
        "free, first week",
        "free, first month",
        "payg, first half-year",
        "unknown, older",
        "payg, unknown",
    ]


def test_without_an_accounts_file_all_are_of_one_group():
    accounts = pd.DataFrame({"account_id": ["a", "b"]})
    groups = peer_groups(accounts, pd.Timestamp("2026-05-01", tz="UTC"))
    assert groups.tolist() == ["unknown, unknown"] * 2
