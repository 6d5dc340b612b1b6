"""Nights over a store: what is read once, judged again, made up for and told."""

import datetime as dt
import json

import pytest

from detector.errors import InputError, UsageError
from detector.nightly.replays import replays
from detector.nightly.store import opened
from detector.pipeline import Request
from detector.results import load_result
from tests.nightly.runs import FIRST, KEY, contents, night, results, rows_of, write_log


def logs_of(folder, days):
    return [write_log(folder / f"{day}.jsonl", rows_of([day])) for day in days]


def run_of(folder, day):
    return json.loads((folder / "nights" / str(FIRST + dt.timedelta(days=day)) / "run.json").read_text())


def test_the_same_night_again_changes_no_byte(tmp_path):
    logs = logs_of(tmp_path / "logs", range(3))
    first = night(tmp_path / "store", logs, 2)
    before = contents(tmp_path / "store")
    again = night(tmp_path / "store", logs, 2)
    assert contents(tmp_path / "store") == before
    assert [one.changed for one in first.nights] == [True]
    assert [one.changed for one in again.nights] == [False]
    assert (len(first.files), again.files, again.unread) == (3, [], 3)


def test_files_in_other_orders_and_pieces_give_the_same_results(tmp_path):
    rows = rows_of(range(3))
    whole = [write_log(tmp_path / "a" / "all.jsonl", rows)]
    pieces = [
        write_log(tmp_path / "b" / "1.jsonl.gz", rows[60:], packed=True),
        write_log(tmp_path / "b" / "2.jsonl", rows[:80][::-1]),
        write_log(tmp_path / "b" / "3.jsonl", rows[60:]),
        write_log(tmp_path / "b" / "4.jsonl", rows[40:70]),
    ]
    night(tmp_path / "one", whole, 2)
    done = night(tmp_path / "other", pieces, 2)
    assert results(tmp_path / "one") == results(tmp_path / "other")
    used = sum(one.built.rows_used for one in done.files)
    repeated = sum(one.built.rows_duplicate for one in done.files)
    assert (used, repeated) == (
        len(rows),
        sum(len(part) for part in (rows[60:], rows[:80], rows[60:], rows[40:70])) - len(rows),
    )


def test_nights_that_were_missed_are_made_up_for_to_the_same_bytes(tmp_path):
    logs = logs_of(tmp_path / "logs", range(5))
    for day in range(1, 5):
        night(tmp_path / "timely", logs[: day + 1], day)
    night(tmp_path / "missed", logs[:2], 1)
    caught_up = night(tmp_path / "missed", logs, 4)
    assert [str(one.night) for one in caught_up.nights if one.changed] == ["2026-03-03", "2026-03-04", "2026-03-05"]
    assert results(tmp_path / "timely") == results(tmp_path / "missed")


def test_rows_that_come_late_are_merged_into_their_day_and_told(tmp_path):
    rows = rows_of(range(3))
    held_back, rest = rows[3:10], rows[:3] + rows[10:]
    night(tmp_path / "store", [write_log(tmp_path / "a.jsonl", rest)], 2)
    said = []
    done = night(tmp_path / "store", [write_log(tmp_path / "late.jsonl", held_back)], 2, said=said)
    assert [one.changed for one in done.nights] == [True]
    late = "Warning: 7 requests of 2026-03-01 came after that night had been judged; they were merged into that day"
    assert [sentence for sentence in said if sentence.startswith(late)]
    assert run_of(tmp_path / "store", 2)["rows"]["used"] == len(rows)


def test_a_day_that_is_not_closed_does_not_count(tmp_path):
    logs = logs_of(tmp_path / "logs", range(3))
    night(tmp_path / "store", logs, 1)
    run = run_of(tmp_path / "store", 1)
    assert run["rows"]["used"] == len(rows_of(range(2)))
    assert run["window"]["last"] < "2026-03-03"


