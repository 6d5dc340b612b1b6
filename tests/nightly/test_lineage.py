"""Ids do not depend on the order of anything, and the state between nights is the same bytes."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import InputError
from detector.nightly import lineage_file
from detector.nightly.decisions import Decisions
from detector.nightly.lineage import Lineage
from detector.nightly.sequel import sequel
from detector.settings import Settings
from tests.nightly.nights import campaign, march, night, scanned, told

ACCOUNTS = "abcdefghijklmnop"
PARTITIONS = st.lists(st.sampled_from([0, 1, 2, 3, None]), min_size=len(ACCOUNTS), max_size=len(ACCOUNTS))


def campaigns_of(partition, day):
    groups = {}
    for account, group in zip(ACCOUNTS, partition, strict=True):
        groups.setdefault(group, []).append(account)
    groups.pop(None, None)
    cards = {account: ACCOUNTS.index(account) % 5 for account in ACCOUNTS}
    return [
        campaign(f"C-{day:02d}00000{n}", "".join(core), last=day, payment={a: cards[a] for a in core})
        for n, core in sorted(groups.items())
    ]


def shuffled(result, random):
    parts = {}
    for name in ("campaigns", "members", "accounts", "traces"):
        table = getattr(result, name)
        parts[name] = table.sample(frac=1, random_state=random.randrange(2**32)).reset_index(drop=True)
    return dataclasses.replace(result, **parts)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTITIONS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_ids_and_changes_do_not_depend_on_any_order(partitions, random):
    straight = mixed = None
    for day, partition in enumerate(partitions, start=10):
        result = scanned(day, *campaigns_of(partition, day))
        straight = sequel(straight, result, Decisions(), march(day), Settings())
        if mixed is not None:
            lines = list(mixed.lines.items())
            random.shuffle(lines)
            mixed = Lineage(mixed.day, dict(lines))
        other = sequel(mixed, shuffled(result, random), Decisions(), march(day), Settings())
        assert other.changes == straight.changes
        assert of_accounts(other) == of_accounts(straight)
        mixed = lineage_file.loaded(lineage_file.dumped(other.lineage))
        assert lineage_file.dumped(mixed) == lineage_file.dumped(straight.lineage)


def of_accounts(one):
    return dict(sorted(zip(one.result.members["account_id"], one.result.members["campaign_id"], strict=True)))


@settings(max_examples=60, deadline=None)
@given(PARTITIONS, PARTITIONS)
def test_no_two_campaigns_of_a_night_have_one_id(before, after):
    second = night(night(None, 10, *campaigns_of(before, 10)), 11, *campaigns_of(after, 11))
    names = second.result.campaigns["campaign_id"].tolist()
    assert len(set(names)) == len(names)


@settings(max_examples=30, deadline=None)
@given(PARTITIONS)
def test_a_night_that_is_the_same_changes_nothing(partition):
    first = night(None, 10, *campaigns_of(partition, 10))
    second = night(first, 11, *campaigns_of(partition, 10))
    assert told(second) == []
    assert of_accounts(second) == of_accounts(first)


def test_a_scan_is_not_changed_by_its_sequel():
    first = night(None, 10, campaign("C-00000001", "abc"))
    result = scanned(11, campaign("C-00000002", "abcd", last=11))
    sequel(first, result, Decisions(), march(11), Settings())
    assert result.campaigns["campaign_id"].tolist() == ["C-00000002"]
    assert "night" not in result.run


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format": 1, "day": "2026-03-01", "lines": [{}]}'])
def test_a_damaged_state_is_refused_in_a_sentence(damage):
    with pytest.raises(InputError, match="replay the night before"):
        lineage_file.loaded(damage)


def test_a_state_of_another_version_is_refused():
    data = json.loads(lineage_file.dumped(night(None, 10, campaign("C-00000001", "abc")).lineage))
    with pytest.raises(InputError, match="format 2, this version reads 1"):
        lineage_file.loaded(json.dumps(data | {"format": 2}).encode())
