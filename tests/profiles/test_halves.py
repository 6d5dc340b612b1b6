"""Halves of requests: what finds groups, and what verifies them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.profiles.halves import halves
from detector.profiles.senders import sent_again


def of(prompt, account):
    prompt, account = np.array(prompt, np.uint64), np.array(account, np.int64)
    return halves(prompt, np.arange(len(prompt), dtype=np.uint64) * np.uint64(7919), account)


def test_a_prompt_falls_into_one_half_for_all_who_send_it_once():
    prompt = np.repeat(np.arange(1, 41, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15), 12)
    found = of(prompt, np.tile(np.arange(12), 40))
    by_prompt = found.reshape(40, 12)
    assert (by_prompt == by_prompt[:, :1]).all()
    assert 5 < by_prompt[:, 0].sum() < 35


def test_a_text_that_many_send_again_and_again_falls_into_both_halves_for_each_of_them():
    found = of(np.full(240, 77, np.uint64), np.repeat(np.arange(12), 20)).reshape(12, 20)
    assert (found.min(axis=1) == 0).all()
    assert (found.max(axis=1) == 1).all()


def test_a_text_of_nine_accounts_or_sent_twice_by_each_stays_in_one_half():
    assert len(set(of([77] * 27, np.repeat(np.arange(9), 3)))) == 1
    assert len(set(of([77] * 24, np.repeat(np.arange(12), 2)))) == 1


def test_requests_without_a_prompt_are_halved_by_themselves():
    assert set(of([0] * 64, np.repeat(np.arange(16), 4))) == {0, 1}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11)), min_size=1, max_size=120), st.randoms())
def test_the_order_of_requests_changes_no_half(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    prompt, account = (np.array(column, np.uint64) for column in zip(*rows, strict=True))
    request = np.arange(len(rows), dtype=np.uint64) * np.uint64(7919)
    straight = halves(prompt, request, account.astype(np.int64))
    mixed = halves(prompt[order], request[order], account[order].astype(np.int64))
    assert straight[order].tolist() == mixed.tolist()


def test_sent_again_counts_requests_by_sender():
    prompt = np.array([5, 5, 5, 5, 6, 6, 0, 0], np.uint64)
    account = np.array([1, 1, 2, 2, 1, 2, 3, 3])
    assert sent_again(prompt, account, 2.0).tolist() == [True] * 4 + [False] * 4
    assert not sent_again(prompt, account, 2.0, least_senders=3).any()
