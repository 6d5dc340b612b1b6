import pandas as pd
import pytest

from detector.report import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (float("nan"), "–"), (0, "0"), (12345.0, "12,345"), (pd.NA, "–")],
)
def test_counts_have_separators_and_unknown_is_a_dash(value, shown):
    assert numbers.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(412, "412"), (0.8312, "0.831"), (1.2e-7, "1.2e-07"), (1e12, "1e+12"), (float("inf"), "∞")],
)
def test_quantities_have_three_digits(value, shown):
    assert numbers.quantity(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "100 %"), (0.9999, "> 99.9 %"), (0.0, "0 %"), (1e-6, "< 0.1 %"), (0.4123, "41.2 %")],
)
def test_shares_round_to_all_or_none_only_when_they_are(value, shown):
    assert numbers.share(value) == shown


def test_a_probability_of_zero_is_below_the_smallest_number():
    assert numbers.probability(0.0) == "< 1e-300"


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(24 * 7, "7 days"), (3.5, "3.5 hours"), (1 / 3, "20 minutes"), (0.01, "36 seconds")],
)
def test_spans_use_the_largest_unit_that_fits(hours, shown):
    start = pd.Timestamp("2025-06-23", tz="UTC")
    assert numbers.span(start, start + pd.Timedelta(hours=hours)) == shown


def test_moments_are_utc_whatever_they_came_as():
    assert numbers.moment("2025-06-23T02:30:00+02:00") == "2025-06-23 00:30"
    assert numbers.moment(pd.Timestamp("2025-06-23 00:30")) == "2025-06-23 00:30"
    assert numbers.moment(None) == numbers.moment(pd.NaT) == "–"
