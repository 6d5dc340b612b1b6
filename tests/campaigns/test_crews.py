"""Accounts that begin together and work alike, among ordinary ones that begin at any time and work as they please."""

import numpy as np

from detector.campaigns.crews import as_busy, crews
from detector.settings import Campaigns
from tests.profiles.batches import tables

HOUR = 3_600_000_000
#: Monday, 2 March 2026, 00:00.
MONDAY = 1_772_409_600_000_000
POOL, PEOPLE = 30, 300


def world(begin=51, alike=True, top_logprobs=None):
    """Tables of people, and of a pool that begins within an hour and, if it is alike, sends single questions."""
    rng = np.random.default_rng(3)
    rows = []
    for i in range(POOL):
        rows += asked(
            f"a{i:03}", begin + rng.random(), 900 if alike else own_length(rng), 1 if alike else i % 4 + 1, rng
        )
    rows = [{**row, "top_logprobs": top_logprobs} for row in rows]
    for i in range(PEOPLE):
        rows += asked(f"p{i:03}", 160 * rng.random(), own_length(rng), i % 4 + 1, rng)
    return tables(rows)


def own_length(rng):
    return 150 * rng.lognormal(0, 0.9)


def asked(account, first, answer, turns, rng):
    """Twenty-four requests of an account, two hours apart, in sessions of so many."""
    return [
        request(
            account, MONDAY + int((first + 2 * j) * HOUR), answer * rng.lognormal(0, 0.4), f"{account} {j // turns}"
        )
        for j in range(24)
    ]


def request(account, at, tokens, session):
    return {
        "account_id": account,
        "at": at,
        "prompt": f"question {account} {at}",
        "output_tokens": int(tokens),
        "session_id": session,
    }


def found(made, label=None, tied=None):
    n = len(made.accounts)
    label = np.full(n, -1) if label is None else label
    none = np.zeros(n, bool)
    return crews(label, made, none if tied is None else tied, none, Campaigns())


def test_accounts_that_begin_in_one_hour_and_get_answers_of_one_length_are_a_group():
    label = found(world())
    assert (label[:POOL] == 0).all()
    assert (label[POOL:] >= 0).sum() <= 2


def test_accounts_that_work_as_all_others_do_are_none_though_they_begin_together():
    label = found(world(alike=False))
    assert (label >= 0).sum() == 0


def test_who_was_there_when_the_log_began_has_no_known_start():
    assert (found(world(begin=3)) >= 0).sum() == 0


def test_accounts_that_want_log_probabilities_of_as_many_prompts_are_a_group_whenever_they_began():
    label = found(world(begin=3, top_logprobs=20))
    assert (label[:POOL] == 0).sum() >= 0.8 * POOL
    assert (label[POOL:] >= 0).sum() == 0


def test_one_that_is_much_busier_than_its_crew_is_there_by_chance():
    crew, load = np.zeros(12, np.int64), np.append(np.full(11, 5.0), 8.0)
    assert as_busy(crew, load).tolist() == [0] * 11 + [-1]


def test_a_component_that_words_alone_hold_is_cut_by_its_starts_and_one_that_facts_of_its_owner_hold_is_not():
    made = world()
    label = np.where(np.arange(len(made.accounts)) < 2 * POOL, 0, -1)
    cut = found(made, label)
    assert len(set(cut[:POOL])) == 1
    assert set(cut[:POOL]).isdisjoint(cut[POOL : 2 * POOL])
    assert found(made, label, tied=label == 0).tolist() == label.tolist()


def test_a_component_of_words_nearly_all_of_which_begins_together_stays_whole():
    made = world()
    label = np.where(np.arange(len(made.accounts)) < POOL + 3, 0, -1)
    assert found(made, label).tolist() == label.tolist()
