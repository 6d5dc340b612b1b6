from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.logs.iso import micros_of_uniform_text
from detector.logs.time import (
    EMPTY,
    OK,
    OTHER_UNIT,
    UNREADABLE,
    UnitOfTime,
    moment_of_text,
    read_moments,
)

NOON = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01t12:00:00z", NOON),
        ("2026-03-01 12:00:00", NOON),
        ("2026-03-01 12:00:00 UTC", NOON),
        (" 2026-03-01T12:00:00Z ", NOON),
        ("2026-03-01T12:00Z", NOON),
        ("2026-03-01T14:00:00+02:00", NOON),
        ("2026-03-01T14:00:00+0200", NOON),
        ("2026-03-01T06:30:00-05:30", NOON),
        ("2026-03-01T12:00:00.5Z", NOON + 500_000),
        ("2026-03-01T12:00:00,5Z", NOON + 500_000),
        ("2026-03-01T12:00:00.123456789Z", NOON + 123_456),
        ("2026-03-01T11:59:60Z", NOON),
        ("2026-03-01", NOON - 12 * 3_600_000_000),
        ("1772366400", NOON),
        ("1772366400.25", NOON + 250_000),
        ("1.7723664e9", NOON),
    ],
)
def test_a_moment_is_read_however_it_is_written(text, micros):
    assert moment_of_text(text.strip(), UnitOfTime()) == (micros, OK)
    found = read_moments(pa.array([text, text], pa.large_string()), UnitOfTime())
    assert found.micros.tolist() == [micros, micros]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-13-01",
        "2026-03-01T12:00:61Z", "0000-01-01T00:00:00Z", "10000-01-01", "26-03-01", "01/02/2026",
        "now", "today", "nan", "inf", "20260301", "-1772366400", "2026-03-01T12:00:00+99:00",
        "2025-02-29T00:00:00Z", "2026-03-01T12:00:00.Z", "٢٠٢٦-03-01T12:00:00Z", "1e400", "9" * 29,
    ],
)  # fmt: skip
def test_what_is_no_moment_is_not_read(text):
    assert moment_of_text(text, UnitOfTime())[1] == UNREADABLE
    found = read_moments(pa.array([text], pa.large_string()), UnitOfTime())
    assert found.problem.tolist() == [UNREADABLE]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2400, 1, 1)),
    st.integers(0, 9),
    st.sampled_from(["", "Z", "+00:00"]),
)
def test_many_at_a_time_equal_one_at_a_time(moment, places, zone):
    fraction = f".{moment.microsecond:06d}000"[: places + 1] if places else ""
    text = f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + fraction + zone
    micros, read = micros_of_uniform_text(pa.array([text], pa.large_string()))
    assert read.all()
    assert (int(micros[0]), OK) == moment_of_text(text, UnitOfTime())


@given(st.text("0123456789-+:.TZ ", min_size=19, max_size=27))
def test_many_at_a_time_reads_nothing_that_one_at_a_time_refuses(text):
    micros, read = micros_of_uniform_text(pa.array([text], pa.large_string()))
    if read[0]:
        assert (int(micros[0]), OK) == moment_of_text(text, UnitOfTime())


@pytest.mark.parametrize(
    ("number", "unit"),
    [(1772366400, "s"), (1772366400_000, "ms"), (NOON, "us"), (NOON * 1000, "ns")],
)
def test_the_unit_of_numbers_is_told_by_their_size(number, unit):
    for values in (pa.array([number]), pa.array([str(number)], pa.large_string())):
        settled = UnitOfTime()
        assert read_moments(values, settled).micros.tolist() == [NOON]
        assert settled.name == unit


def test_the_first_number_of_a_file_decides_the_unit_for_all_batches():
    unit = UnitOfTime()
    first = read_moments(pa.array([None, 7, 1772366400, NOON]), unit)
    assert first.problem.tolist() == [EMPTY, UNREADABLE, OK, OTHER_UNIT]
    assert read_moments(pa.array([NOON, 1772366400]), unit).problem.tolist() == [OTHER_UNIT, OK]


def test_fractions_of_seconds_in_floats_are_kept():
    found = read_moments(pa.array([1772366400.123456]), UnitOfTime())
    assert found.micros.tolist() == [NOON + 123_456]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_arrow_timestamps_of_any_unit_and_zone_are_moments(unit, zone):
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    values = (
        pa.array([moment, None], pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit, zone))
        if zone
        else pa.array([moment.replace(tzinfo=None), None], pa.timestamp(unit))
    )
    found = read_moments(values, UnitOfTime())
    assert found.micros.tolist() == [NOON, 0]
    assert found.problem.tolist() == [OK, EMPTY]


def test_slices_of_arrays_are_read_at_their_offset():
    values = pa.array(["x", "2026-03-01T12:00:00Z", "y"], pa.large_string()).slice(1, 1)
    assert read_moments(values, UnitOfTime()).micros.tolist() == [NOON]
    assert np.array_equal(read_moments(values, UnitOfTime()).problem, [OK])
