import datetime as dt
import json

from detector.inspection import inspect
from detector.logs.mapping import Mapping

ROW = {"timestamp": "2026-03-02T10:00:00Z", "account_id": "ann"}


def log(folder, *rows):
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [str(folder / "log.jsonl")]


def test_it_tells_rows_span_and_the_hours_without_a_row(tmp_path):
    rows = [ROW | {"timestamp": f"2026-03-02T{hour:02}:30:00Z"} for hour in (1, 2, 5, 6, 9)]
    found = inspect(log(tmp_path, *rows, {"account_id": "no time"}))
    assert (found.rows, found.accounts, found.rejected) == (5, 1, {"missing": 1})

    def hour(n):
        return dt.datetime(2026, 3, 2, n, tzinfo=dt.UTC)

    assert found.gaps == [(hour(3), hour(5)), (hour(7), hour(9))]
    assert (found.first, found.last) == (hour(1) + dt.timedelta(minutes=30), hour(9) + dt.timedelta(minutes=30))


def test_it_tells_what_is_known_and_in_what_state_the_text_is(tmp_path):
    found = inspect(log(tmp_path, ROW | {"prompt": "hi"}, ROW, ROW | {"content_state": "redacted"}, ROW))
    assert found.known["prompt"] == 0.25
    assert found.known["account_id"] == 1.0
    assert found.states == {"absent": 2, "full": 1, "redacted": 1}


def test_it_lists_the_ten_busiest_accounts_and_fields_that_could_name_them(tmp_path):
    rows = [ROW | {"account_id": f"a{i:02}", "end_user_id": f"u{i % 4}"} for i in range(12) for _ in range(i + 1)]
    found = inspect(log(tmp_path, *rows))
    assert found.busiest[:2] == [("a11", 12), ("a10", 11)]
    assert len(found.busiest) == 10
    assert found.identities == {"end_user_id": 4}
    other = inspect(log(tmp_path, *rows), mapping=Mapping(account_key="end_user_id"))
    assert other.accounts == 4


def test_it_names_what_will_not_run_and_the_columns_that_are_missing(tmp_path):
    bare = inspect(log(tmp_path, ROW))
    off = dict(bare.families_off)
    assert off["network"] == ("client_ip", "accounts.signup_ip")
    assert any(missing == ("prompt",) for _, missing in bare.features_off)
    (tmp_path / "accounts.csv").write_text("account_id,signup_ip\nann,198.51.100.7\n")
    fuller = inspect(log(tmp_path, ROW | {"prompt": "hi"}), accounts=[str(tmp_path / "accounts.csv")])
    assert "network" not in dict(fuller.families_off)
    assert len(fuller.features_off) < len(bare.features_off)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_inspected(tmp_path):
    log(tmp_path, ROW)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 junk")
    found = inspect([str(tmp_path)])
    assert found.rows == 1
    assert [report.error is None for report in found.files] == [False, True]
