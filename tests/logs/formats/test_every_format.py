"""What holds for all formats alike."""

import gzip
import json

import msgspec
import pytest

from detector.errors import UsageError
from detector.logs.formats import known, named, recognise
from detector.logs.mapping import Mapping
from detector.logs.query import Query
from detector.schema import QUERY_NAMES
from tests.logs.formats.reading import read_files, read_records
from tests.logs.formats.samples import OBSERVATION, SAMPLES, SPEND, STORED

CANONICAL = {"timestamp": "2026-03-02T10:00:00Z", "account_id": "a", "prompt": "hello"}


def test_a_query_has_the_columns_of_the_schema_in_their_order():
    assert Query.__struct_fields__[: len(QUERY_NAMES)] == QUERY_NAMES


@pytest.mark.parametrize(("name", "record"), SAMPLES)
def test_a_record_is_recognised_as_its_own_format_and_at_most_as_a_pair_beside(name, record):
    assert recognise([record]).format is known()[name]
    assert {f.name for f in known().values() if f.sign_in(record)} - {"pairs"} == {name} - {"pairs"}


@pytest.mark.parametrize("format", known().values(), ids=lambda f: f.name)
def test_every_field_of_a_record_may_be_absent(format):
    assert format.record() is not None
    format.reader()(format.record())


@pytest.mark.parametrize(("name", "record"), SAMPLES)
@pytest.mark.parametrize("odd", [None, "", 7, 1.5, True, [], [1], {}, {"a": []}, "{", "x" * 300], ids=repr)
def test_a_part_of_another_shape_costs_that_part_not_the_row_and_never_a_traceback(tmp_path, name, record, odd):
    queries = read_records(tmp_path, record, said=Mapping(format=name)).table.num_rows
    for key in record:
        log = read_records(tmp_path, record | {key: odd}, record, said=Mapping(format=name))
        assert log.table.num_rows >= queries


@pytest.mark.parametrize(("name", "record"), SAMPLES)
def test_lines_arrays_pretty_objects_and_gzip_give_the_same_rows(tmp_path, name, record):
    forms = {
        "a.jsonl": json.dumps(record) + "\n",
        "b.json": json.dumps([record], indent=2),
        "c.json": json.dumps([record]),
        "d.json": json.dumps(record, indent=1) + "\n",
        "e.json": json.dumps(record),
    }
    found = []
    for file, text in forms.items():
        (tmp_path / file).write_text(text)
        (tmp_path / f"{file}.gz").write_bytes(gzip.compress(text.encode()))
        for path in (file, f"{file}.gz"):
            log = read_files(tmp_path / path)
            assert log.formats == [name]
            found.append((log.rows, log.rejects.reasons(), log.reports[0].rows_other))
    assert all(each == found[0] for each in found)


def test_a_folder_of_many_formats_is_read_file_by_file(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps(SPEND) + "\n")
    (tmp_path / "b.json").write_text(json.dumps({"object": "list", "data": [STORED], "has_more": False}))
    (tmp_path / "c.jsonl").write_text(json.dumps(CANONICAL) + "\n")
    (tmp_path / "d.csv").write_text("timestamp,account_id\n2026-03-02T10:00:00Z,z\n")
    log = read_files(tmp_path)
    assert log.formats == ["litellm-spend", "openai-stored", "canonical", "canonical"]
    assert [row["account_id"] for row in log.rows] == ["ann", "dora", "a", "z"]


def test_a_named_format_overrides_what_would_be_recognised(tmp_path):
    record = SPEND | {"request": {}, "response": {}}
    assert read_records(tmp_path, record).formats == ["litellm-spend"]
    assert read_records(tmp_path, record, said=Mapping(format="pairs")).formats == ["pairs"]
    assert read_records(tmp_path, CANONICAL, said=Mapping(format="canonical")).formats == ["canonical"]


def test_most_of_the_first_records_decide(tmp_path):
    log = read_records(tmp_path, {"note": "rotated"}, SPEND, SPEND | {"request_id": "2"})
    assert log.formats == ["litellm-spend"]
    assert log.reports[0].recognised_by == ["startTime", "api_key", "spend", "call_type"]


def test_an_unknown_format_is_refused_with_a_near_one():
    with pytest.raises(UsageError, match="Did you mean litellm-spend"):
        named("litelm-spend")


def test_the_account_is_another_column_or_any_field_of_the_source(tmp_path):
    def accounts(key):
        return [row["account_id"] for row in read_records(tmp_path, SPEND, said=Mapping(account_key=key)).rows]

    assert accounts(None) == ["ann"]
    assert accounts("end_user_id") == ["customer-7"]
    assert accounts("api_key_id") == [SPEND["api_key"]]
    assert accounts("user_api_key_alias") == ["prod"]
    assert accounts("metadata.user_api_key_alias") == ["prod"]
    assert accounts("proxy_server_request.model") == ["gpt-4o"]
    log = read_records(tmp_path, SPEND, said=Mapping(account_key="no.such"))
    assert log.rejects.reasons() == {"no_account": 1}


