"""Every kind of change, worked out by hand on campaigns of a few accounts."""

from detector.nightly.decisions import Decisions
from detector.nightly.sequel import sequel
from detector.settings import Settings
from tests.nightly.nights import campaign, ids, march, night, scanned, told


def test_a_first_night_tells_no_changes_and_keeps_the_ids_of_the_scan():
    first = night(None, 10, campaign("C-00000001", "abc"))
    assert (ids(first), told(first)) == (["C-00000001"], [])


def test_a_campaign_that_nobody_knew_is_new():
    first = night(None, 10, campaign("C-00000001", "abc"))
    second = night(first, 11, campaign("C-00000001", "abc", last=11), campaign("C-00000002", "xyz", first=7, last=11))
    assert told(second) == [("new", "C-00000002", "3 accounts, active since 2026-03-07.")]


def test_a_campaign_keeps_its_id_while_its_core_turns_over():
    last = night(None, 10, campaign("C-00000001", "abcd"))
    for day, core in ((11, "bcde"), (12, "cdef"), (13, "defg"), (14, "efgh")):
        last = night(last, day, campaign(f"C-000000{day}", core, last=day))
    assert ids(last) == ["C-00000001"]
    assert last.result.campaigns["since"].tolist() == ["2026-03-10"]
    assert set(last.result.accounts["campaign_id"]) == {"C-00000001"}
    assert last.result.accounts["reasons"][0] == ["Member of C-00000001, tier A."]


def test_two_campaigns_that_have_one_core_account_in_common_are_two():
    first = night(None, 10, campaign("C-00000001", "abc"))
    second = night(first, 11, campaign("C-00000002", "cxyz", last=11), others={"a": 11, "b": 11})
    assert ids(second) == ["C-00000002"]


def test_growth_is_told_when_it_has_added_up():
    first = night(None, 10, campaign("C-00000001", "abcdefghij"))
    second = night(first, 11, campaign("C-00000001", "abcdefghij", around="kl", last=11))
    assert told(second) == []  # two accounts more are no news
    third = night(second, 12, campaign("C-00000001", "abcdefghij", around="klm", last=12))
    assert told(third) == [("grown", "C-00000001", "From 10 accounts to 13, 1 since 2026-03-11.")]
    assert told(night(third, 13, campaign("C-00000001", "abcdefghij", around="klm", last=13))) == []


def test_a_campaign_that_lost_accounts_has_shrunk():
    first = night(None, 10, campaign("C-00000001", "abcdefgh"))
    second = night(first, 11, campaign("C-00000001", "abcde", last=11))
    assert told(second) == [("shrunk", "C-00000001", "From 8 accounts to 5.")]


def test_a_campaign_moves_when_most_of_the_last_day_goes_to_another_model():
    first = night(None, 10, campaign("C-00000001", "abc", model="m1"))
    second = night(first, 11, campaign("C-00000001", "abc", last=11, model="m2", share=0.55))
    assert told(second) == []  # not enough yet
    third = night(second, 12, campaign("C-00000001", "abc", last=12, model="m2", share=0.7))
    assert told(third) == [("moved", "C-00000001", "70% of the last day's requests go to m2, before to m1.")]
    assert told(night(third, 13, campaign("C-00000001", "abc", last=13, model="m2"))) == []


def test_accounts_that_stop_and_new_ones_that_begin_are_a_handover_told_once():
    last = night(None, 20, campaign("C-00000001", "abcd", last=20))
    stopped, began = dict.fromkeys("abcd", 20), dict.fromkeys("wxyz", 22)
    seen = []
    for day in (21, 22, 23, 24, 25):
        running = dict.fromkeys("wxyz", day)
        both = campaign(
            "C-00000002", "abcdwxyz", first=dict.fromkeys("abcd", 1) | began, last=stopped | running, closed="ab"
        )
        last = night(last, day, both if day >= 22 else campaign("C-00000001", "abcd", last=20))
        seen += [(day, kind, statement) for kind, _, statement in told(last)]
    assert ids(last) == ["C-00000001"]
    assert seen == [
        (22, "grown", "From 4 accounts to 8, 4 since 2026-03-21."),
        (23, "handed over", "4 of 4 accounts stopped, 2 of them closed; 4 new ones have taken over."),
    ]


def test_a_weekend_of_rest_is_no_handover():
    first = night(None, 20, campaign("C-00000001", "abcd", last=20))
    second = night(first, 22, campaign("C-00000001", "abcd", last=20))
    third = night(second, 23, campaign("C-00000001", "abcd", last=23))
    assert told(second) == told(third) == []


