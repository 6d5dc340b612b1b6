"""Pools of one operator that are joined again, on small logs."""

import numpy as np
import pandas as pd

from detector.campaigns.passages import passages
from detector.campaigns.reference import Reference
from detector.campaigns.rejoin import mannered, rejoin
from detector.settings import Campaigns
from tests.campaigns.writers import people, sent
from tests.profiles.batches import DAY_US, tables

SETTINGS = Campaigns()


def two_pools(frames="aa", settings=(7, 7), shared_cards=0, third=False, starts=(0, 0)):
    """Two (or three) pools of six accounts each, every one with a card of its own but for those that are shared."""
    rows, facts = [], []
    for pool in range(3 if third else 2):
        for i in range(6):
            name = f"{'abc'[pool]}{i}"
            rows += sent(name, frames[pool % 2], 12, at=starts[pool % 2], max_tokens=settings[pool % 2])
            card = f"card {i if i < shared_cards else name}"
            facts.append({"account_id": name, "payment_fingerprint": card})
    made = tables(rows + people(240), facts)
    n = 18 if third else 12
    label = np.where(np.arange(len(made.accounts)) < n, np.arange(len(made.accounts)) // 6, -1)
    return rejoin(label, Reference(made, np.flatnonzero(label < 0)), passages(made), SETTINGS)[:n]


def test_pools_that_share_cards_and_write_alike_are_one():
    assert len(set(two_pools(shared_cards=3))) == 1


def test_one_shared_card_joins_nothing():
    assert len(set(two_pools(shared_cards=1))) == 2


def test_pools_that_share_cards_and_neither_words_nor_settings_stay_two():
    assert len(set(two_pools(frames="ab", settings=(7, 8), shared_cards=3))) == 2


def test_firms_with_one_tool_and_nothing_else_in_common_stay_apart():
    assert len(set(two_pools())) == 2
    assert len(set(two_pools(third=True))) == 3


def test_a_pool_that_begins_where_another_alike_has_stopped_is_the_same_campaign():
    assert len(set(two_pools(starts=(2 * DAY_US, 2 * DAY_US + DAY_US // 2)))) == 2  # the log ends with it


def of_one_maker(frames, settings, n=6, ordinary=240):
    """Two pools whose accounts have their mailboxes from one maker, and nothing else of an owner's in common."""
    rows, facts = [], []
    for pool, (frame, limit) in enumerate(zip(frames, settings, strict=True)):
        for i in range(n):
            name = f"{'ab'[pool]}{i:02}"
            rows += sent(name, frame, 12, max_tokens=limit)
            facts.append({"account_id": name, "payment_fingerprint": f"card {name}", "email_domain": "maker.example"})
    made = tables(rows + people(ordinary), facts)
    label = np.where(np.arange(len(made.accounts)) < 2 * n, np.arange(len(made.accounts)) // n, -1)
    joined = rejoin(label, Reference(made, np.flatnonzero(label < 0)), passages(made), SETTINGS)[: 2 * n]
    return len(set(joined.tolist())) == 1


def test_pools_with_one_maker_of_mailboxes_one_frame_and_one_rare_setting_are_one():
    assert of_one_maker(("a", "a"), (7, 7))
    assert not of_one_maker(("a", "b"), (7, 7))
    assert not of_one_maker(("a", "a"), (7, 8))


def test_operators_whose_frames_have_one_sentence_in_common_stay_two():
    assert not of_one_maker(("a", "shared ending"), (7, 7))


def test_a_setting_of_a_campaign_is_rare_however_large_the_campaign():
    assert of_one_maker(("a", "a"), (7, 7), n=20, ordinary=60)


def test_components_with_the_same_few_clients_in_equal_parts_are_alike_and_those_that_mirror_everybody_are_not():
    rng = np.random.default_rng(3)
    everybody = rng.choice(20, 600)  # each client is one in twenty outside
    few, mirror = rng.choice(3, (2, 60)), rng.choice(20, (2, 60))
    client = np.concatenate([everybody, *few, *mirror])
    label = np.repeat([-1, 0, 1, 2, 3], [600, 60, 60, 60, 60])
    keys = pd.DataFrame(
        {"account": np.arange(len(client)), "kind": pd.Categorical(["client"] * len(client)), "key": client}
    )
    found = mannered(label, keys, np.array([60, 60, 60, 60]))
    assert found.tolist() == [[False, True, False, False], [True, False, False, False], [False] * 4, [False] * 4]
