"""Formats of model providers: OpenAI, pairs of request and response, Bedrock, Azure, Vertex."""

import gzip
import json

import pytest

from detector.logs.files import discover
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.settings import Reading
from tests.logs.formats.reading import read_files, read_records
from tests.logs.formats.samples import APIM_CALL, APIM_GATEWAY, AZURE, BEDROCK, PAIR, STORED, VERTEX


def told(row, *names):
    return tuple(row.get(name) for name in names)


def at(row):
    return row["timestamp"].isoformat()


def test_stored_completions_in_pages_of_the_api(tmp_path):
    page = {"object": "list", "data": [STORED, STORED | {"id": "x", "metadata": {}}], "first_id": "a", "has_more": True}
    (tmp_path / "page.json").write_text(json.dumps(page, indent=2))
    first, second = read_files(tmp_path).rows
    assert at(first) == "2026-03-02T10:00:00+00:00"
    assert told(first, "account_id", "end_user_id", "prompt", "input_tokens", "cached_input_tokens", "n_tools") == (
        "dora",
        "u-9",
        "hello",
        20,
        16,
        1,
    )
    assert told(first, "finish_reason", "top_p", "temperature", "max_tokens") == ("tool", 1.0, 0.7, None)
    assert second["account_id"] == "u-9"


def test_messages_fetched_for_a_stored_completion_are_its_prompt(tmp_path):
    merged = {k: v for k, v in STORED.items() if k != "messages"} | {
        "_messages": {"object": "list", "data": [{"role": "user", "content": "later"}]}
    }
    assert read_records(tmp_path, merged).row["prompt"] == "later"
    bare = {k: v for k, v in merged.items() if k != "_messages"}
    assert read_records(tmp_path, bare).row["content_state"] == "absent"


def test_a_pair_with_an_anthropic_body(tmp_path):
    row = read_records(tmp_path, PAIR).row
    assert at(row) == "2026-03-02T10:00:00.250000+00:00"
    assert told(row, "account_id", "end_user_id", "client_ip", "user_agent", "operation", "status_code") == (
        "emil",
        "end-1",
        "198.51.100.5",
        "app/2",
        "chat",
        200,
    )
    assert told(row, "prompt", "system_prompt", "max_tokens", "finish_reason", "model") == (
        "hello",
        "Be brief.",
        100,
        "length",
        "claude-x",
    )
    assert told(row, "input_tokens", "cached_input_tokens", "output_tokens") == (50, 40, 9)


def test_the_key_of_a_pairs_headers_is_never_kept_as_it_is(tmp_path):
    log = read_records(tmp_path, PAIR)
    assert log.row["api_key_id"].startswith("sha256:")
    assert "sk-proj" not in json.dumps(log.rows, default=str)
    assert log.reports[0].raw_keys == 1


@pytest.mark.parametrize(
    "record",
    [
        {
            "timestamp": 1772445600,
            "user": "u",
            "request": json.dumps({"input": "hello"}),
            "response": json.dumps({"usage": {}}),
        },
        {
            "time": "2026-03-02T10:00:00Z",
            "account": "u",
            "request": {"body": {"prompt": "hello"}, "url": "/v1/completions"},
            "response": {"body": {"choices": [{"finish_reason": "stop"}]}, "status_code": 200},
        },
        {
            "id": "batch_req_1",
            "custom_id": "c",
            "error": None,
            "request": {"body": {"input": "hello", "user": "u"}},
            "response": {"status_code": 200, "request_id": "r", "body": {"created": 1772445600, "choices": []}},
        },
        {"created_at": "2026-03-02 10:00:00", "request_body": {"input": "hello", "user": "u"}, "response_body": {}},
    ],
)
def test_pairs_of_many_gateways_and_batch_files(tmp_path, record):
    row = read_records(tmp_path, record).row
    assert (at(row), row["account_id"], row["prompt"]) == ("2026-03-02T10:00:00+00:00", "u", "hello")


