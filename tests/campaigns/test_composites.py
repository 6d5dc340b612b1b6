import numpy as np
import pandas as pd
import pytest

from detector.campaigns.composites import significant_composites
from detector.campaigns.grow import attach, components, core
from detector.profiles.keys import FAMILY_OF, KINDS
from detector.settings import Campaigns

SETTINGS = Campaigns()


def keys_of(holders: dict[tuple[str, int], list[int]]) -> pd.DataFrame:
    """Keys as facts of accounts, from (kind, key) to the accounts that hold it."""
    rows = [
        {
            "account": account,
            "family": FAMILY_OF[kind],
            "kind": kind,
            "key": np.uint64(key),
            "requests": np.nan,
            "half_0": 0,
            "half_1": 0,
            "degree": len(accounts),
        }
        for (kind, key), accounts in holders.items()
        for account in accounts
    ]
    table = pd.DataFrame(rows).sort_values(["account", "kind", "key"], ignore_index=True)
    table["kind"] = pd.Categorical(table["kind"], categories=list(KINDS))
    table["family"] = pd.Categorical(table["family"])
    return table


def test_two_rare_facts_held_together_by_four_of_a_thousand_are_significant():
    ring = [1, 2, 3, 4]
    keys = keys_of({("payment", 7): ring, ("signup_address", 9): ring})
    composites, holders = significant_composites(keys, np.arange(1000), SETTINGS)
    assert len(composites) == 1
    assert composites.loc[0, "principals"] == 4
    assert composites.loc[0, "expected"] == pytest.approx(4 * 4 / 1000)
    assert holders["account"].tolist() == ring


def test_a_popular_fact_makes_no_composite_with_another_popular_one():
    rng = np.random.default_rng(1)
    half = np.flatnonzero(rng.random(1000) < 0.5).tolist()
    other = np.flatnonzero(rng.random(1000) < 0.5).tolist()
    composites, _ = significant_composites(
        keys_of({("domain", 1): half, ("client", 2): other}), np.arange(1000), SETTINGS
    )
    assert len(composites) == 0


@pytest.mark.parametrize(("more", "found"), [(0, []), (600, [(1, 2)])])
def test_a_composite_half_of_whose_holders_chance_explains_says_nothing_of_them_however_significant(more, found):
    # a client of 2,000 and an hour of 1,000 of 40,000: chance puts 50 on both, where a campaign brings 100, or 700
    holders = {("client", 1): range(2000), ("created_6h", 2): range(1900 - more, 2900 - more)}
    rng = np.random.default_rng(1)
    usual = {
        (kind, 10 + i): rng.choice(40_000, 2000, False).tolist() for kind in ("client", "created_6h") for i in range(4)
    }
    composites, _ = significant_composites(keys_of({**holders, **usual}), np.arange(40_000), SETTINGS)
    assert list(zip(composites["key_1"], composites["key_2"], strict=True)) == found


def test_facts_of_one_family_make_no_composite():
    ring = [1, 2, 3, 4]
    composites, _ = significant_composites(
        keys_of({("signup_address", 1): ring, ("signup_subnet", 2): ring}),
        np.arange(1000),
        SETTINGS,
    )
    assert len(composites) == 0


def test_accounts_of_one_principal_count_once():
    ring = [1, 2, 3, 4]
    principals = np.arange(1000)
    principals[ring] = 1
    composites, _ = significant_composites(
        keys_of({("payment", 7): ring, ("signup_address", 9): ring}), principals, SETTINGS
    )
    assert len(composites) == 0


def composite(kind_1, key_1, kind_2, key_2):
    return {"kind_1": kind_1, "key_1": key_1, "kind_2": kind_2, "key_2": key_2}


def test_the_core_drops_who_holds_too_little_and_then_what_too_few_hold():
    composites = pd.DataFrame(
        [
            composite("payment", 1, "domain", 2),
            composite("payment", 1, "subnet", 3),
            composite("domain", 9, "subnet", 8),
        ]
    )
    holders = pd.DataFrame({"composite": [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], "account": [1, 2, 3, 4, 1, 2, 3, 4, 5, 6]})
    left = core(composites, holders, np.arange(10), SETTINGS)
    assert sorted(left["account"].unique()) == [1, 2, 3]
    assert sorted(left["composite"].unique()) == [0, 1]


def test_components_keep_apart_what_no_composite_joins():
    held = pd.DataFrame({"composite": [0, 0, 0, 1, 1, 1], "account": [1, 2, 3, 5, 6, 7]})
    label = components(held, 9)
    assert label.tolist() == [-1, 0, 0, 0, -1, 1, 1, 1, -1]


def test_an_account_is_attached_to_the_group_that_holds_most_of_its_composites():
    label = np.array([0, 0, 0, 1, 1, 1, -1, -1])
    holders = pd.DataFrame(
        {
            "composite": [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
            "account": [0, 1, 2, 6, 0, 1, 2, 6, 3, 4, 5, 7],
        }
    )
    assert attach(label, holders, SETTINGS).tolist() == [0, 0, 0, 1, 1, 1, 0, -1]
