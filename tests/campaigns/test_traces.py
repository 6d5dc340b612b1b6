"""Traces: which hard facts of accounts are remembered, and for whom."""

import numpy as np
import pytest

from detector.campaigns.allow import AllowList
from detector.campaigns.traces import trace_table
from tests.campaigns.test_allow import KEY, entry
from tests.profiles.batches import tables

CARD = {"payment_fingerprint": "card-1"}


def made(people, address=None):
    queries = [
        {"account_id": name, "at": at, "prompt": "x", "client_ip": (address or {}).get(name, "192.0.2.1")}
        for name in people
        for at in range(4)
    ]
    return tables(queries, [{"account_id": name, **facts} for name, facts in people.items()])


def found(world, inside, **options):
    codes = np.flatnonzero(world.accounts["account_id"].isin(list(inside)))
    table = trace_table(world, codes, KEY, **options)
    return set(zip(table["account_id"], table["kind"], strict=True))


def test_a_card_that_mostly_members_hold_is_a_trace_of_members_only():
    world = made({"a": CARD, "b": CARD, "x": CARD})
    assert {one for one in found(world, "ab") if one[1] == "payment"} == {("a", "payment"), ("b", "payment")}


def test_a_card_and_an_address_that_mostly_others_hold_are_no_traces():
    world = made({"a": CARD, **dict.fromkeys("wxyz", CARD)})
    assert found(world, "a") == set()


def test_a_mailbox_is_its_domain_and_the_shape_of_its_name_together():
    bought = {"email_domain": "mail.example", "email_pattern": "aaaa9999"}
    same = {"email_domain": "mail.example", "email_pattern": "aaa.aaa"}
    world = made({"a": bought, "b": bought, **dict.fromkeys("vwxyz", same)})
    assert found(world, "ab") == {("a", "mailbox"), ("b", "mailbox")}


def test_whoever_holds_a_trace_that_is_watched_for_is_listed():
    world = made({"a": CARD, "x": CARD, "y": {"payment_fingerprint": "card-2"}})
    table = trace_table(world, np.array([0]), KEY)
    watched = {(kind, trace) for _, kind, trace in table.itertuples(index=False) if kind == "payment"}
    assert len(watched) == 1
    assert found(world, "", watched=watched) == {("a", "payment"), ("x", "payment")}


def test_the_same_card_is_the_same_trace_under_one_key_and_another_under_another():
    def card(world, key):
        table = trace_table(world, np.array([0]), key)
        return table.loc[table["kind"] == "payment", "trace"].tolist()

    one, other = (made({"a": CARD, name: {}}) for name in "pq")
    assert card(one, KEY) == card(other, KEY)
    assert card(one, KEY) != card(one, b"another key of at least sixteen")


@pytest.mark.parametrize(
    ("type_", "value", "gone"), [("payment", "card-1", "payment"), ("address", "192.0.2.1", "address")]
)
def test_what_an_analyst_vouches_for_is_no_trace(type_, value, gone):
    world = made({"a": CARD})
    allowed = AllowList((entry(type_, value),))
    everything = found(world, "a")
    assert everything - found(world, "a", refused=allowed.keys(KEY)) == {("a", gone)}


def test_of_an_account_s_addresses_the_four_it_sends_most_from_are_remembered():
    queries = [
        {"account_id": "a", "at": 10 * address + n, "prompt": "x", "client_ip": f"192.0.2.{address}"}
        for address in range(1, 8)
        for n in range(address)
    ]
    world = tables(queries, [{"account_id": "a"}])
    table = trace_table(world, np.array([0]), KEY)
    sent = world.requests.groupby("address")["weight"].sum().nlargest(4)
    assert set(table["trace"]) == {f"{value:016x}" for value in sent.index}
    assert len(table) == 4
