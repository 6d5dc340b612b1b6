"""Strands that words alone make, on small logs."""

from dataclasses import replace

import numpy as np

from detector.campaigns.own_words import of_words, without_framed
from detector.campaigns.passages import Passages, passages
from tests.campaigns.writers import people, sent
from tests.profiles.batches import tables


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


def test_who_has_a_frame_is_none_of_accounts_that_have_words_of_their_tasks_in_common_only():
    # accounts 0-19 hold passage 0 in 4 of 20 requests; so do 20-22, who keep to passage 1
    tasks, rubric = held_by(range(23), requests=[4] * 23, sent=20), held_by(range(20, 23), requests=[20] * 23, sent=20)
    rubric = replace(rubric, number=rubric.number + 1)
    both = Passages(*(np.r_[getattr(tasks, name), getattr(rubric, name)] for name in vars(tasks)))
    label, tied = np.zeros(23, np.int64), np.zeros(23, bool)
    assert (without_framed(label, both, tied) == [0] * 20 + [-1] * 3).all()
    # what ties their owners is no matter of words, and a frame that many have is the group's
    assert (without_framed(label, both, ~tied) == 0).all()
    of_fewer = np.where(np.arange(23) < 10, -1, label)
    assert (without_framed(of_fewer, both, tied) == of_fewer).all()


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
