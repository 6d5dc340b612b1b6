"""Chance: the same facts and the same loads, dealt anew, tie nobody together."""

import dataclasses

import numpy as np
import pytest

from detector.campaigns.allow import AllowList
from detector.campaigns.chance import chance_groups, unlinked
from detector.campaigns.find import find_groups
from detector.settings import Campaigns
from tests.profiles.batches import KEY, tables

RING = 12


@pytest.fixture(scope="module")
def ring():
    """Twelve of two hundred accounts share card, sign-up address, device and frames; the others share nothing."""
    people, queries = [], []
    for n in range(200):
        inside = n < RING
        shared = {"payment_fingerprint": f"card-{n % 3 if inside else n}", "device_id": f"d-{n % 2 if inside else n}"}
        address = "198.51.100.7" if inside else f"10.{n}.0.1"
        created = 1_700_000_000_000_000 + n * 86_400_000_000
        people.append({"account_id": f"{n:03d}", "signup_ip": address, "created_at": created, **shared})
        for at in range(20):
            frame = (
                f"Solve the exercise numbered {n}-{at} and show your reasoning"
                if inside
                else f"word{n} text{at} {n * at}"
            )
            queries.append({"account_id": f"{n:03d}", "at": at * 10**9 + n, "prompt": frame, "client_ip": address})
    return tables(queries, people)


def test_the_ring_is_found_and_nothing_of_it_without_its_links(ring):
    assert len(find_groups(ring, Campaigns())) == 1
    assert chance_groups(ring, Campaigns(), AllowList(), KEY, 3) == [[], [], []]


def test_every_fact_stays_as_common_and_every_account_as_busy(ring):
    dealt = unlinked(ring, KEY, np.random.default_rng(1))
    for name in ("payment_fingerprint", "device_id", "signup_ip", "created_at"):
        assert sorted(dealt.accounts[name]) == sorted(ring.accounts[name])
        assert not dealt.accounts[name].equals(ring.accounts[name])
    assert dealt.accounts["account_id"].equals(ring.accounts["account_id"])
    assert dealt.requests["account"].equals(ring.requests["account"])
    assert dealt.requests["timestamp"].equals(ring.requests["timestamp"])
    assert sorted(dealt.requests["prompt"]) == sorted(ring.requests["prompt"])


def test_the_parts_of_one_request_stay_together(ring):
    dealt = unlinked(ring, KEY, np.random.default_rng(1))
    kept = ["prompt", "template", "head", "tail", "half"]
    assert set(dealt.requests[kept].itertuples(index=False)) == set(ring.requests[kept].itertuples(index=False))
    pairs = ["address", "subnet"]
    assert set(dealt.requests[pairs].itertuples(index=False)) == set(ring.requests[pairs].itertuples(index=False))


def test_the_same_key_deals_alike_and_the_tables_are_left_as_they_are(ring):
    before = {field.name: getattr(ring, field.name) for field in dataclasses.fields(ring)}
    held = before["requests"].copy(), before["accounts"].copy()
    one, two = (unlinked(ring, KEY, np.random.default_rng(7)) for _ in range(2))
    assert one.requests.equals(two.requests)
    assert one.keys.equals(two.keys)
    assert ring.requests.equals(held[0]) and ring.accounts.equals(held[1])
