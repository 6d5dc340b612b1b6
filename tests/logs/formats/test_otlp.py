import json

import pytest

from detector.logs.mapping import Mapping
from tests.logs.formats.reading import read_files, read_records
from tests.logs.formats.samples import NEW_SPAN, attribute, otlp, span


def test_the_new_names_with_64_bit_integers_as_text(tmp_path):
    row = read_records(tmp_path, otlp(span(NEW_SPAN))).row
    assert row.pop("timestamp").isoformat() == "2026-03-02T10:00:00.250000+00:00"
    assert row == {
        "request_id": "chatcmpl-3",
        "account_id": "cleo",
        "session_id": "c-1",
        "client_ip": "198.51.100.9",
        "user_agent": "app/1",
        "provider": "openai",
        "model": "gpt-4o",
        "operation": "chat",
        "system_prompt": "Be brief.",
        "prompt": "hello",
        "content_state": "full",
        "n_messages": 1,
        "max_tokens": 4096,
        "temperature": 0.0,
        "input_tokens": 12,
        "cached_input_tokens": 4,
        "output_tokens": 34,
        "finish_reason": "stop",
        "latency_ms": 1500.0,
    }


def test_the_old_names_and_numbered_messages(tmp_path):
    old = {
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4",
        "enduser.id": "otto",
        "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.usage.completion_tokens": 9,
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be kind.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "hi",
        "gen_ai.completion.0.finish_reason": "length",
        "http.client_ip": "198.51.100.4",
    }
    row = read_records(tmp_path, otlp(span(old))).row
    told = {k: row[k] for k in ("account_id", "provider", "input_tokens", "output_tokens", "prompt", "system_prompt")}
    assert told == {
        "account_id": "otto",
        "provider": "openai",
        "input_tokens": 7,
        "output_tokens": 9,
        "prompt": "hi",
        "system_prompt": "Be kind.",
    }
    assert (row["finish_reason"], row["client_ip"], row["request_id"]) == ("length", "198.51.100.4", "eee19b7ec3c1b174")


@pytest.mark.parametrize("odd", ["--5", "5-", "9" * 5000, "²"])
def test_a_number_that_is_none_loses_no_query(tmp_path, odd):
    made = span(NEW_SPAN)
    made["attributes"].append({"key": "gen_ai.request.top_k", "value": {"intValue": odd}})
    made["attributes"] = [
        {"key": a["key"], "value": {"intValue": odd}} if a["key"] == "gen_ai.request.max_tokens" else a
        for a in made["attributes"]
    ]
    row = read_records(tmp_path, otlp(made)).row
    assert (row["account_id"], row.get("max_tokens")) == ("cleo", None)


def test_only_inference_spans_count(tmp_path):
    agent = span(NEW_SPAN | {"gen_ai.operation.name": "invoke_agent"}, spanId="a1")
    tool = span({"gen_ai.operation.name": "execute_tool"}, spanId="a2")
    web = span({"http.request.method": "GET"}, spanId="a3")
    log = read_records(tmp_path, otlp(agent, span(NEW_SPAN), tool, web))
    assert len(log.rows) == 1
    assert log.reports[0].rows_other == 3


def test_facts_of_a_resource_hold_for_its_own_spans_only(tmp_path):
    bare = {k: v for k, v in NEW_SPAN.items() if k != "user.id"}
    first = otlp(span(bare), resource={"user.id": "team-a"})
    log = read_records(tmp_path, first, otlp(span(bare, spanId="b")), said=Mapping())
    assert [row["account_id"] for row in log.rows] == ["team-a"]
    assert log.rejects.reasons() == {"no_account": 1}


def test_any_attribute_may_name_the_account(tmp_path):
    record = otlp(span(NEW_SPAN | {"app.customer": "acme"}))
    assert read_records(tmp_path, record, said=Mapping(account_key="app.customer")).row["account_id"] == "acme"


def test_a_failed_span_has_an_error_status(tmp_path):
    assert read_records(tmp_path, otlp(span(NEW_SPAN, status={"code": 2}))).row["status_code"] == 500


def event(**fields):
    return {
        "timeUnixNano": "1772445600900000000",
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "eventName": "gen_ai.client.inference.operation.details",
    } | fields


def logs(*records):
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": list(records)}]}]}


def test_a_span_takes_its_messages_from_the_log_record_of_the_same_span_and_counts_once(tmp_path):
    bare = {k: v for k, v in NEW_SPAN.items() if k not in ("gen_ai.input.messages", "gen_ai.system_instructions")}
    told = {"gen_ai.input.messages": NEW_SPAN["gen_ai.input.messages"], "gen_ai.operation.name": "chat"}
    record = event(attributes=[attribute(k, v) for k, v in told.items()])
    (tmp_path / "logs.jsonl").write_text(json.dumps(logs(record)) + "\n")
    (tmp_path / "traces.jsonl").write_text(json.dumps(otlp(span(bare))) + "\n")
    log = read_files(tmp_path)
    assert (log.row["prompt"], log.row["account_id"]) == ("hello", "cleo")
    assert log.row["timestamp"].isoformat() == "2026-03-02T10:00:00.250000+00:00"
    assert sum(report.rows_other for report in log.reports) == 1


def test_log_records_without_spans_are_the_queries(tmp_path):
    record = event(attributes=[attribute(k, v) for k, v in NEW_SPAN.items()])
    other = event(attributes=[attribute("event.name", "something else")], eventName="x", spanId="c")
    log = read_records(tmp_path, logs(record, other))
    assert log.row["prompt"] == "hello"


def test_a_request_of_many_spans_on_one_long_line_streams(tmp_path):
    many = [span(NEW_SPAN | {"gen_ai.response.id": f"r{i}"}, spanId=f"{i:016x}") for i in range(3000)]
    log = read_records(tmp_path, otlp(*many), max_line_bytes=20_000)
    assert (tmp_path / "log.jsonl").stat().st_size > 3_000_000
    assert len(log.rows) == 3000


def test_an_object_without_spans_is_counted_not_lost_silently(tmp_path):
    log = read_records(tmp_path, otlp(span(NEW_SPAN)), {"note": "rotated"})
    assert len(log.rows) == 1
    assert log.reports[0].rows_other == 1
