"""Verdicts: benign ones set aside and are counted, abusive ones know visitors again, all end."""

import datetime as dt

from detector.nightly import lineage_file
from detector.nightly.decisions import Decision, Decisions
from tests.nightly.nights import campaign, march, night


def decided(target, verdict, accounts, *, on=10, expires=None, traces=(), reason="looked at", hour=12):
    at = dt.datetime(2026, 3, on, hour, tzinfo=dt.UTC)
    until = march(expires) if expires else None
    return Decision(at, "jo", target, verdict, reason, until, march(on), tuple(accounts), frozenset(traces))


def card(number):
    return "payment", f"{number:016x}"


CLASS = decided("C-00000001", "benign", "abcd", expires=20, reason="a course")


def test_a_benign_verdict_sets_a_campaign_aside_and_counts_it():
    found = night(None, 12, campaign("C-00000001", "abcd"), decisions=[CLASS])
    assert found.result.campaigns["suppressed"].tolist() == ["a course (jo, until 2026-03-20)"]
    assert not found.result.accounts["flagged"].any()
    assert found.result.accounts["score"].max() == 0.1  # half of an anomaly of 0.2
    assert found.result.run["population"]["campaigns"] == {"A": 0, "B": 0, "C": 0}
    assert found.result.run["night"]["suppressed"] == [
        {
            "campaign_id": "C-00000001",
            "tier": "A",
            "accounts": 4,
            "joined": 0,
            "note": "a course (jo, until 2026-03-20)",
        }
    ]


def test_it_holds_on_its_last_day_and_not_after_it():
    held = [len(night(None, day, campaign("C-00000001", "abcd"), decisions=[CLASS]).suppressed) for day in (19, 20, 21)]
    assert held == [1, 1, 0]


def test_an_expired_verdict_is_said():
    found = night(None, 21, campaign("C-00000001", "abcd"), decisions=[CLASS])
    said = ["C-00000001 was judged benign on 2026-03-10: a course (jo, until 2026-03-20)."]
    assert found.result.run["night"]["expired"] == said


def test_a_campaign_that_outgrows_what_was_judged_comes_back():
    def shown(core):
        found = night(None, 12, campaign("C-00000001", core), decisions=[CLASS])
        return found.result.campaigns["suppressed"].isna().all()

    assert not shown("abcdwxyz")  # half of it was judged
    assert shown("abcdvwxyz")


def test_accounts_that_joined_after_the_verdict_are_counted():
    (set_aside,) = night(None, 12, campaign("C-00000001", "abcdx"), decisions=[CLASS]).suppressed
    assert (set_aside.accounts, set_aside.joined) == (5, 1)


def test_an_account_judged_benign_is_not_flagged_while_its_campaign_is():
    found = night(None, 12, campaign("C-00000001", "abcd"), decisions=[decided("a", "benign", "a", expires=20)])
    flags = found.result.accounts.set_index("account_id")["flagged"]
    assert flags.to_dict() == {"a": False, "b": True, "c": True, "d": True}


def test_the_last_decision_counts_and_unknown_takes_back():
    later = decided("C-00000001", "unknown", "abcd", on=11)
    assert not night(None, 12, campaign("C-00000001", "abcd"), decisions=[CLASS, later]).suppressed
    again = decided("C-00000001", "benign", "abcd", on=12, expires=20)
    assert night(None, 12, campaign("C-00000001", "abcd"), decisions=[CLASS, later, again]).suppressed


def test_a_decision_made_after_a_day_does_not_count_when_the_day_is_replayed():
    late = decided("C-00000001", "benign", "abcd", on=13, expires=20, hour=0)
    timely = night(None, 12, campaign("C-00000001", "abcd"))
    replayed = night(None, 12, campaign("C-00000001", "abcd"), decisions=[late])
    assert replayed.result.run == timely.result.run
    assert replayed.result.accounts.equals(timely.result.accounts)
    assert lineage_file.dumped(replayed.lineage) == lineage_file.dumped(timely.lineage)
    assert night(None, 13, campaign("C-00000001", "abcd"), decisions=[late]).suppressed


def test_decisions_do_not_change_the_lineage():
    first = night(None, 12, campaign("C-00000001", "abcd"), decisions=[CLASS])
    plain = night(None, 12, campaign("C-00000001", "abcd"))
    assert lineage_file.dumped(first.lineage) == lineage_file.dumped(plain.lineage)


def test_an_abusive_verdict_is_written_beside_its_campaign():
    ring = decided("C-00000001", "abusive", "abcd", reason="resells")
    found = night(None, 12, campaign("C-00000001", "abcdx"), decisions=[ring])
    assert found.result.campaigns["verdict"].tolist() == ["abusive: resells (jo)"]
    assert found.result.accounts["flagged"].all()


def test_the_same_card_under_a_new_account_is_a_return_visitor():
    ring = decided("C-00000001", "abusive", "abcd", traces=[card(1), card(2)])
    held = [("x", *card(1)), ("y", *card(9)), ("a", *card(1))]
    found = night(None, 20, decisions=[ring], others={"x": 20, "y": 20, "a": 20}, traces=held)
    assert [(one.account, one.target, one.kinds) for one in found.visitors] == [("x", "C-00000001", ("payment",))]
    marks = found.result.accounts.set_index("account_id")["return_of"]
    assert marks.dropna().to_dict() == {"x": "C-00000001"}
    assert not found.result.accounts["flagged"].any()  # marked, not flagged: a card is no proof


def test_an_address_alone_makes_no_visitor_but_an_address_and_a_mailbox_do():
    address, box = ("address", f"{1:016x}"), ("mailbox", f"{2:016x}")
    ring = decided("C-00000001", "abusive", "abcd", traces=[address, box])
    held = [("x", *address), ("y", *address), ("y", *box)]
    found = night(None, 20, decisions=[ring], others={"x": 20, "y": 20}, traces=held)
    assert [one.account for one in found.visitors] == ["y"]


def test_only_traces_of_abusive_verdicts_in_force_are_watched_for():
    ring = decided("C-00000001", "abusive", "abcd", on=10, expires=15, traces=[card(1)])
    taken_back = decided("C-00000001", "unknown", "abcd", on=12)
    assert Decisions((ring,)).on(march(9)).watched() == frozenset()
    assert Decisions((ring,)).on(march(15)).watched() == {card(1)}
    assert Decisions((ring,)).on(march(16)).watched() == frozenset()
    assert Decisions((ring, taken_back)).on(march(12)).watched() == frozenset()