def test_bedrock_converse_names_the_session_of_the_role_and_counts_cached_tokens(tmp_path):
    (tmp_path / "b.json.gz").write_bytes(gzip.compress((json.dumps(BEDROCK) + "\n").encode()))
    row = read_files(tmp_path).row
    assert told(row, "account_id", "organization_id", "model", "provider", "operation") == (
        "arn:aws:sts::123456789012:assumed-role/app/tenant-7",
        "123456789012",
        "us.anthropic.claude-x",
        "aws-bedrock",
        "chat",
    )
    assert told(row, "prompt", "system_prompt", "max_tokens", "temperature", "finish_reason", "status_code") == (
        "hello",
        "Be brief.",
        300,
        0.2,
        "stop",
        200,
    )
    assert told(row, "input_tokens", "cached_input_tokens", "output_tokens") == (25, 5, 7)


def test_bedrock_invoke_model_streams_native_bodies_and_chunks(tmp_path):
    record = BEDROCK | {
        "operation": "InvokeModelWithResponseStream",
        "input": {
            "inputBodyJson": {
                "anthropic_version": "x",
                "max_tokens": 9,
                "messages": [{"role": "user", "content": "hello"}],
            }
        },
        "output": {
            "outputBodyJson": [{"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}],
            "outputTokenCount": 9,
        },
    }
    row = read_records(tmp_path, record).row
    assert told(row, "prompt", "max_tokens", "finish_reason", "stream") == ("hello", 9, "length", True)


def test_bedrock_bodies_in_another_object_are_offloaded_and_metadata_may_be_the_account(tmp_path):
    record = BEDROCK | {
        "input": {"inputBodyS3Path": "s3://b/data/x_input.json.gz", "inputTokenCount": 9},
        "output": None,
        "errorCode": "ThrottlingException",
    }
    row = read_records(tmp_path, record, said=Mapping(account_key="tenant")).row
    assert told(row, "content_state", "account_id", "status_code") == ("offloaded", "t-7", 429)
    assert read_records(tmp_path, record, said=Mapping(account_key="requestMetadata.tenant")).row["account_id"] == "t-7"


def pieces(text, n=3):
    size = len(text) // n + 1
    return [text[i : i + size] for i in range(0, len(text), size)]


def apim(folder, *tables):
    for i, rows in enumerate(tables):
        (folder / f"{i}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_files(folder)


def test_apim_joins_both_tables_on_the_correlation_id_in_any_order(tmp_path):
    for order in ([APIM_CALL], [APIM_GATEWAY]), ([APIM_GATEWAY], [APIM_CALL]), ([APIM_CALL, APIM_GATEWAY], []):
        log = apim(tmp_path, *order)
        row = log.row
        assert at(row) == "2026-03-02T10:00:00.250000+00:00"
        assert told(row, "account_id", "end_user_id", "client_ip", "user_agent", "status_code", "latency_ms") == (
            "sub-1",
            "user-1",
            "198.51.100.6",
            "app/3",
            200,
            812.0,
        )
        assert told(row, "prompt", "input_tokens", "output_tokens", "stream") == ("hello", 12, 34, False)
        assert sum(report.rows_other for report in log.reports) == 1


@pytest.mark.parametrize("start", [0, 1])
def test_apim_messages_in_rows_are_joined_by_number_before_they_are_parsed(tmp_path, start):
    text = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "long " * 9000}])
    parts = pieces(text)
    rows = [
        APIM_CALL | {"RequestMessages": part, "SequenceNumber": i + start, "PromptTokens": 9000 if i == 1 else None}
        for i, part in enumerate(parts)
    ]
    answer = APIM_CALL | {"RequestMessages": "", "SequenceNumber": start + len(parts), "PromptTokens": None}
    log = apim(tmp_path, [rows[2], answer, rows[0], rows[1]], [APIM_GATEWAY])
    assert told(log.row, "prompt", "system_prompt", "content_state", "n_messages", "input_tokens") == (
        "long " * 9000,
        "Be brief.",
        "full",
        2,
        9000,
    )


def test_apim_a_lost_piece_is_said(tmp_path):
    parts = pieces(json.dumps([{"role": "user", "content": "word " * 100}]))
    rows = [APIM_CALL | {"RequestMessages": part, "SequenceNumber": i} for i, part in enumerate(parts) if i != 1]
    assert apim(tmp_path, rows, [APIM_GATEWAY]).row["content_state"] == "truncated"


