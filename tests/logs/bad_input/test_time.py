"""Bad input D: time."""

from datetime import UTC, datetime

import pytest

from tests.logs.bad_input.scanning import GOOD, line, logs, scan
from tests.logs.reading import read

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())


def at(timestamp, account="a"):
    return line(account, timestamp=timestamp)


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
@pytest.mark.parametrize("written", [int, str])
def test_d1_epochs_are_read_in_the_unit_of_their_size(tmp_path, unit, scale, written):
    found = read(tmp_path, at(written(SECONDS * scale)) * 2)
    assert (found.column("timestamp"), found.report.time_unit) == ([NOON, NOON], unit)


def test_d2_a_second_unit_in_a_file_costs_its_rows_and_is_never_1970(tmp_path):
    found = read(tmp_path, at(SECONDS) + at(SECONDS * 1000) + at(SECONDS) + at(12345))
    assert found.reasons() == [(2, "time_unit"), (4, "time")]
    assert found.column("timestamp") == [NOON, NOON]


@pytest.mark.parametrize("naive", ["2026-03-01T12:00:00", "2026-03-01 12:00:00", "2026-03-01 12:00:00.000"])
def test_d3_a_time_without_offset_is_utc(tmp_path, naive):
    # Gateways that write none write UTC; an hour that a clock change doubles or skips does not exist in UTC.
    assert read(tmp_path, at(naive)).column("timestamp") == [NOON]


def test_d4_offsets_may_be_mixed(tmp_path):
    times = ["2026-03-01T12:00:00Z", "2026-03-01T14:00:00+02:00", "2026-03-01T06:30:00-0530", "2026-03-01 13:00:00+01"]
    assert read(tmp_path, b"".join(map(at, times))).column("timestamp") == [NOON] * 4


def test_d5_fractions_of_seconds_may_be_on_some_rows_only(tmp_path):
    times = ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00,123456789Z"]
    assert [t.microsecond for t in read(tmp_path, b"".join(map(at, times))).column("timestamp")] == [
        0,
        500_000,
        123_456,
    ]


@pytest.mark.parametrize(
    "bad",
    ["2026-03-01T24:00:00Z", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "26-03-01",
     "01/02/2026", "now", "today", "2026-03-01T12:00:61Z", "2026-03-01T12:60:00Z", "2026-13-01", "noon",
     "2026-03-01T12:00:00+24:00"],
)  # fmt: skip
def test_d6_what_is_no_moment_costs_the_row(tmp_path, bad):
    found = read(tmp_path, GOOD + at(bad) + GOOD)
    assert (found.reasons(), found.column("row")) == ([(2, "time")], [1, 3])


def test_d6_a_leap_second_is_the_second_after(tmp_path):
    assert read(tmp_path, at("2016-12-31T23:59:60Z")).column("timestamp") == [datetime(2017, 1, 1, tzinfo=UTC)]


def test_d7_a_clock_that_runs_ahead_is_visible_and_leaves_the_others_alone(tmp_path):
    # The same logs give the same result on any day, so no clock is asked what is future; --until says it.
    logs(tmp_path, a__jsonl=GOOD + at("2099-12-31T00:00:00Z", "b") + at("2100-01-01T00:00:00Z", "c"))
    ran = scan(tmp_path)
    assert (ran.run["window"]["last"][:4], ran.run["window"]["days"]) == ("2099", 2)
    assert ran.run["rejected_by_reason"] == {"time": 1}
    assert scan(tmp_path, options=("--until", "2026-03-02")).run["rows"]["out_of_window"] == 1


def test_d8_rows_outside_the_window_are_counted_and_are_no_error(tmp_path):
    logs(tmp_path, a__jsonl=at("2026-02-27T23:59:59Z") + GOOD)
    ran = scan(tmp_path, options=("--since", "2026-02-28"))
    assert ran.code == 0
    assert ran.run["rows"] == {"in": 2, "used": 1, "duplicate": 0, "rejected": 0, "out_of_window": 1}


def tables_of(ran):
    return [(ran.out / name).read_bytes() for name in ("accounts.parquet", "campaigns.parquet", "members.parquet")]


def test_d9_the_order_of_rows_changes_nothing(tmp_path):
    rows = [
        line(f"a{i % 5}", timestamp=f"2026-03-0{1 + i % 3}T0{i % 9}:00:00Z", prompt=f"p{i}", request_id=f"r{i}")
        for i in range(60)
    ]
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    found = []
    for order in (rows, rows[::-1], sorted(rows)):
        logs(tmp_path, a__jsonl=b"".join(order))
        found.append(tables_of(scan(tmp_path, options=("--key", key))))
    assert found[0] == found[1] == found[2]


def test_d10_rows_that_come_late_in_a_file_of_their_own_count_on_their_day(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    rows = [
        line(f"a{i % 3}", timestamp=f"2026-03-0{1 + i % 2}T05:00:00Z", prompt=f"p{i}", request_id=f"r{i}")
        for i in range(20)
    ]
    logs(tmp_path, a__jsonl=b"".join(rows[:15]), late__jsonl=b"".join(rows[15:]))
    apart = tables_of(scan(tmp_path, options=("--key", key)))
    (tmp_path / "logs/late.jsonl").unlink()
    logs(tmp_path, a__jsonl=b"".join(rows))
    assert tables_of(scan(tmp_path, options=("--key", key))) == apart


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_d11_days_are_days_of_utc_wherever_the_machine_stands(tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    logs(tmp_path, a__jsonl=at("2026-03-28T23:59:59Z") + at("2026-03-29T00:00:00Z") + at("2026-03-29T23:59:59Z"))
    assert scan(tmp_path).run["window"]["days"] == 2


def test_d12_the_machines_clock_has_no_part_in_a_result(tmp_path, monkeypatch):
    logs(tmp_path, a__jsonl=GOOD * 3)
    first = tables_of(scan(tmp_path))
    monkeypatch.setattr("time.time", lambda: 1e9)
    assert tables_of(scan(tmp_path)) == first
