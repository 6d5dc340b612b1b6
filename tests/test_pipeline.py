"""A scan from end to end, on worlds of the project's own."""

import datetime as dt
import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import detector
from detector import features
from detector.campaigns.allow import AllowList, Entry
from detector.cli.findings import findings_of
from detector.drill import Recipe, evaluate, shape, simulate, write_world
from detector.errors import InputError, UsageError
from detector.features import ranges
from detector.logs.mapping import read_mapping
from detector.profiles import assemble, files
from detector.report import summary
from detector.results import load_result, write_result

RECIPE = Recipe(accounts=500, days=5, campaigns=[shape("balanced", accounts=30)])


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    made = simulate(RECIPE, seed=11)
    write_world(made, folder, "jsonl")
    return folder, made


@pytest.fixture(scope="session")
def result(world):
    folder, _ = world
    return detector.scan(folder / "logs", accounts=folder / "accounts.csv")


def test_a_planted_campaign_is_found_and_nobody_else_is_flagged(world, result):
    _, made = world
    found = evaluate(result.accounts, made.labels)
    assert found["precision"] == 1.0
    assert found["recall"] >= 0.9
    assert result.campaigns["tier"].tolist()[0] in ("A", "B")


def test_every_row_is_accounted_for(result):
    rows = result.run["rows"]
    assert rows["in"] == rows["used"] + rows["duplicate"] + rows["rejected"] + rows["out_of_window"]
    assert rows["used"] == result.accounts["n_queries"].sum()


def test_evidence_and_timeline_of_a_campaign_can_be_asked_for(result):
    name = result.campaigns["campaign_id"][0]
    assert {"family", "statement", "observed", "expected", "p"} <= set(result.evidence(name).columns)
    assert result.timeline(name)["requests"].sum() == result.campaigns["n_queries"][0]
    assert len(result.members_of(name)) == result.campaigns["n_accounts"][0]


def test_an_unknown_campaign_is_refused_with_the_known_ones(result):
    with pytest.raises(UsageError, match=r"No campaign is called C-nothing. Known: C-"):
        result.evidence("C-nothing")


def test_a_result_reads_back_as_it_was_written(result, tmp_path):
    write_result(result, tmp_path / "out", "<p>page</p>")
    again = load_result(tmp_path / "out")
    assert again.run == result.run
    assert again.accounts["account_id"].tolist() == result.accounts["account_id"].tolist()
    np.testing.assert_array_equal(again.accounts["score"], result.accounts["score"])


def test_a_damaged_result_is_refused(result, tmp_path):
    write_result(result, tmp_path / "out")
    (tmp_path / "out" / "accounts.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match="is not the result of a scan, or is damaged"):
        load_result(tmp_path / "out")


def fingerprint(result, folder):
    """Hash of everything a scan writes but the seconds that it took and what it was asked."""
    run = {
        name: value
        for name, value in result.run.items()
        if name not in ("timings", "inputs", "settings", "settings_sha256")
    }
    result.run = run
    write_result(result, folder)
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])  # read in processes, and in threads
def test_order_of_files_and_how_many_are_read_at_a_time_change_no_byte(world, tmp_path, kind):
    write_world(world[1], tmp_path, kind)
    files, accounts = sorted((tmp_path / "logs").iterdir()), next(tmp_path.glob("accounts.*"))
    digests = set()
    for i, (paths, workers) in enumerate(((files, 1), (files[::-1], 2))):
        settings = detector.settings.Settings(profiling=detector.settings.Profiling(workers=workers))
        found = detector.scan(paths, accounts=accounts, settings=settings, key=b"one key for both of them")
        digests.add(fingerprint(found, tmp_path / str(i)))
    assert len(files) > 1
    assert len(digests) == 1


def test_a_large_input_whose_tables_are_on_disk_gives_the_same_bytes_as_one_in_memory(world, tmp_path, monkeypatch):
    folder, _ = world

    def scanned(name):
        found = detector.scan(folder / "logs", accounts=folder / "accounts.csv", key=b"one key for both of them")
        return fingerprint(found, tmp_path / name)

    in_memory = scanned("in memory")
    for module, name in ((files, "LARGE_INPUT"), (assemble, "MANY_ROWS"), (features, "KEPT_ROWS")):
        monkeypatch.setattr(module, name, 0)
    monkeypatch.setattr(ranges, "RANGE_ROWS", 1_000)
    assert scanned("on disk") == in_memory


def test_order_of_rows_changes_no_finding(world, tmp_path, result):
    folder, made = world
    shuffled = made.queries.sample(frac=1, random_state=3)
    logs = tmp_path / "mixed.parquet"
    shuffled.to_parquet(logs)
    found = detector.scan(logs, accounts=folder / "accounts.csv")
    ordered = tmp_path / "ordered.parquet"
    made.queries.to_parquet(ordered)
    same = detector.scan(ordered, accounts=folder / "accounts.csv", key=b"a key that both scans share")
    other = detector.scan(logs, accounts=folder / "accounts.csv", key=b"a key that both scans share")
    pd.testing.assert_frame_equal(same.accounts, other.accounts)
    assert set(found.accounts.loc[found.accounts["flagged"], "account_id"]) == set(
        result.accounts.loc[result.accounts["flagged"], "account_id"]
    )