def test_a_canonical_log_takes_any_of_its_columns_for_the_account(tmp_path):
    record = CANONICAL | {"end_user_id": "e", "extra": {"tenant": "t"}}
    for key, account in (("end_user_id", "e"), ("extra.tenant", "t")):
        row = read_records(tmp_path, record, said=Mapping(account_key=key)).row
        assert row["account_id"] == account


def test_raw_keys_are_hashed_alike_everywhere_and_counted(tmp_path):
    key = "sk-proj-Abcdefghijklmnop1234"
    log = read_records(
        tmp_path, CANONICAL | {"account_id": key, "api_key_id": key}, CANONICAL | {"api_key_id": "hashed-9"}
    )
    first, second = log.rows
    assert first["account_id"] == first["api_key_id"] == "sha256:" + first["account_id"][7:]
    assert key not in json.dumps(log.rows, default=str)
    assert second["api_key_id"] == "hashed-9"
    assert log.reports[0].raw_keys == 2
    assert any("raw API keys, hashed (1 values)" in warning for warning in log.reports[0].warnings)


@pytest.mark.parametrize(
    "key",
    [
        "sk-ant-api03-abcdefghijklmnop",
        "Bearer abcdefgh12345",
        "AKIAABCDEFGHIJKLMNOP",
        "AIza" + "x" * 35,
        "gsk_" + "a" * 40,
        "hf_" + "a" * 30,
        "ghp_" + "a" * 36,
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "sk_live_" + "a" * 24,
    ],
)
def test_keys_of_many_makers_are_known_by_their_shape(tmp_path, key):
    assert read_records(tmp_path, CANONICAL | {"api_key_id": key}).row["api_key_id"].startswith("sha256:")


@pytest.mark.parametrize(
    "name", ["sk-1", "skater-anna", "team_sk", "user@example.com", "550e8400-e29b-41d4-a716-446655440000"]
)
def test_ordinary_ids_are_no_keys(tmp_path, name):
    assert read_records(tmp_path, CANONICAL | {"api_key_id": name}).row["api_key_id"] == name


def test_a_record_that_its_format_cannot_read_is_rejected_with_its_line(tmp_path, monkeypatch):
    class Row(msgspec.Struct):
        x: object = None

    def read(row):
        return Query(timestamp="2026-03-02", account_id=row.x["deep"])

    from detector.logs import formats

    offered = formats.declare.Format("mine", "Mine", (("x",),), Row, read)
    monkeypatch.setattr(formats, "known", lambda: {"mine": offered})
    log = read_records(tmp_path, {"x": {"deep": "a"}}, {"x": 3}, {"x": {"deep": "b"}})
    assert [row["account_id"] for row in log.rows] == ["a", "b"]
    assert [(r["row"], r["reason"]) for r in log.rejects.to_table().to_pylist()] == [(2, "format")]


def test_formats_of_other_packages_are_found_by_their_entry_point(tmp_path, monkeypatch):
    (tmp_path / "my_format.py").write_text(
        "import msgspec\nfrom detector.logs.formats.declare import Format\nfrom detector.logs.query import Query\n"
        "class Row(msgspec.Struct):\n    when: object = None\n    who: object = None\n"
        "def read(row):\n    return Query(timestamp=row.when, account_id=row.who)\n"
        "FORMAT = Format('mine', 'Mine', (('when', 'who'),), Row, read)\n"
    )
    info = tmp_path / "my_format-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: my-format\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[detector.formats]\nmine = my_format:FORMAT\n")
    monkeypatch.syspath_prepend(tmp_path)
    known.cache_clear()
    try:
        log = read_records(tmp_path, {"when": "2026-03-02T10:00:00Z", "who": "zoe"})
    finally:
        known.cache_clear()
    assert log.formats == ["mine"]
    assert log.row["account_id"] == "zoe"


def test_one_long_array_streams_in_bounded_memory(tmp_path):
    import tracemalloc

    one = json.dumps(CANONICAL | {"prompt": "x" * 2000})
    with (tmp_path / "a.json").open("w") as file:
        file.write("[" + ",\n".join([one] * 40_000) + "]")
    assert (tmp_path / "a.json").stat().st_size > 80e6
    from detector.logs.files import LogFile
    from detector.logs.reader import FileReport, read_queries
    from detector.logs.rejects import Rejects
    from detector.settings import Reading

    tracemalloc.start()
    report = FileReport()
    rows = sum(
        b.num_rows
        for b in read_queries(LogFile(str(tmp_path / "a.json"), 0), Reading(batch_rows=1000), None, report, Rejects())
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (rows, report.container) == (40_000, "json document")
    assert peak < 30e6


def test_an_observation_without_traces_has_no_account_and_says_so(tmp_path):
    assert read_records(tmp_path, OBSERVATION).rejects.reasons() == {"no_account": 1}