def test_apim_a_join_made_by_a_query_needs_no_second_table(tmp_path):
    assert apim(tmp_path, [APIM_GATEWAY | APIM_CALL]).row["account_id"] == "sub-1"


def test_what_needs_two_passes_is_read_from_standard_input(monkeypatch):
    import io

    class Stdin:
        buffer = io.BytesIO("".join(json.dumps(row) + "\n" for row in (APIM_CALL, APIM_GATEWAY)).encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    files = discover(["-"])
    with linked(files, survey(files, Reading()), Reading(), None) as told:
        [batch] = read_queries(files[0], Reading(), told, FileReport(), Rejects())
    assert batch.column("account_id").to_pylist() == ["sub-1"]


def test_azure_diagnostics_count_ticks_and_drop_the_second_row(tmp_path):
    second = AZURE | {"properties_s": json.dumps({"objectId": "", "modelDeploymentName": ""})}
    log = read_records(tmp_path, AZURE, second)
    row = log.row
    assert at(row) == "2026-03-02T10:00:00.250000+00:00"
    assert told(row, "account_id", "client_ip", "content_state", "operation", "status_code", "latency_ms") == (
        "obj-1",
        "81.2.69.***",
        "absent",
        "chat",
        200,
        450.0,
    )
    assert told(row, "model", "input_tokens", "output_tokens", "stream") == ("gpt-4o", 12, 34, False)
    assert log.reports[0].rows_other == 1


def test_azure_diagnostics_as_exported_to_a_blob_spell_names_otherwise(tmp_path):
    properties = json.loads(AZURE["properties_s"]) | {"callerObjectId": ""}
    record = {
        "time": "2026-03-02T10:00:01.0000000Z",
        "category": "RequestResponse",
        "callerIpAddress": "81.2.69.***",
        "correlationId": "a-2",
        "durationMs": 450,
        "resultSignature": "429",
        "operationName": "Embeddings_Create",
        "properties": properties,
        "event": "ShoeboxCallResult",
    }
    (tmp_path / "a.json").write_text(json.dumps({"records": [record, record | {"correlationId": "a-3"}]}))
    row = read_files(tmp_path).rows[0]
    assert told(row, "account_id", "request_id", "operation", "status_code") == (
        "81.2.69.***",
        "a-2",
        "embeddings",
        429,
    )


def test_vertex_ids_over_2_to_53_stay_exact_and_its_moment_is_that_of_the_request(tmp_path):
    row = read_records(tmp_path, VERTEX).row
    assert row["request_id"] == "12345678901234567890123"
    assert at(row) == "2026-03-02T10:00:00.250000+00:00"
    assert told(row, "account_id", "organization_id", "model", "operation") == (
        "fred",
        "my-project",
        "gemini-x",
        "chat",
    )
    assert told(row, "prompt", "system_prompt", "max_tokens", "temperature", "top_p", "n_choices") == (
        "hello",
        "Be brief.",
        500,
        0.9,
        0.95,
        1,
    )
    assert told(row, "finish_reason", "input_tokens", "output_tokens", "latency_ms") == ("length", 11, 10, 2000.0)


@pytest.mark.parametrize("latency", [-1, 1e18, 1e308])
@pytest.mark.filterwarnings("error")
def test_vertex_a_latency_that_no_answer_takes_moves_no_moment(tmp_path, latency):
    row = read_records(tmp_path, VERTEX | {"metadata": json.dumps({"request_latency": latency})}).row
    assert at(row) == "2026-03-02T10:00:02.250000+00:00"
    assert "latency_ms" not in row


def test_vertex_partner_models_keep_their_bodies_in_the_payload(tmp_path):
    body = {
        "anthropic_version": "vertex",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "hello"}],
        "metadata": {"user_id": "p-1"},
    }
    record = VERTEX | {
        "full_request": None,
        "full_response": None,
        "api_method": "rawPredict",
        "request_payload": [json.dumps(body)],
        "response_payload": [json.dumps({"stop_reason": "end_turn"})],
    }
    row = read_records(tmp_path, record).row
    assert told(row, "prompt", "max_tokens", "account_id", "finish_reason") == ("hello", 8, "p-1", "stop")
