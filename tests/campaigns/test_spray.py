"""Requests that come from other hands than the rest of their account's, worked by hand."""

import numpy as np
import pandas as pd

from detector.campaigns.verify.hands import other_hands

OWN = {"subnet": 1, "client": 1, "settings": 1}


def asked(**requests):
    """Five requests of the owner for each account, and one of interest; whose traits are given."""
    rows = [(account, False, OWN) for account in range(len(requests)) for _ in range(5)]
    rows += [(account, True, OWN | traits) for account, traits in enumerate(requests.values())]
    table = pd.DataFrame([{"account": account, **traits} for account, _, traits in rows]).astype("uint64")
    some = np.array([of_interest for _, of_interest, _ in rows])
    return table.astype({"account": "int64"}), some


def test_hands_are_other_ones_only_with_another_network_and_other_software_or_settings():
    rows, some = asked(
        as_always={},
        on_the_road={"subnet": 2},
        new_tool={"client": 2, "settings": 2},
        operator={"subnet": 2, "client": 2},
        operator_with_the_same_client={"subnet": 2, "settings": 2},
        unknown_network={"subnet": 0, "client": 2},
    )
    foreign, n = other_hands(rows, some, ~some)
    assert foreign.tolist() == [3, 4]
    assert n == 6


def test_an_account_with_four_other_requests_cannot_tell():
    rows, some = asked(operator={"subnet": 2, "client": 2})
    foreign, n = other_hands(rows[1:], some[1:], ~some[1:])
    assert foreign.tolist() == []
    assert n == 0


def test_a_value_that_another_account_uses_is_no_less_new_to_this_one():
    rows, some = asked(first={"subnet": 7, "client": 7}, second={"subnet": 7, "client": 7})
    assert other_hands(rows, some, ~some)[0].tolist() == [0, 1]


def test_half_of_the_requests_from_other_hands_are_not_most():
    rows, some = asked(first={"subnet": 2, "client": 2})
    rows, some = pd.concat([rows, rows[:1]], ignore_index=True), np.append(some, True)
    assert other_hands(rows, some, ~some)[0].tolist() == []
