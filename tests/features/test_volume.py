import numpy as np
import pytest

from detector.features import volume

from .conftest import by_name, tables_of


def test_requests_per_active_day_counts_only_days_with_a_request():
    tables = tables_of({"person": ["09:00", "10:00", "4 09:00"]}, days=9)
    assert by_name(volume.requests_per_active_day, tables)["person"] == 1.5


def test_busiest_day_requests_is_the_largest_day():
    tables = tables_of({"person": ["09:00", "10:00", "4 09:00"]})
    assert by_name(volume.busiest_day_requests, tables)["person"] == 2


def test_active_day_share_starts_with_the_first_request():
    tables = tables_of({"person": ["2 09:00", "3 09:00", "5 09:00"]}, days=5)
    assert by_name(volume.active_day_share, tables)["person"] == 3 / 4


def test_active_day_share_is_undefined_below_three_days():
    tables = tables_of({"late": ["4 09:00"]}, days=5)
    assert np.isnan(by_name(volume.active_day_share, tables)["late"])


def test_tokens_per_day_are_sums_over_active_days():
    row = {"input_tokens": 100, "output_tokens": 30}
    tables = tables_of({"person": [{"at": "09:00", **row}, {"at": "3 09:00", **row}] * 2})
    assert by_name(volume.input_tokens_per_day, tables)["person"] == 400 / 2
    assert by_name(volume.output_tokens_per_day, tables)["person"] == 120 / 2


def test_tokens_per_day_are_undefined_where_tokens_are_not_known():
    tables = tables_of({"person": ["09:00"]})
    assert np.isnan(by_name(volume.input_tokens_per_day, tables)["person"])
    assert np.isnan(by_name(volume.output_tokens_per_day, tables)["person"])


def test_volume_against_plan_is_the_doublings_above_the_median():
    log = {f"small-{i:02}": ["09:00"] for i in range(10)}
    log["heavy"] = ["09:00", "10:00", "11:00", "12:00"]
    tables = tables_of(log, {name: {"plan": "payg"} for name in log})
    values = by_name(volume.volume_against_plan, tables)
    assert (values["heavy"], values["small-00"]) == (2, 0)


def test_volume_against_plan_is_undefined_with_few_peers():
    tables = tables_of({"lone": ["09:00"]}, {"lone": {"plan": "enterprise"}})
    assert np.isnan(by_name(volume.volume_against_plan, tables)["lone"])


def test_ramp_days_end_when_a_day_reaches_four_fifths_of_the_plateau():
    growing = ["09:00", "2 09:00", *["3 09:00"] * 8, *["4 09:00"] * 10]  # plateau 10, reached by 8
    at_once = ["09:00", "2 09:00", "3 09:00"]
    born = {"created_at": "1 00:00"}
    tables = tables_of({"growing": growing, "at once": at_once}, {"growing": born, "at once": born})
    values = by_name(volume.ramp_days, tables)
    assert (values["growing"], values["at once"]) == (2, 0)


def test_ramp_days_are_undefined_for_accounts_older_than_the_window():
    log = {"old": ["09:00", "2 09:00", "3 09:00"]}
    tables = tables_of(log, {"old": {"created_at": "-9 00:00"}})
    assert np.isnan(by_name(volume.ramp_days, tables)["old"])


def test_busiest_ten_minutes_are_those_of_the_clock():
    tables = tables_of({"person": ["09:00", "09:09", "09:10"]})
    assert by_name(volume.busiest_ten_minutes, tables)["person"] == 2


def test_throttled_share_leaves_out_requests_without_a_status():
    row = [{"at": "09:00", "status_code": code} for code in (200, 429, 429, 500)]
    tables = tables_of({"person": [*row, "10:00"]})
    assert by_name(volume.throttled_share, tables)["person"] == 2 / 4


def test_cached_token_share_is_of_all_tokens_read():
    rows = [
        {"at": "09:00", "input_tokens": 100, "cached_input_tokens": 0},
        {"at": "09:01", "input_tokens": 300, "cached_input_tokens": 100},
    ]
    assert by_name(volume.cached_token_share, tables_of({"person": rows}))["person"] == 0.25


@pytest.mark.parametrize("feature", [volume.throttled_share, volume.cached_token_share])
def test_shares_are_undefined_where_nothing_is_known(feature):
    assert np.isnan(by_name(feature, tables_of({"person": ["09:00"]}))["person"])
