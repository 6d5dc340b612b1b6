import numpy as np
import pytest
from scipy.stats import binom

from detector.features import creation

from .conftest import by_name, tables_of

STEADY = [f"{day} {hour}:00" for day in range(-9, 12) for hour in range(24)]  # three weeks


def test_signup_surprise_compares_with_the_hours_and_days_around():
    ring = {f"ring-{i:02}": {"created_at": "1 12:30"} for i in range(20)}
    tables = tables_of({name: ["13:00"] for name in ring}, ring, signups=STEADY)
    # Within an hour: 19 others of the ring and the sign-ups at 12:00 and 13:00. Within twelve
    # hours 19 + 24, of which a twelfth is expected so close; within three days 19 + 144.
    expected = min(-np.log10(binom.sf(20, 43, 1 / 12)), -np.log10(binom.sf(20, 163, 1 / 72)))
    assert by_name(creation.signup_surprise, tables).to_numpy() == pytest.approx(expected)


def test_signup_surprise_is_small_on_a_launch_day():
    launch = [f"1 {hour}:{minute:02}" for hour in range(24) for minute in range(0, 60, 3)]
    log = {"visitor": ["13:00"]}
    tables = tables_of(log, {"visitor": {"created_at": "1 12:30"}}, signups=STEADY + launch)
    assert by_name(creation.signup_surprise, tables)["visitor"] < 1


def test_signup_surprise_counts_a_verified_organisation_once():
    seat = {"created_at": "1 12:30", "organization_id": "o", "organization_verified": True}
    seats = {f"seat-{i:02}": seat for i in range(20)}
    seats["bystander"] = {"created_at": "1 12:30"}
    tables = tables_of({name: ["13:00"] for name in seats}, seats, signups=STEADY)
    assert by_name(creation.signup_surprise, tables).max() < 1


def test_signup_surprise_is_undefined_where_only_dates_are_known():
    dates = [f"{day} 00:00" for day in range(-9, 2)]
    log = {"person": ["13:00"]}
    tables = tables_of(log, {"person": {"created_at": "1 00:00"}}, signups=dates)
    assert np.isnan(by_name(creation.signup_surprise, tables)["person"])


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (creation.mailbox_shape_surprise, "email_pattern"),
        (creation.mailbox_domain_surprise, "email_domain"),
    ],
)
def test_mailboxes_alike_are_measured_against_their_share_elsewhere(feature, column):
    accounts = {f"ring-{i}": {"created_at": f"1 09:0{i}", column: "ring"} for i in range(3)}
    accounts |= {f"near-{i}": {"created_at": f"1 10:0{i}", column: f"own {i}"} for i in range(2)}
    accounts |= {f"far-{i}": {"created_at": f"-5 10:0{i}", column: f"far {i}"} for i in range(5)}
    accounts["unknown"] = {"created_at": "1 09:00"}
    values = by_name(feature, tables_of({name: ["12:00"] for name in accounts}, accounts))
    # Of four others within twelve hours two are alike, of five elsewhere none: (0 + 1) / (5 + 2)
    assert values["ring-0"] == pytest.approx(-np.log10(binom.sf(1, 4, 1 / 7)))
    assert values["near-0"] == 0
    assert np.isnan(values["unknown"])


def test_hours_to_first_query():
    log = {"new": ["12:00", "13:00"], "old": ["12:00"]}
    born = {"new": {"created_at": "1 09:00"}, "old": {"created_at": "-3 09:00"}}
    values = by_name(creation.hours_to_first_query, tables_of(log, born))
    assert values["new"] == 3
    assert np.isnan(values["old"])


def test_account_age_is_that_at_the_end_of_the_window():
    tables = tables_of({"a": ["12:00"]}, {"a": {"created_at": "-1 00:00"}}, days=3)
    assert by_name(creation.account_age_days, tables)["a"] == 5


def test_first_day_requests_are_those_of_the_first_active_day():
    log = {"new": ["2 09:00", "2 10:00", "3 09:00"], "old": ["09:00"]}
    born = {"new": {"created_at": "1 09:00"}, "old": {"created_at": "-3 09:00"}}
    values = by_name(creation.first_day_requests, tables_of(log, born))
    assert values["new"] == 2
    assert np.isnan(values["old"])