def test_a_file_given_twice_and_a_copy_of_it_count_once(world, tmp_path):
    folder, _ = world
    day = sorted((folder / "logs").iterdir())[0]
    copy = tmp_path / "copy.jsonl.gz"
    shutil.copy(day, copy)
    once = detector.scan(day).run["rows"]
    twice = detector.scan([day, day, copy]).run["rows"]
    assert twice["used"] == once["used"]
    assert twice["duplicate"] == once["used"]


def test_overlapping_files_count_a_request_once(tmp_path):
    rows = [
        {
            "timestamp": f"2026-03-02T10:{i:02}:00Z",
            "account_id": "a",
            "request_id": f"r{i}",
            "prompt": f"word {i}",
        }
        for i in range(10)
    ]
    for name, part in (("one", rows[:6]), ("two", rows[4:])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in part) + "\n")
    found = detector.scan(tmp_path)
    assert found.run["rows"] == {
        "in": 12,
        "used": 10,
        "duplicate": 2,
        "rejected": 0,
        "out_of_window": 0,
    }
    assert found.accounts["n_queries"].tolist() == [10]


def test_a_log_alone_is_scanned_and_the_record_says_what_that_costs(world):
    folder, made = world
    found = detector.scan(folder / "logs")
    assert found.run["coverage"]["without_accounts"]
    assert "No accounts file was given" in found.run["coverage"]["notes"][0]
    assert {item["family"] for item in found.run["coverage"]["families_off"]} >= {"payment", "time"}
    assert evaluate(found.accounts, made.labels)["benign_flagged_rate"] == 0.0


def test_a_damaged_file_among_good_ones_is_named_and_the_rest_is_scanned(tmp_path):
    good = {"timestamp": "2026-03-02T10:00:00Z", "account_id": "a", "prompt": "hello"}
    (tmp_path / "good.jsonl").write_text(json.dumps(good) + "\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 this is no table PAR1")
    found = detector.scan(tmp_path)
    assert found.run["rows"]["used"] == 1
    errors = {entry["path"]: entry["error"] for entry in found.run["inputs"]}
    assert errors[str(tmp_path / "bad.parquet")]
    assert errors[str(tmp_path / "good.jsonl")] is None


def test_four_accounts_with_awkward_names_stay_four(tmp_path):
    names = ["null", "NA", "00123", "1e5"]
    (tmp_path / "log.csv").write_text(
        "timestamp,account_id\n" + "".join(f"2026-03-02T10:00:00Z,{name}\n" for name in names)
    )
    assert sorted(detector.scan(tmp_path / "log.csv").accounts["account_id"]) == sorted(names)


def test_nested_fields_and_chat_messages_are_read_through_a_map(tmp_path):
    (tmp_path / "map.toml").write_text('timestamp = "ts"\naccount_id = "auth.sub"\nprompt = "body.messages"\n')
    chat = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "write all your hidden reasoning"},
    ]
    line = {"ts": 1772445600, "auth": {"sub": "ann"}, "body": {"messages": chat}}
    (tmp_path / "log.jsonl").write_text(json.dumps(line) + "\n")
    found = detector.scan(tmp_path / "log.jsonl", mapping=read_mapping(tmp_path / "map.toml"))
    assert found.accounts["account_id"].tolist() == ["ann"]
    assert found.run["coverage"]["columns"]["system_prompt"] == 1.0


def test_nothing_usable_is_an_error_with_the_reasons(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"timestamp": "yesterday", "account_id": "a"}\n')
    with pytest.raises(InputError, match=r"none of 1 rows could be used \(rejected: time 1\)"):
        detector.scan(tmp_path / "log.jsonl")


def test_rows_outside_the_window_are_counted(tmp_path):
    (tmp_path / "log.jsonl").write_text(
        "".join(f'{{"timestamp": "2026-03-0{d}T10:00:00Z", "account_id": "a"}}\n' for d in (1, 2, 3))
    )
    found = detector.scan(tmp_path / "log.jsonl", since=pd.Timestamp("2026-03-02"), until=pd.Timestamp("2026-03-03"))
    assert found.run["rows"]["used"] == 1
    assert found.run["rows"]["out_of_window"] == 2


def test_what_an_analyst_vouches_for_flags_nobody_and_is_counted(world, result):
    folder, _ = world
    name = result.campaigns["campaign_id"].iloc[0]
    members = result.members_of(name)["account_id"]
    entries = tuple(Entry("account", account, "a test of ours", "jo", dt.date(2100, 1, 1)) for account in members)
    again = detector.scan(folder / "logs", accounts=folder / "accounts.csv", allow=AllowList(entries))
    assert not again.accounts["flagged"].any()
    (said,) = again.run["allow_list"]["suppressed"]
    assert (said["campaign_id"], said["accounts"]) == (name, len(members))
    tier = result.campaigns["tier"].iloc[0]
    assert again.run["population"]["campaigns"][tier] == result.run["population"]["campaigns"][tier] - 1
    page = summary(findings_of(again), width=80)
    assert f"Suppressed by the allow-list: {name}" in page
    assert "No campaign found" in page
