"""What labels say of campaigns, worked out by hand: b benign, a abusive, ? unknown, - no label."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.campaigns.calibration import with_chances
from detector.campaigns.lone import Lone
from detector.settings import Labels

WORDS = {"a": "abusive", "b": "benign", "?": "unknown", "-": None}
FEW = Labels(min_abusive=2, min_benign=2)


def chances(strangers, groups, *, alone=(), settings=FEW):
    """Chance, its interval and the accounts that tell it, by campaign; a group is its evidence and its labels."""
    letters, made = strangers, []
    for name, (taken, own) in groups.items():
        members = np.arange(len(letters), len(letters) + len(own))
        letters += own
        cohort, weighed = SimpleNamespace(members=members), SimpleNamespace(taken=taken)
        made.append(SimpleNamespace(id=name, cohort=cohort, weighed=weighed))
    labels = pd.Series([WORDS[letter] for letter in letters], dtype=object)
    campaigns = pd.DataFrame({"campaign_id": list(groups)})
    lone = [Lone(account, digits, ()) for account, digits in alone]
    table = with_chances(campaigns, made, lone, labels, settings).set_index("campaign_id")
    return {name: tuple(row) for name, row in table.astype(float).iterrows()}


def test_a_campaign_has_the_share_of_abusive_accounts_among_those_with_as_much_evidence():
    found = chances("bbbb", {"half": (3.0, "ab"), "all": (6.0, "aa"), "asked": (3.0, "--")})
    # two accounts of one group are one observation: an interval for 0.5 of 1
    assert found["asked"] == pytest.approx((0.5, 0.0546, 0.9454, 2), abs=1e-4)


def test_between_two_steps_it_is_between_their_chances_and_may_be_either():
    found = chances("bbbb", {"half": (3.0, "ab"), "all": (6.0, "aa"), "asked": (4.5, "--")})
    assert found["asked"] == pytest.approx((0.75, 0.0546, 1.0, 4), abs=1e-4)


def test_beyond_the_last_step_it_is_that_of_the_last_or_more():
    found = chances("bbbb", {"half": (3.0, "aab"), "asked": (9.0, "--")})
    assert found["asked"][0] == pytest.approx(2 / 3)
    assert found["asked"][2] == 1.0


def test_less_evidence_never_has_the_higher_chance():
    found = chances("bb", {"low": (3.0, "aa"), "high": (6.0, "bb"), "l": (3.0, "-"), "h": (6.0, "-")})
    # two of four, pooled; strangers have none; two groups of two are two observations
    assert found["l"] == found["h"] == pytest.approx((0.5, 0.0945, 0.9055, 4), abs=1e-4)


def test_evidence_against_extraction_counts_as_none():
    found = chances("bbbbbba", {"course": (-4.0, "--"), "firm": (0.0, "--"), "all": (6.0, "aa")})
    assert found["course"] == found["firm"]
    assert found["course"][0] == pytest.approx(1 / 7)


def test_an_account_that_is_flagged_by_itself_has_its_own_evidence():
    groups = {"asked": (5.0, "--")}
    assert chances("bbbaa", groups)["asked"][0] == pytest.approx(2 / 5)
    assert chances("bbbaa", groups, alone=[(3, 5.0), (4, 5.0)])["asked"][0] == 1.0


@pytest.mark.parametrize("own", ["aaaa", "bbbb", "abab", "----"])
def test_a_campaigns_own_labels_do_not_vote_on_it(own):
    found = chances("bbbb", {"judged": (3.0, own), "all": (6.0, "aa")})
    assert found["judged"] == pytest.approx((0.5, 0.0, 1.0, 6))


@pytest.mark.parametrize(("strangers", "own"), [("bbb", "a"), ("b", "aaa"), ("-?-", "--"), ("", "-")])
def test_too_few_labels_of_either_kind_say_nothing(strangers, own):
    assert np.isnan(chances(strangers, {"x": (3.0, own), "y": (3.0, "-")})["y"]).all()


def test_labels_that_only_the_campaign_itself_has_are_too_few():
    found = chances("bbbb", {"judged": (6.0, "aaaa"), "other": (6.0, "--")})
    assert np.isnan(found["judged"][0])
    assert found["other"][0] == 1.0


def test_twenty_of_each_kind_are_enough():
    groups = {"known": (6.0, "a" * 20), "asked": (6.0, "--")}
    assert chances("b" * 20, groups, settings=Labels())["asked"][3] == 20
    assert np.isnan(chances("b" * 19, groups, settings=Labels())["asked"][3])


def test_accounts_judged_unknown_do_not_count():
    assert chances("bbbb??", {"all": (6.0, "aa??"), "asked": (6.0, "-")})["asked"][3] == 2


def test_without_campaigns_there_is_nothing_to_say():
    assert chances("bbaa", {}) == {}


# the first curve imports scikit-learn
@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-3, 15), st.text("ab", min_size=1, max_size=6)), min_size=1, max_size=8),
    st.lists(st.floats(-3, 15), min_size=2, max_size=6),
)
def test_chance_rises_with_evidence_and_stands_in_its_interval(labelled, asked):
    groups = {f"l{i}": one for i, one in enumerate(labelled)}
    groups |= {f"q{i}": (taken, "-") for i, taken in enumerate(sorted(asked))}
    found = chances("aabb", groups)
    told = [found[f"q{i}"] for i in range(len(asked))]
    assert all(low - 1e-9 <= chance <= high + 1e-9 for chance, low, high, _ in told)
    assert all(one[0] <= other[0] + 1e-9 for one, other in pairwise(told))