def test_a_past_night_can_be_judged_again_to_the_same_bytes(tmp_path):
    logs = logs_of(tmp_path / "logs", range(4))
    for day in range(4):
        night(tmp_path / "store", logs, day)
    before = results(tmp_path / "store")
    (tmp_path / "store" / "nights" / "2026-03-03").unlink()
    done = night(tmp_path / "store", [], 3, date=dt.date(2026, 3, 3))
    assert [(str(one.night), one.changed) for one in done.nights] == [("2026-03-03", True)]
    assert results(tmp_path / "store") == before


def test_a_night_whose_day_is_not_over_is_refused(tmp_path):
    logs = logs_of(tmp_path / "logs", range(2))
    with pytest.raises(UsageError, match="2026-03-02 is not closed yet"):
        night(tmp_path / "store", logs, 0, date=dt.date(2026, 3, 2))


def test_a_store_without_a_request_has_nothing_to_judge(tmp_path):
    with pytest.raises(InputError, match="holds no request of 2026-03-01 or earlier"):
        night(tmp_path / "store", [], 0)


def test_a_gap_in_the_log_is_told(tmp_path):
    logs = logs_of(tmp_path / "logs", [0, 1, 3])
    night(tmp_path / "store", logs, 3)
    notes = run_of(tmp_path / "store", 3)["coverage"]["notes"]
    assert "No request of 2026-03-03: the log has a gap there." in notes


def test_a_file_that_grew_is_read_again_and_its_old_rows_count_once(tmp_path):
    rows = rows_of(range(2))
    log = write_log(tmp_path / "live.jsonl", rows[:50])
    night(tmp_path / "store", [log], 1)
    write_log(log, rows)
    done = night(tmp_path / "store", [log], 1)
    assert [(one.built.rows_used, one.built.rows_duplicate) for one in done.files] == [(len(rows) - 50, 50)]
    assert run_of(tmp_path / "store", 1)["rows"]["used"] == len(rows)


def test_requests_without_an_id_count_once_in_any_number_of_files(tmp_path):
    rows = [{name: value for name, value in one.items() if name != "request_id"} for one in rows_of(range(2))]
    logs = [write_log(tmp_path / "a.jsonl", rows[:50]), write_log(tmp_path / "b.jsonl", rows[30:])]
    night(tmp_path / "store", logs[:1], 0)
    night(tmp_path / "store", logs, 1)
    assert run_of(tmp_path / "store", 1)["rows"]["used"] == len(rows)


def test_the_newest_night_is_found_under_one_name(tmp_path):
    logs = logs_of(tmp_path / "logs", range(3))
    night(tmp_path / "store", logs, 1)
    night(tmp_path / "store", logs, 2)
    assert load_result(tmp_path / "store" / "latest").run["night"]["day"] == "2026-03-03"


def test_profiles_and_nights_are_kept_for_as_long_as_they_are_to_be(tmp_path):
    from detector.settings import Nightly, Settings

    short = Settings(nightly=Nightly(window_days=2, keep_profiles_days=2, keep_rejects_days=2, keep_nights_days=3))
    logs = logs_of(tmp_path / "logs", range(6))
    for day in range(6):
        night(tmp_path / "store", logs[day : day + 1], day, settings=short)
    days = sorted(path.name for path in (tmp_path / "store" / "days").iterdir())
    nights = sorted(path.name for path in (tmp_path / "store" / "nights").iterdir())
    assert days == ["2026-03-05", "2026-03-06"]
    assert nights == ["2026-03-04", "2026-03-05", "2026-03-06"]
    assert len(list((tmp_path / "store" / "files").iterdir())) == 2


def test_past_nights_with_the_same_settings_differ_in_nothing(tmp_path):
    logs = logs_of(tmp_path / "logs", range(3))
    for day in range(3):
        night(tmp_path / "store", logs, day)
    before = contents(tmp_path / "store")
    found = list(replays(opened(tmp_path / "store", KEY), Request(()), last=2))
    assert [one["day"] for one in found] == ["2026-03-02", "2026-03-03"]
    assert all(one["gained"]["accounts"] == one["lost"]["accounts"] == 0 for one in found)
    assert not any(one["found"] or one["missed"] or one["tier"] for one in found)
    assert contents(tmp_path / "store") == before