def test_new_accounts_with_the_cards_of_those_that_stopped_take_over_the_id():
    cards = {"a": 1, "b": 2, "c": 3}
    first = night(None, 10, campaign("C-00000001", "abc", payment=cards))
    second = night(first, 20)
    assert told(second) == [("dormant", "C-00000001", "No request for 3 days; the last on 2026-03-10.")]
    third = night(second, 21, campaign("C-00000009", "uvwx", first=19, last=21, payment={"u": 1, "v": 2, "w": 3}))
    said = "3 of 4 accounts hold cards, devices, addresses or mailboxes of the accounts that stopped."
    assert told(third) == [("handed over", "C-00000001", said)]
    assert ids(third) == ["C-00000001"]


def test_one_address_in_common_is_too_little_to_take_over_an_id():
    addresses = dict.fromkeys("abc", 7)
    first = night(None, 10, campaign("C-00000001", "abc", address=addresses))
    second = night(first, 20, campaign("C-00000002", "uvw", first=19, last=20, address=dict.fromkeys("uvw", 7)))
    assert ids(second) == ["C-00000002"]
    boxes = {"mailbox": dict.fromkeys("uvw", 8), "signup_address": dict.fromkeys("uvw", 9)}
    known = campaign("C-00000001", "abc", mailbox=dict.fromkeys("abc", 8), signup_address=dict.fromkeys("abc", 9))
    again = night(night(None, 10, known), 20, campaign("C-00000002", "uvw", first=19, last=20, **boxes))
    assert ids(again) == ["C-00000001"]


def test_a_campaign_that_falls_apart_is_split_and_the_larger_part_keeps_the_id():
    first = night(None, 10, campaign("C-00000001", "abcdefgh"))
    second = night(first, 11, campaign("C-00000002", "abc", last=11), campaign("C-00000003", "defgh", last=11))
    assert ids(second) == ["C-00000001", "C-00000002"]
    assert told(second) == [
        ("split", "C-00000001", "Part of its core is now a campaign of its own: C-00000002 (3 accounts)."),
        ("shrunk", "C-00000001", "From 8 accounts to 5."),
    ]


def test_campaigns_found_as_one_are_merged_and_the_larger_keeps_the_id():
    first = night(None, 10, campaign("C-00000001", "abcde"), campaign("C-00000002", "xyz"))
    second = night(first, 11, campaign("C-00000003", "abcdexyz", last=11))
    assert ids(second) == ["C-00000001"]
    assert told(second) == [
        ("merged", "C-00000001", "Now holds the core of C-00000002."),
        ("grown", "C-00000001", "From 5 accounts to 8, 3 since 2026-03-10."),
    ]
    assert second.lineage.lines["C-00000002"].merged_into == "C-00000001"
    assert told(night(second, 12, campaign("C-00000003", "abcdexyz", last=12))) == []


def test_a_campaign_without_a_request_for_three_days_is_dormant_and_one_that_asks_again_has_returned():
    last = night(None, 10, campaign("C-00000001", "abc", last=10))
    seen = []
    for day, latest in ((11, 10), (12, 10), (13, 10), (14, 10), (15, 15)):
        last = night(last, day, campaign("C-00000001", "abc", last=latest))
        seen += [(day, kind, statement) for kind, _, statement in told(last)]
    assert seen == [
        (13, "dormant", "No request for 3 days; the last on 2026-03-10."),
        (15, "returned", "3 accounts active again, last found 2026-03-14."),
    ]


def test_a_campaign_that_is_active_but_not_found_is_not_called_dormant():
    first = night(None, 10, campaign("C-00000001", "abc"))
    second = night(first, 11, others={"a": 11, "b": 11, "c": 10})
    said = "3 of its core of 3 accounts are active, but too little ties them together by now."
    assert told(second) == [("not found", "C-00000001", said)]
    assert told(night(second, 12, others={"a": 12, "b": 12, "c": 10})) == []


def test_campaigns_long_gone_are_forgotten():
    first = night(None, 10, campaign("C-00000001", "abc"))
    much_later = march(10).replace(year=2027)
    assert sequel(first, scanned(11), Decisions(), much_later, Settings()).lineage.lines == {}


def test_an_id_that_another_campaign_had_is_not_given_again():
    first = night(None, 10, campaign("C-00000001", "abcd"))
    drifted = night(first, 11, campaign("C-00000002", "cdef", last=11))
    third = night(drifted, 12, campaign("C-00000002", "cdef", last=12), campaign("C-00000001", "ab", last=12))
    assert "C-00000001" in ids(third)
    assert third.result.members.set_index("account_id")["campaign_id"]["c"] == "C-00000001"
    assert third.result.members.set_index("account_id")["campaign_id"]["a"] not in ("C-00000001", "C-00000002")
