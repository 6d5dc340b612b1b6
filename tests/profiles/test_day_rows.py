"""What is kept of the requests of a day, by hand."""

import numpy as np

from detector.profiles.day_rows import places_of, smallest, tally


def numbers(*values):
    return np.array(values, np.int64)


def test_each_account_keeps_its_smallest_requests_up_to_its_level():
    account, request = numbers(1, 0, 1, 1, 0), np.array([9, 5, 3, 7, 4], np.uint64)
    kept, copies, held = smallest(account, request, numbers(0, 1, 2, 3, 4), np.ones(5, np.int64), numbers(1, 2, 3))
    assert kept.tolist() == [4, 2, 3]
    assert copies.tolist() == [1, 1, 1]
    assert held.tolist() == [1, 2, 0]


def test_identical_requests_are_one_at_their_first_place_and_do_not_fill_the_level():
    account, request = np.zeros(4, np.int64), np.array([5, 6, 5, 5], np.uint64)
    kept, copies, held = smallest(account, request, numbers(3, 1, 2, 9), numbers(1, 1, 2, 1), numbers(2))
    assert (kept.tolist(), copies.tolist(), held.tolist()) == ([2, 1], [4, 1], [2])


def test_requests_of_ten_minutes_add_up_account_by_account():
    held, slot, requests = tally(numbers(2, 0, 2, 2), numbers(143, 5, 0, 143), numbers(1, 2, 3, 4), 4)
    assert held.tolist() == [1, 0, 2, 0]
    assert slot.tolist() == [5, 0, 143]
    assert requests.tolist() == [2, 3, 5]


def test_places_of_parts_stand_part_by_part():
    assert places_of(numbers(7, 0, 3), numbers(2, 0, 3)).tolist() == [7, 8, 3, 4, 5]
