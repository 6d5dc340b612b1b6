import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.logs.formats.reading import read_files, read_records
from tests.logs.formats.samples import PAYLOAD, SPEND

EXPECTED = {
    "request_id": "chatcmpl-1",
    "account_id": "ann",
    "api_key_id": SPEND["api_key"],
    "organization_id": "team-1",
    "end_user_id": "customer-7",
    "session_id": "s-1",
    "client_ip": "198.51.100.7",
    "user_agent": "OpenAI/Python 1.2",
    "provider": "openai",
    "model": "gpt-4o",
    "operation": "chat",
    "system_prompt": "Be brief.",
    "prompt": "hello",
    "content_state": "full",
    "n_messages": 2,
    "max_tokens": 256,
    "temperature": 0.5,
    "input_tokens": 120,
    "output_tokens": 30,
    "status_code": 200,
    "finish_reason": "stop",
    "latency_ms": 2500.0,
}


def cut(text, end="."):
    """As LiteLLM 1.109 stores a text of over 2,048 characters."""
    skipped = len(text) - 2048
    return f"{text[:716]}... (litellm_truncated skipped {skipped} chars{end}) ...{text[-1332:]}"


def without_time(row):
    assert row["timestamp"].isoformat() == "2026-03-02T10:00:00.250000+00:00"
    return {k: v for k, v in row.items() if k != "timestamp"}


def test_the_prompt_is_in_the_proxy_request_and_naive_times_are_utc(tmp_path):
    assert without_time(read_records(tmp_path, SPEND).row) == EXPECTED


def test_csv_and_parquet_dumps_tell_the_same(tmp_path):
    flat = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in SPEND.items()}
    text = io.StringIO()
    writer = csv.DictWriter(text, flat.keys())
    writer.writeheader()
    writer.writerow(flat)
    (tmp_path / "dump.csv").write_text(text.getvalue())
    pq.write_table(pa.Table.from_pylist([flat]), tmp_path / "text.parquet")
    nested = SPEND | {"messages": None}
    pq.write_table(pa.Table.from_pylist([nested]), tmp_path / "nested.parquet")
    log = read_files(tmp_path)
    assert log.formats == ["litellm-spend"] * 3
    assert [without_time(row) for row in log.rows] == [EXPECTED] * 3


@pytest.mark.parametrize(
    "end", ["", ". Truncation is a DB storage safeguard. Full data is logged (callbacks). Raise it"]
)
def test_a_cut_prompt_says_so_and_keeps_its_true_length(tmp_path, end):
    prompt = "".join(chr(97 + i % 26) for i in range(10_000))
    body = {"messages": [{"role": "user", "content": cut(prompt, end)}]}
    row = read_records(tmp_path, SPEND | {"proxy_server_request": body}).row
    assert (row["content_state"], row["prompt_chars"]) == ("truncated", 10_000)


def test_two_cut_parts_of_one_prompt_are_both_added(tmp_path):
    long = "z" * 5000
    parts = [{"type": "text", "text": cut(long)}, {"type": "text", "text": cut(long)}]
    row = read_records(
        tmp_path, SPEND | {"proxy_server_request": {"messages": [{"role": "user", "content": parts}]}}
    ).row
    assert row["prompt_chars"] == 2 * 5000 + 1


def test_a_prompt_that_only_speaks_of_the_mark_is_whole(tmp_path):
    body = {"messages": [{"role": "user", "content": "what does litellm_truncated mean"}]}
    row = read_records(tmp_path, SPEND | {"proxy_server_request": body}).row
    assert row["content_state"] == "full"
    assert "prompt_chars" not in row


def test_the_key_stands_in_for_a_missing_user_and_failures_have_their_code(tmp_path):
    failed = {"status": "failure", "metadata": {"error_information": {"error_code": "429"}}}
    row = read_records(tmp_path, SPEND | {"user": "", **failed}).row
    assert (row["account_id"], row["status_code"]) == (SPEND["api_key"], 429)


def test_prompts_that_are_not_stored_are_absent_and_redacted_ones_redacted(tmp_path):
    row = read_records(tmp_path, SPEND | {"proxy_server_request": {}, "messages": "{}"}).row
    assert row["content_state"] == "absent"
    hidden = {"messages": [{"role": "user", "content": "redacted-by-litellm"}]}
    row = read_records(tmp_path, SPEND | {"proxy_server_request": hidden}).row
    assert row["content_state"] == "redacted"
    assert "prompt" not in row


def test_a_folder_of_payload_files_is_read_whole(tmp_path):
    for i in range(30):
        place = tmp_path / "2026-03-02" / f"{i:02}"
        place.mkdir(parents=True)
        (place / "p.json").write_text(json.dumps(PAYLOAD | {"id": f"p{i}"}))
    log = read_files(tmp_path)
    assert len(log.rows) == 30
    assert set(log.formats) == {"litellm-payload"}


def test_a_payload_has_float_seconds_parameters_and_identity_in_its_metadata(tmp_path):
    row = read_records(tmp_path, PAYLOAD).row
    assert row.pop("timestamp").isoformat() == "2026-03-02T10:00:00.250000+00:00"
    assert row == {
        "request_id": "chatcmpl-2",
        "account_id": "bob",
        "api_key_id": "ab" * 32,
        "organization_id": "org-1",
        "session_id": "t-1",
        "client_ip": "198.51.100.8",
        "user_agent": "curl/8",
        "provider": "anthropic",
        "model": "claude-x",
        "operation": "chat",
        "prompt": "hello",
        "content_state": "full",
        "n_messages": 1,
        "max_tokens": 64,
        "temperature": 1.0,
        "stream": False,
        "input_tokens": 10,
        "output_tokens": 5,
        "status_code": 200,
        "finish_reason": "length",
        "latency_ms": 1500.0,
    }


@pytest.mark.parametrize("hidden", ["redacted-by-litellm", [{"role": "user", "content": "redacted-by-litellm"}]])
def test_a_redacted_payload_has_no_prompt(tmp_path, hidden):
    row = read_records(tmp_path, PAYLOAD | {"messages": hidden}).row
    assert row["content_state"] == "redacted"
    assert "prompt" not in row
