import numpy as np
import pandas as pd

from detector.profiles import sharing
from detector.profiles.profile import Sizes
from detector.profiles.segments import starts_of
from tests.profiles.batches import tables


def holders(found, kind):
    keys = found.keys[found.keys["kind"] == kind]
    return sorted(keys.groupby("key")["account"].apply(sorted).tolist())


def test_a_key_is_held_by_the_accounts_that_share_it_and_by_nobody_alone():
    found = tables(
        [
            {"account_id": "a", "client_ip": "192.0.2.1", "user_agent": "x/1"},
            {"account_id": "b", "client_ip": "192.0.2.1", "user_agent": "y/1"},
            {"account_id": "c", "client_ip": "192.0.2.9", "user_agent": "z/1"},
        ]
    )
    assert holders(found, "address") == [[0, 1]]
    assert holders(found, "subnet") == [[0, 1, 2]]
    assert holders(found, "client") == []


def test_accounts_of_one_verified_organisation_count_once():
    rows = [{"account_id": name, "client_ip": "192.0.2.1"} for name in "abc"]
    told = [
        {"account_id": "a", "organization_id": "o1", "organization_verified": True},
        {"account_id": "b", "organization_id": "o1", "organization_verified": True},
        {"account_id": "c", "organization_id": "o1", "organization_verified": False},
    ]
    found = tables(rows, told)
    assert found.accounts["principal"].tolist() == [0, 0, 2]
    assert set(found.keys[found.keys["kind"] == "address"]["degree"]) == {2}


def test_whatever_several_hold_is_found_among_what_one_holds_often(monkeypatch):
    draw = np.random.default_rng(5)
    values, account = draw.integers(0, 400, 2_000, dtype=np.uint64), np.sort(draw.integers(0, 60, 2_000))
    held = {}
    for row, value in enumerate(values.tolist()):
        held.setdefault(value, set()).add(account[row])
    shared = np.array([value != 0 and len(held[value]) > 1 for value in values.tolist()])
    starts = starts_of(account, 60)
    assert sharing.seem_shared(starts, values).tolist() == shared.tolist()
    monkeypatch.setattr(sharing, "MOST_BUCKETS", 64)
    assert sharing.seem_shared(starts, values)[shared].all()


def test_a_value_that_one_account_repeats_does_not_seem_shared():
    values = np.array([7, 7, 9, 0, 9, 7, 0], np.uint64)
    found = sharing.seem_shared(np.array([0, 2, 2, 6, 7]), values)
    assert np.flatnonzero(found).tolist() == [0, 1, 5]


def test_requests_that_hold_a_key_are_counted_by_half():
    rows = [
        {"account_id": name, "client_ip": "192.0.2.1", "prompt": f"task {i} of {name}", "at": i}
        for name in "ab"
        for i in range(20)
    ]
    found = tables(rows)
    key = found.keys[(found.keys["kind"] == "address") & (found.keys["account"] == 0)].iloc[0]
    assert key["requests"] == 20
    assert key["half_0"] + key["half_1"] == 20
    assert key["half_0"] > 0
    assert key["half_1"] > 0


def test_a_prompt_falls_into_one_half_wherever_it_stands():
    found = tables([{"account_id": name, "prompt": "the very same", "at": i} for i, name in enumerate("abcdef")])
    assert found.requests["half"].nunique() == 1


def test_sign_ups_in_one_hour_share_a_key_of_time():
    told = [
        {"account_id": name, "created_at": pd.Timestamp(text, tz="UTC")}
        for name, text in zip("abc", ("2026-03-01 10:10", "2026-03-01 10:50", "2026-03-02 10:10"), strict=True)
    ]
    found = tables([{"account_id": name} for name in "abc"], told)
    assert holders(found, "created_1h") == [[0, 1]]
    assert found.signups.tolist() == sorted(int(row["created_at"].value // 1000) for row in told)


def test_a_log_alone_gives_accounts_of_which_nothing_is_known():
    found = tables([{"account_id": "a"}])
    assert found.accounts["created_at"].isna().all()
    assert not found.accounts["has_account_row"].any()
    assert found.accounts["payment_fingerprint"].tolist() == [None]


def test_a_cut_day_is_weighted_so_that_its_sample_stands_for_all_its_requests():
    rows = [{"account_id": "a", "prompt": f"word{chr(97 + i % 26)}{chr(97 + i // 26)}", "at": i} for i in range(200)]
    found = tables(rows)
    assert len(found.requests) == Sizes().requests
    assert abs(int(found.requests["weight"].sum()) - 200) <= Sizes().requests
    assert np.isclose(found.n_distinct["prompt"].iloc[0], 200, rtol=0.5)
