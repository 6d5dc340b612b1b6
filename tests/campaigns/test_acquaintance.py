"""Who joins a component by facts it shares with members, one by one, on small tables."""

import numpy as np
import pandas as pd

from detector.campaigns.acquaintance import acquainted
from detector.campaigns.passages import Passages

MEMBERS = 12
NOBODY_VERIFIED = np.ones(60, bool)
NOTHING = np.zeros(0, np.int64)
NO_WORDS = Passages(NOTHING, NOTHING, NOTHING.astype(np.uint64), NOTHING, NOTHING, NOTHING)


def keys(*facts):
    rows = [(kind, number, account) for kind, number, accounts in facts for account in accounts]
    table = pd.DataFrame(rows, columns=["kind", "key", "account"])
    return table.assign(kind=table["kind"].astype("category"), key=table["key"].astype("uint64"))


def words(*passages):
    """Passages of a holder each: number and accounts; each holder sends it in 2 of 40 requests."""
    number, account = map(np.array, zip(*((n, a) for n, accounts in passages for a in accounts), strict=True))
    n = len(number)
    return Passages(
        account, number, number.astype(np.uint64), np.full(n, 2), np.full(n, 40), np.bincount(number)[number]
    )


def component():
    return np.where(np.arange(60) < MEMBERS, 0, -1)


def joined(label):
    return np.flatnonzero(label == 0)[MEMBERS:].tolist()


def test_a_card_shared_with_two_members_and_a_device_with_two_others_make_a_member():
    facts = keys(("payment", 1, (0, 1, 20)), ("device", 2, (5, 6, 20)))
    assert joined(acquainted(component(), NO_WORDS, facts, NOBODY_VERIFIED)) == [20]


def test_facts_of_one_kind_or_facts_of_one_member_alone_do_not_suffice():
    facts = keys(
        ("address", 1, (0, 1, 20)), ("signup_address", 2, (2, 3, 20)), ("payment", 3, (0, 21)), ("device", 4, (1, 21))
    )
    assert joined(acquainted(component(), NO_WORDS, facts, NOBODY_VERIFIED)) == []


def test_what_mostly_outsiders_hold_makes_nobody_known():
    crowd = tuple(range(20, 40))
    facts = keys(("address", 1, (0, 1, 2, *crowd)), ("device", 2, (3, 4, 5, *crowd)))
    assert joined(acquainted(component(), NO_WORDS, facts, NOBODY_VERIFIED)) == []


def test_an_account_of_a_verified_organisation_stands_for_that():
    facts = keys(("payment", 1, (0, 1, 20)), ("device", 2, (5, 6, 20)))
    assert joined(acquainted(component(), NO_WORDS, facts, np.arange(60) != 20)) == []


def test_who_has_joined_makes_others_known():
    facts = keys(
        ("payment", 1, (0, 1, 20)), ("device", 2, (5, 6, 20)), ("payment", 3, (0, 20, 21)), ("device", 4, (5, 20, 21))
    )
    assert joined(acquainted(component(), NO_WORDS, facts, NOBODY_VERIFIED)) == [20, 21]


def test_one_fact_suffices_for_who_holds_two_passages_of_the_component():
    facts = keys(("address", 1, (0, 1, 20)), ("address", 2, (2, 3, 21)))
    framed = words((0, (*range(MEMBERS), 20)), (1, (*range(MEMBERS), 20)))
    assert joined(acquainted(component(), framed, facts, NOBODY_VERIFIED)) == [20]


def test_passages_that_others_hold_as_well_are_nobody_s():
    facts = keys(("address", 1, (0, 1, 20)))
    everybody_s = words((0, (*range(MEMBERS), *range(20, 40))), (1, (*range(MEMBERS), *range(20, 40))))
    assert joined(acquainted(component(), everybody_s, facts, NOBODY_VERIFIED)) == []
