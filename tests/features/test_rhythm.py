from dataclasses import replace

import numpy as np
import pytest

from detector.features import rhythm

from .conftest import by_name, tables_of


def test_gap_variation_of_two_known_gaps():
    tables = tables_of({"person": ["09:00", "09:10", "09:40"]})  # 10 and 30 min: mean 20, std 10
    assert by_name(rhythm.gap_variation, tables)["person"] == pytest.approx(0.5)


def test_gap_variation_of_a_metronome_is_zero():
    tables = tables_of({"script": [f"{hour}:00" for hour in range(9, 18)]})
    assert by_name(rhythm.gap_variation, tables)["script"] == 0


def test_gap_variation_is_undefined_below_three_requests():
    tables = tables_of({"pair": ["09:00", "09:10"]})
    assert np.isnan(by_name(rhythm.gap_variation, tables)["pair"])


def test_gap_variation_is_undefined_where_the_sample_lacks_requests():
    tables = tables_of({"busy": ["09:00", "09:10", "09:40", "09:50"]})
    thinned = replace(tables, requests=tables.requests.iloc[:3])
    assert np.isnan(by_name(rhythm.gap_variation, thinned)["busy"])


def test_gap_memory_of_alternating_gaps_is_minus_one():
    minutes = np.cumsum([0] + [1, 3] * 11)
    tables = tables_of({"account": [f"09:{minute:02}" for minute in minutes]})
    assert by_name(rhythm.gap_memory, tables)["account"] == pytest.approx(-1)


def test_gap_memory_of_short_gaps_then_long_ones_is_positive():
    minutes = np.cumsum([0] + [1] * 12 + [9] * 12)
    times = [f"{9 + minute // 60}:{minute % 60:02}" for minute in minutes]
    value = by_name(rhythm.gap_memory, tables_of({"person": times}))["person"]
    # 23 pairs: 11 short-short, 1 short-long, 11 long-long; φ of that table
    assert value == pytest.approx((11 * 11 - 0 * 1) / np.sqrt(12 * 11 * 11 * 12))


def test_gap_memory_needs_twenty_gaps():
    tables = tables_of({"person": [f"09:{minute:02}" for minute in range(20)]})
    assert np.isnan(by_name(rhythm.gap_memory, tables)["person"])


def test_daily_pause_is_the_longest_empty_part_of_the_clock():
    office = [f"{hour:02}:{ten}0" for hour in range(8, 20) for ten in range(6)]
    tables = tables_of({"office": office, "rare": ["09:00"]})
    values = by_name(rhythm.daily_pause_hours, tables)
    assert values["office"] == 12
    assert np.isnan(values["rare"])


def test_hour_entropy_of_four_equal_hours_is_two_bits():
    times = [f"{hour}:{ten}0" for hour in (9, 10, 14, 15) for ten in range(6)]
    assert by_name(rhythm.hour_entropy, tables_of({"a": times}))["a"] == pytest.approx(2)


def test_hour_entropy_counts_a_burst_once():
    times = [f"{hour}:{ten}0" for hour in (9, 10, 14, 15) for ten in range(6)]
    tables = tables_of({"a": [*times, *["09:01"] * 50]})
    assert by_name(rhythm.hour_entropy, tables)["a"] == pytest.approx(2)


def test_daily_rhythm_is_one_at_one_hour_and_about_zero_at_opposite_hours():
    one = [f"{day} 09:{ten}0" for day in range(1, 5) for ten in range(6)]
    opposite = [f"{day} {hour}:{ten}0" for day in (1, 2) for hour in (3, 15) for ten in range(6)]
    values = by_name(rhythm.daily_rhythm, tables_of({"one": one, "opposite": opposite}))
    assert values["one"] == pytest.approx(1)
    assert values["opposite"] == pytest.approx(-24 / (24 * 23))


def test_slot_dispersion_of_ones_and_threes():
    times = [f"{hour}:00" for hour in range(5, 15)] + [f"{hour}:01" for hour in range(5, 10)] * 2
    # ten spans, five of 1 and five of 3: mean 2, variance 1
    tables = tables_of({"person": times, "rare": ["09:00"] * 9})
    values = by_name(rhythm.slot_dispersion, tables)
    assert values["person"] == pytest.approx(1 / 2)
    assert np.isnan(values["rare"])


def test_pacing_compares_with_requests_at_random_times():
    spaced = [f"{hour}:00" for hour in range(5, 15)]
    tables = tables_of({"spaced": spaced, "burst": ["09:00"] * 10})
    random = 144 * (1 - (143 / 144) ** 10)
    values = by_name(rhythm.pacing, tables)
    assert values["spaced"] == pytest.approx(10 / random)
    assert values["burst"] == pytest.approx(1 / random)


def test_longest_unbroken_hours_go_on_past_midnight():
    tables = tables_of({"night": ["22:30", "23:10", "2 00:20", "2 00:50", "2 05:00"]})
    assert by_name(rhythm.longest_unbroken_hours, tables)["night"] == 3


def test_longest_unbroken_hours_do_not_run_into_another_account():
    tables = tables_of({"a": ["3 23:00"], "b": ["00:00", "01:00"]})
    assert by_name(rhythm.longest_unbroken_hours, tables).tolist() == [1, 2]


def test_weekend_share_is_half_when_all_days_are_alike():
    log = {
        "machine": [f"{day} 09:00" for day in range(1, 8)],
        "office": [f"{day} 09:00" for day in range(1, 6)],
        "late": ["4 09:00", "7 09:00"],
    }
    values = by_name(rhythm.weekend_share, tables_of(log, days=7))
    assert (values["machine"], values["office"]) == (0.5, 0)
    assert np.isnan(values["late"])


def test_daily_load_variation_takes_off_what_chance_gives():
    log = {"person": ["09:00", "2 09:00", *["3 09:00"] * 5, *["4 09:00"] * 5]}
    # mean 3, variance 16/3
    value = by_name(rhythm.daily_load_variation, tables_of(log))["person"]
    assert value == pytest.approx((16 / 3 - 3) / 9)


def test_daily_load_variation_counts_idle_days():
    value = by_name(rhythm.daily_load_variation, tables_of({"a": ["09:00"] * 4}, days=4))["a"]
    assert value == pytest.approx((4 - 1) / 1)  # loads 4, 0, 0, 0: mean 1, variance 4
