"""Formats of gateways and observability: Helicone, Langfuse, Kong, Envoy, Cloudflare, and the data set WildChat."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.logs.mapping import Mapping
from tests.logs.formats.reading import read_files, read_records
from tests.logs.formats.samples import (
    CLOUDFLARE,
    ENVOY,
    HELICONE,
    KONG,
    LOGPUSH,
    OBSERVATION,
    SEALED,
    TRACE,
    WILDCHAT,
)


def told(row, *names):
    return tuple(row.get(name) for name in names)


def at(row):
    return row["timestamp"].isoformat()


QUARTER = "2026-03-02T10:00:00.250000+00:00"


def test_helicone_with_bodies(tmp_path):
    row = read_records(tmp_path, HELICONE).row
    assert at(row) == QUARTER
    assert told(row, "account_id", "session_id", "country", "operation", "status_code", "latency_ms") == (
        "gina",
        "s-2",
        "DE",
        "chat",
        200,
        750.0,
    )
    assert told(row, "prompt", "max_tokens", "top_logprobs", "input_tokens", "finish_reason") == (
        "hello",
        99,
        5,
        10,
        "stop",
    )


def test_helicone_without_bodies_says_where_they_are_and_its_csv_renames_fields(tmp_path):
    bare = {k: v for k, v in HELICONE.items() if k not in ("request_body", "response_body")}
    row = read_records(tmp_path, bare | {"signed_body_url": "https://s3/x"}).row
    assert row["content_state"] == "offloaded"
    with (tmp_path / "log.csv").open("w", newline="") as file:
        names = {"request_model": "model", "delay_ms": "latency", "costUSD": "cost"}
        flat = {names.get(k, k): json.dumps(v) if isinstance(v, dict) else v for k, v in HELICONE.items()}
        writer = csv.DictWriter(file, flat.keys())
        writer.writeheader()
        writer.writerow(flat)
    row = read_files(tmp_path / "log.csv").row
    assert told(row, "model", "latency_ms", "account_id", "prompt") == ("gpt-4o", 750.0, "gina", "hello")


def test_langfuse_observations_take_their_user_from_the_trace(tmp_path):
    for part, records in (
        ("observations", [OBSERVATION, OBSERVATION | {"id": "o-2"}, OBSERVATION | {"id": "o-3", "type": "SPAN"}]),
        ("traces", [TRACE]),
    ):
        (tmp_path / part).mkdir()
        (tmp_path / part / "2026-03-02T10-00-00.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    log = read_files(tmp_path)
    first, second = log.rows
    assert at(first) == QUARTER
    assert told(first, "account_id", "session_id", "prompt", "max_tokens", "temperature") == (
        "hugo",
        "s-3",
        "hello",
        64,
        0.1,
    )
    assert told(first, "input_tokens", "cached_input_tokens", "output_tokens", "latency_ms") == (15, 5, 20, 1000.0)
    assert second["request_id"] == "o-2"
    assert sum(report.rows_other for report in log.reports) == 2
    by_team = read_files(tmp_path, Mapping(account_key="team"))
    assert {row["account_id"] for row in by_team.rows} == {"x"}


def test_langfuse_events_of_the_second_version_name_their_user(tmp_path):
    assert read_records(tmp_path, OBSERVATION | {"user_id": "own", "session_id": "s"}).row["account_id"] == "own"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_langfuse_in_tables(tmp_path, suffix):
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist([OBSERVATION]), tmp_path / "o.parquet")
        pq.write_table(pa.Table.from_pylist([TRACE]), tmp_path / "t.parquet")
    else:
        for name, record in (("o", OBSERVATION), ("t", TRACE)):
            with (tmp_path / f"{name}.csv").open("w", newline="") as file:
                flat = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in record.items()}
                writer = csv.DictWriter(file, flat.keys())
                writer.writeheader()
                writer.writerow(flat)
    row = read_files(tmp_path).row
    assert told(row, "account_id", "prompt", "input_tokens", "max_tokens") == ("hugo", "hello", 15, 64)


def test_kong_plugins_of_any_name_in_both_versions(tmp_path):
    row = read_records(tmp_path, KONG).row
    assert at(row) == QUARTER
    assert told(
        row, "account_id", "api_key_id", "client_ip", "user_agent", "request_id", "status_code", "latency_ms"
    ) == ("ida", "k-1", "198.51.100.3", "app/4", "kr-1", 200, 900.0)
    assert told(row, "prompt", "max_tokens", "input_tokens", "output_tokens", "model", "provider") == (
        "hello",
        33,
        10,
        20,
        "gpt-4o-1",
        "openai",
    )
    old = KONG | {
        "ai": {
            "payload": {"request": {"messages": [{"role": "user", "content": "old"}]}},
            "my-proxy": {"usage": {"prompt_token": 3}, "meta": {"request_model": "m"}},
        }
    }
    assert told(read_records(tmp_path, old).row, "prompt", "input_tokens", "model") == ("old", 3, "m")


def test_kong_entries_without_an_ai_plugin_are_no_queries(tmp_path):
    log = read_records(tmp_path, KONG, {k: v for k, v in KONG.items() if k != "ai"}, KONG | {"ai": {}})
    assert len(log.rows) == 1
    assert log.reports[0].rows_other == 2


def test_envoy_writes_a_dash_for_what_it_does_not_know(tmp_path):
    row = read_records(tmp_path, ENVOY).row
    assert at(row) == QUARTER
    assert told(
        row, "account_id", "organization_id", "client_ip", "input_tokens", "output_tokens", "content_state"
    ) == ("jan", None, "198.51.100.2", 10, None, "absent")
    assert read_records(tmp_path, ENVOY, said=Mapping(account_key="x-team")).row["account_id"] == "blue"


def test_cloudflare_logs_of_the_api_in_pages(tmp_path):
    page = {"success": True, "result": [CLOUDFLARE, CLOUDFLARE | {"id": "01K"}], "result_info": {"page": 1}}
    (tmp_path / "p.json").write_text(json.dumps(page))
    row = read_files(tmp_path).rows[0]
    assert told(row, "account_id", "model", "input_tokens", "latency_ms", "operation") == (
        "kim",
        "gpt-4o",
        10,
        640.0,
        "chat",
    )


def test_cloudflare_sealed_fields_are_said_to_be_encrypted(tmp_path):
    record = LOGPUSH | {"Timestamp": "2026-03-02T10:00:00Z"}
    assert read_records(tmp_path, record).rejects.reasons() == {"no_account": 1}
    row = read_records(tmp_path, record, said=Mapping(account_key="Gateway")).row
    assert told(row, "content_state", "account_id", "status_code") == ("encrypted", "gw", 200)
    opened = record | {"Metadata": {"user_id": "lea"}, "RequestBody": json.dumps({"input": "hello"})}
    assert told(read_records(tmp_path, opened).row, "account_id", "prompt", "content_state") == ("lea", "hello", "full")
    assert SEALED.keys() == {"key", "iv", "data"}


def test_stored_timestamps_are_read_at_any_depth(tmp_path):
    kind = pa.timestamp("ms", "UTC")
    turn = pa.struct([("role", pa.string()), ("content", pa.string()), ("timestamp", kind)])
    columns = {
        "conversation_hash": pa.array(["f"]),
        "model": pa.array(["m"]),
        "hashed_ip": pa.array(["aa"]),
        "timestamp": pa.array([1772445900250], kind),
        "conversation": pa.array([[{"role": "user", "content": "a", "timestamp": 1772445600250}]], pa.list_(turn)),
    }
    pq.write_table(pa.table(columns), tmp_path / "w.parquet")
    assert at(read_files(tmp_path).row) == QUARTER
    kept = {k: v for k, v in OBSERVATION.items() if k not in ("start_time", "end_time")} | {"user_id": "own"}
    flat = pa.Table.from_pylist([kept])
    for name, us in (("start_time", 1772445600250000), ("end_time", 1772445601750000)):
        flat = flat.append_column(name, pa.array([us], pa.timestamp("us")))
    pq.write_table(flat, tmp_path / "o.parquet")
    row = read_files(tmp_path / "o.parquet").row
    assert (at(row), row["latency_ms"]) == (QUARTER, 1500.0)


def test_wildchat_has_a_query_for_every_turn_of_a_user(tmp_path):
    pq.write_table(pa.Table.from_pylist([WILDCHAT, WILDCHAT | {"conversation_hash": "f01"}]), tmp_path / "w.parquet")
    log = read_files(tmp_path)
    assert log.formats == ["wildchat"]
    assert [row["request_id"] for row in log.rows] == ["f00:1", "f00:2", "f01:1", "f01:2"]
    first, second = log.rows[:2]
    assert (at(first), at(second)) == ("2026-03-02T10:00:00+00:00", "2026-03-02T10:05:00+00:00")
    assert told(first, "account_id", "session_id", "user_agent", "prompt", "n_messages") == (
        "aa11",
        "f00",
        "Mozilla/5.0",
        "hello",
        1,
    )
    assert told(second, "content_state", "n_messages") == ("redacted", 3)
    assert "client_ip" not in first
