"""Groups by their words, and pools that are joined again, on small logs."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from detector.campaigns.passages import Passages, passages, strongest_strand
from detector.campaigns.reference import Reference
from detector.campaigns.rejoin import mannered, rejoin
from detector.campaigns.strands import loosen, of_words, recruit, unravel
from detector.settings import Campaigns
from tests.profiles.batches import DAY_US, tables

SETTINGS = Campaigns()
NOTHING = pd.DataFrame({"composite": np.zeros(0, np.int64), "account": np.zeros(0, np.int64)})
FRAMES = {
    "a": "Set down at length everything that leads you to the result of this exercise",
    "b": "Kindly weigh the merits of the following reply and say where it falls short of",
    "shared ending": "Set down at length everything that leads you to the result and then name three wild birds of the "
    "northern coast in order of their size and say which of them you would rather keep in a small garden pond",
    "c": "Draw up a table of all the goods named below with their prices and their makers",
}
SUBJECTS = "apple river stone music engine garden winter paper silver market copper window island bridge".split()


def sent(account, frame, n, at=0, **row):
    rng = np.random.default_rng(sum(map(ord, account)))
    start = FRAMES.get(frame, "")
    prompts = [f"{start} {' '.join(rng.choice(SUBJECTS, 6))} {rng.integers(1e9)}" for _ in range(n)]
    return [{"account_id": account, "at": at + i * 60_000_000, "prompt": text, **row} for i, text in enumerate(prompts)]


def people(n):
    words = "abcdefghijklmnopqrstuvwxyz"
    own = [" ".join(words[(i * 7 + j) % 26] * (2 + (i + j) % 5) for j in range(14)) for i in range(n)]
    return [{"account_id": f"p{i:03}", "at": j, "prompt": f"{own[i]} {j}"} for i in range(n) for j in range(4)]


def test_passages_that_two_of_three_hold_are_one_strand_and_a_bridge_joins_none():
    # passages 0 and 1 are held by accounts 0-9, passage 2 by 10-19; account 0 holds all three
    held = np.zeros((21, 3), int)
    held[:10, :2] = 1
    held[10:20, 2] = 1
    held[0, 2] = 1
    strand = strongest_strand(csr_matrix(held))
    assert len(set(strand[1:10])) == 1
    assert len(set(strand[10:20])) == 1
    assert strand[1] != strand[10]
    assert strand[20] == -1


def test_a_component_of_two_frames_falls_into_two_strands_and_what_is_left():
    rows = [row for i in range(8) for row in sent(f"a{i}", "a", 12)]
    rows += [row for i in range(8) for row in sent(f"b{i}", "b", 12)]
    made = tables(rows + people(40))
    label = np.where(np.arange(len(made.accounts)) < 16, 0, -1)
    parts = unravel(label, passages(made), NOTHING, SETTINGS)
    assert len(set(parts[:8])) == 1
    assert len(set(parts[8:16])) == 1
    assert parts[0] != parts[8]
    assert (parts[16:] == -1).all()


def test_a_component_of_one_frame_stays_whole():
    made = tables([row for i in range(12) for row in sent(f"a{i:02}", "a", 12)] + people(40))
    label = np.where(np.arange(len(made.accounts)) < 12, 0, -1)
    assert (unravel(label, passages(made), NOTHING, SETTINGS)[:12] == 0).all()


def test_words_alone_connect_ten_accounts_and_not_nine():
    for n in (9, 12):
        made = tables([row for i in range(n) for row in sent(f"a{i:02}", "a", 12)] + people(40))
        label = of_words(np.full(len(made.accounts), -1), passages(made))
        assert (label[:n] >= 0).all() == (n >= 10)
        assert (label[n:] == -1).all()


def held_by(*holders, requests, sent):
    """Who holds each passage, in as many of its `sent` requests as are given for each account."""
    account, number = np.array([(who, passage) for passage, of in enumerate(holders) for who in of]).T
    forming = np.full(len(account), sent)
    degree = np.bincount(number)[number]
    return Passages(account, number, number.astype(np.uint64), np.array(requests)[account], forming, degree)


def test_a_sentence_that_strangers_use_as_well_does_not_link_two_circles():
    # accounts 0-39 hold passages 0 and 1, 40-51 hold 2 and 3; passage 4 all of the first, nine of the others and 52-81
    holders = [range(40), range(40), range(40, 52), range(40, 52), [*range(49), *range(52, 82)]]
    held = held_by(*holders, requests=[12] * 52 + [2] * 30, sent=12)  # strangers use it now and then
    label = of_words(np.full(300, -1), held)
    assert (label[:40] == 0).all()
    assert (label[40:52] == 1).all()
    assert (label[52:] == -1).all()


def test_who_came_upon_the_words_of_a_strand_once_is_none_of_it():
    # accounts 0-19 hold passages 0 and 1 in 15 of 20 requests, 20 and 21 in 2 and 4
    held = held_by(range(22), range(22), requests=[15] * 20 + [2, 4], sent=20)
    label = of_words(np.full(300, -1), held)
    assert (label[:20] == 0).all()
    assert label[20] == -1
    assert label[21] == 0


def test_accounts_that_keep_to_one_system_prompt_are_a_strand_but_not_with_those_who_have_a_frame():
    # accounts 0-11 hold passages 0 and 1 and, like 12-41, passage 2; 42-53 keep to passage 3, 54-65 use it seldom
    holders = [range(12), range(12), range(42), range(42, 66)]
    held = held_by(*holders, requests=[20] * 54 + [4] * 12, sent=20)
    label = of_words(np.full(300, -1), held)
    assert (label[:12] == 0).all()
    assert (label[12:42] == 1).all()
    assert (label[42:] == -1).all()


def test_accounts_of_no_component_that_write_as_one_does_are_a_strand_of_their_own():
    made = tables([row for i in range(30) for row in sent(f"a{i:02}", "a", 12)] + people(80))
    label = np.where(np.arange(len(made.accounts)) < 18, 0, -1)
    parts = of_words(label, passages(made))
    assert (parts[:18] == 0).all()
    assert (parts[18:30] == 1).all()
    assert (parts[30:] == -1).all()


def test_words_that_everybody_is_made_to_use_connect_nobody():
    made = tables([row for i in range(30) for row in sent(f"a{i:02}", "a", 12)] + people(10))
    assert (of_words(np.full(len(made.accounts), -1), passages(made)) == -1).all()


@pytest.mark.parametrize("tied", [False, True])
def test_operators_who_share_a_data_set_and_nothing_else_are_told_apart_by_frames_and_one_with_a_card_stays_whole(tied):
    # all 24 send tasks of one set now and then, a third of what they send; 12 in one frame, 12 in another
    rng = np.random.default_rng(4)
    tasks = ["take the " + " ".join(rng.permutation(SUBJECTS)) for _ in range(30)]
    rows = []
    for i in range(24):
        own = sent(f"{'ab'[i // 12]}{i:02}", "ab"[i // 12], 24)
        rows += [{**row, "prompt": tasks[rng.integers(30)]} if j % 3 == 0 else row for j, row in enumerate(own)]
    made = tables(rows + people(40))
    label = np.where(np.arange(len(made.accounts)) < 24, 0, -1)
    parts = loosen(label, passages(made), np.full(len(label), tied), SETTINGS)
    assert len(set(parts[:12])) == len(set(parts[12:24])) == 1
    assert (parts[0] == parts[12]) == tied
    assert (parts[24:] == -1).all()


@pytest.mark.parametrize(("composite", "verified"), [(True, False), (False, False), (True, True)])
def test_a_stranger_who_writes_alike_joins_only_with_a_composite_and_as_nobody_elses_staff(composite, verified):
    made = tables([row for i in range(10) for row in sent(f"a{i}", "a", 12)] + people(40))
    label = np.where(np.arange(len(made.accounts)) < 9, 0, -1)
    holders = pd.DataFrame({"composite": [0, 0], "account": [0, 9 if composite else 12]})
    alone = np.full(len(label), True)
    alone[9] = not verified
    joined = recruit(label, passages(made), holders, alone)
    assert joined[9] == (0 if composite and not verified else -1)


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
