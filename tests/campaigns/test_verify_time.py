"""Tests of what a group does in time, on data whose answer is computed beside it."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from detector.campaigns.cohort import Cohort
from detector.campaigns.reference import Reference
from detector.campaigns.verify.bursts import densest, without
from detector.campaigns.verify.lockstep import lockstep
from detector.campaigns.verify.pivot import adopters, pivot
from detector.campaigns.verify.synchrony import correlations, mean_correlation, other_days, residuals, synchrony
from detector.campaigns.verify.takeover import changed_hands, takeover
from tests.profiles.batches import DAY_US, FIRST_DAY, tables

HOUR = 3_600_000_000


def cohort(made, members):
    inside = np.array(sorted(members))
    outside = np.setdiff1d(np.arange(len(made.accounts)), inside)
    return Cohort(inside, np.ones(len(inside), bool), Reference(made, outside))


def named(found):
    return {evidence.name: evidence for evidence in found}


def test_a_burst_of_three_in_an_hour_worked_by_hand():
    # of 9 others none falls into the hour: share (0 + 1) / (9 + 1); two of the two other members do, by a binomial;
    # three starts and two widths were tried
    moments = np.array([10, 11, 12]) * HOUR // 60
    others = np.arange(1, 10) * 100 * HOUR
    found = densest(moments, others, (1, 6))
    assert (found.n, found.hours) == (3, 1)
    assert found.expected == pytest.approx(0.3)
    assert found.p == pytest.approx(0.1**2 * 3 * 2)


def test_moments_of_the_others_leave_each_member_out_once():
    assert without(np.array([1, 2, 2, 3]), np.array([2, 3])).tolist() == [1, 2]


def test_two_accounts_that_are_busy_in_the_same_hour_correlate_fully_and_in_opposite_ones_inversely():
    same = np.array([[1.0, -1.0, 1.0, -1.0]] * 2)
    assert mean_correlation(same) == pytest.approx(1.0)
    assert mean_correlation(same * [[1], [-1]]) == pytest.approx(-1.0)


def test_an_account_that_follows_the_platform_has_nothing_left():
    platform = np.arange(48.0).reshape(2, 24)
    counts = 10 * platform[None]
    assert np.abs(residuals(counts, platform / platform.sum())).max() < 1e-3


def activity(joint):
    """Ten accounts of a ring and forty people over eight days; the ring is busy for two hours of each of its days."""
    rng = np.random.default_rng(1)
    rows = []
    busy = rng.integers(0, 24, 8)
    for i in range(50):
        for day in range(8):
            hour = busy[day] if joint and i < 10 else rng.integers(0, 24)
            rows += [{"account_id": f"a{i:02}", "at": day * DAY_US + int(hour) * HOUR + j} for j in range(5)]
    return tables(rows)


def test_members_busy_in_the_same_hours_are_in_synchrony():
    (found,) = synchrony(cohort(activity(joint=True), range(10)))
    assert found.observed > 0.9
    assert found.weight == pytest.approx(3.0)


def test_accounts_with_hours_of_their_own_are_not_in_synchrony():
    assert synchrony(cohort(activity(joint=False), range(10))) == []


def test_a_habit_of_the_clock_is_not_synchrony():
    rows = [
        {"account_id": f"a{i:02}", "at": day * DAY_US + (9 if i < 10 else i % 24) * HOUR + j}
        for i in range(50)
        for day in range(8)
        for j in range(5)
    ]
    assert synchrony(cohort(tables(rows), range(10))) == []


def test_adopters_sent_three_in_ten_of_the_day_to_the_new_model_and_were_there_before():
    day = np.array([-1, 0, 0, -1, 0, 0, 0, 0]) * HOUR + HOUR
    account = np.array([1, 1, 1, 2, 2, 2, 2, 3])
    used = np.array([5, 9, 5, 5, 5, 5, 5, 9])
    # 1 moved half of its requests, 2 none; 3 is new itself
    movers, active = adopters(account, day, used, 9, HOUR)
    assert movers.tolist() == [1]
    assert active == 2


def launch(ring_moves_after, others_move):
    rows = []
    for i in range(100):
        for day in range(10):
            moved = day >= 5 and (day - 5 >= ring_moves_after if i < 8 else i < 8 + others_move)
            model = "atlas-2" if moved else "atlas-1"
            rows += [{"account_id": f"a{i:03}", "at": day * DAY_US + i * 60 + j, "model": model} for j in range(3)]
    return tables(rows)


def test_a_group_that_moves_to_a_new_model_within_a_day_is_compared_with_everybody_else():
    (found,) = pivot(cohort(launch(0, 10), range(8)))
    rate = (10 + 1) / (92 + 1)
    assert (found.observed, found.expected) == (8.0, pytest.approx(8 * rate))
    assert found.p == pytest.approx(rate**8)
    assert found.weight == pytest.approx(2.0)


def test_a_group_that_moves_days_later_or_with_everybody_gives_no_evidence():
    assert pivot(cohort(launch(3, 10), range(8))) == []
    assert pivot(cohort(launch(0, 85), range(8))) == []


def pools():
    """Six accounts until day 4, refused at last; six others from three hours later; sixty people who come and go."""
    rows = []
    for i in range(6):
        rows += [{"account_id": f"a{i}", "at": day * DAY_US + i, "status_code": 200} for day in range(4)]
        rows += [{"account_id": f"a{i}", "at": 3 * DAY_US + HOUR + i, "status_code": 403}]
        rows += [{"account_id": f"b{i}", "at": 3 * DAY_US + 4 * HOUR + i + day * DAY_US} for day in range(6)]
    for i in range(60):
        start = i % 8
        rows += [{"account_id": f"p{i:02}", "at": day * DAY_US + i * HOUR // 3} for day in range(start, start + 3)]
    return tables(rows)


def test_a_pool_that_takes_over_within_hours_of_refusals_is_a_handover():
    found = named(lockstep(cohort(pools(), range(12))))
    assert found["joint stop"].observed == 6
    assert found["joint start"].observed == 6
    assert found["handover"].observed == 6
    assert "6 of those that stopped had requests refused" in found["handover"].statement


def test_people_who_come_and_go_are_not_in_lockstep():
    assert lockstep(cohort(pools(), range(20, 40))) == []


def closed_on_friday(days):
    """A log from a Monday on: ten people of an office that closes on Friday for good, forty others who come and go."""
    monday = (4 - FIRST_DAY % 7) % 7
    rows = []
    for i in range(50):
        own = range(5) if i < 10 else range(i % 3, max(i % 3 + 1, days - i % 6))
        rows += [{"account_id": f"a{i:02}", "at": (monday + day) * DAY_US + (9 + i % 8) * HOUR} for day in own]
    return tables(rows)


@pytest.mark.parametrize(
    ("days", "found"), [(6, []), (7, []), (9, ["joint stop"])], ids=["Saturday", "Sunday", "Tuesday"]
)
def test_an_office_that_closes_on_friday_stops_for_good_only_if_it_stays_closed_on_monday(days, found):
    assert list(named(lockstep(cohort(closed_on_friday(days), range(10))))) == found


def hands(n_changed):
    rows = []
    for i in range(60):
        for day in range(8):
            new = i < n_changed and day >= 4
            row = {
                "user_agent": f"kit/{9 if new else i % 3}",
                "client_ip": f"10.{99 if new else i}.0.1",
                "max_tokens": 9,
            }
            rows += [{"account_id": f"a{i:02}", "at": day * DAY_US + j, **row} for j in range(2)]
    return tables(rows)


def test_an_account_changed_hands_when_client_and_network_are_new_from_one_day_on():
    made = hands(3)
    changed, able = changed_hands(made.requests)
    assert changed.tolist() == [0, 1, 2]
    assert able == 60


def test_members_that_changed_hands_are_compared_with_all_others():
    (found,) = takeover(cohort(hands(8), range(10)))
    rate = 1 / 51
    assert (found.observed, found.expected) == (8.0, pytest.approx(rate * 10))
    assert found.p == pytest.approx(float(binom.sf(7, 10, rate)))
    assert takeover(cohort(hands(2), range(10))) == []


def test_a_new_client_alone_is_an_update_and_no_takeover():
    rows = pd.DataFrame(
        {
            "account": [1] * 12,
            "timestamp": np.repeat([0, DAY_US], 6),
            "client": np.repeat(np.array([1, 2], np.uint64), 6),
            "subnet": np.array([3] * 12, np.uint64),
            "settings": np.array([4] * 12, np.uint64),
        }
    )
    assert len(changed_hands(rows)[0]) == 0


def test_correlations_of_days_in_another_order_are_those_of_the_residuals_formed_one_by_one():
    rng = np.random.default_rng(5)
    counts = rng.poisson(3.0, (12, 9, 24)) * 1.0
    platform = rng.random((9, 24))
    platform /= platform.sum()
    order = other_days(np.arange(9) % 7 < 2, 12, rng)[:6]
    found = correlations(counts, platform, order)
    one_by_one = [
        mean_correlation(residuals(np.take_along_axis(counts, days[:, :, None], axis=1), platform)) for days in order
    ]
    assert found == pytest.approx(one_by_one)


def test_days_change_places_within_weekdays_and_within_weekends_only():
    weekend = np.array([True, False, False, True, False])
    order = other_days(weekend, 3, np.random.default_rng(1)).reshape(-1, 5)
    assert np.array_equal(np.sort(order, axis=1), np.tile(np.arange(5), (len(order), 1)))
    assert (weekend[order] == weekend).all()
