"""Components that are cut by their words, and who joins them, on small logs."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from detector.campaigns.passages import passages, strongest_strand
from detector.campaigns.recruits import recruit
from detector.campaigns.strands import loosen, unravel
from detector.settings import Campaigns
from tests.campaigns.writers import SUBJECTS, people, sent
from tests.profiles.batches import tables

SETTINGS = Campaigns()
NOTHING = pd.DataFrame({"composite": np.zeros(0, np.int64), "account": np.zeros(0, np.int64)})


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
