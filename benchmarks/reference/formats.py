"""Canonical rows written as the records of every format, each as its documentation has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
Record = dict[str, Any]
Writer = Callable[[Row], Record]


def micros(row: Row) -> int:
    """Moment of a row, microseconds."""
    return int(row["timestamp"].timestamp() * 1_000_000 + 0.5)


def text(row: Row, pattern: str = "%Y-%m-%dT%H:%M:%S.%fZ", late: float = 0.0) -> str:
    """Moment of a row as text, or a moment so many milliseconds later."""
    moment = row["timestamp"] + timedelta(milliseconds=late)
    written: str = moment.strftime(pattern)
    return written


def messages(row: Row) -> list[Record]:
    """Chat messages in OpenAI's dialect, with an earlier turn where there was one."""
    said = [{"role": "system", "content": row["system_prompt"]}] if row["system_prompt"] else []
    if (row["n_messages"] or 1) > 2:
        said += [{"role": "user", "content": "earlier"}, {"role": "assistant", "content": "an answer"}]
    return [*said, {"role": "user", "content": row["prompt"]}]


def body(row: Row) -> Record:
    """Request in OpenAI's dialect."""
    asked = {
        "model": row["model"],
        "messages": messages(row),
        "max_tokens": row["max_tokens"],
        "temperature": row["temperature"],
        "n": row["n_choices"],
        "stream": row["stream"],
        "user": row["end_user_id"],
        "tools": [{}] * (row["n_tools"] or 0),
        "logprobs": bool(row["top_logprobs"]),
        "top_logprobs": row["top_logprobs"] or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def answer(row: Row) -> Record:
    """Answer in OpenAI's dialect, its text as long as its tokens say."""
    return {
        "id": row["request_id"],
        "object": "chat.completion",
        "created": micros(row) // 1_000_000,
        "model": row["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": row["finish_reason"],
                "message": {"role": "assistant", "content": "word " * min(row["output_tokens"] or 0, 400)},
            }
        ],
        "usage": {
            "prompt_tokens": row["input_tokens"],
            "completion_tokens": row["output_tokens"],
            "prompt_tokens_details": {"cached_tokens": row["cached_input_tokens"]},
        },
    }


def canonical(row: Row) -> Record:
    """The row itself."""
    return {name: value for name, value in (row | {"timestamp": text(row)}).items() if value is not None}


def spend(row: Row) -> Record:
    """LiteLLM_SpendLogs: texts over 2,048 characters are cut."""
    asked = body(row)
    for message in asked["messages"]:
        if len(message["content"]) > 2048:
            whole = message["content"]
            skipped = len(whole) - 2048
            message["content"] = f"{whole[:716]}... (litellm_truncated skipped {skipped} chars) ...{whole[-1332:]}"
    ok = (row["status_code"] or 200) < 400
    return {
        "request_id": row["request_id"],
        "call_type": "acompletion",
        "api_key": "a" * 56 + row["account_id"][:8],
        "spend": 0.01,
        "startTime": text(row, "%Y-%m-%d %H:%M:%S.%f"),
        "endTime": text(row, "%Y-%m-%d %H:%M:%S.%f", row["latency_ms"] or 0),
        "model": row["model"],
        "custom_llm_provider": row["provider"],
        "user": row["account_id"],
        "end_user": row["end_user_id"],
        "organization_id": row["organization_id"],
        "session_id": row["session_id"],
        "requester_ip_address": row["client_ip"],
        "prompt_tokens": row["input_tokens"],
        "completion_tokens": row["output_tokens"],
        "status": "success" if ok else "failure",
        "metadata": {
            "user_agent": row["user_agent"],
            "additional_usage_values": {"cache_read_input_tokens": row["cached_input_tokens"]},
            "error_information": None if ok else {"error_code": str(row["status_code"])},
        },
        "proxy_server_request": asked,
        "messages": {},
        "response": answer(row),
    }


def payload(row: Row) -> Record:
    """LiteLLM StandardLoggingPayload."""
    asked = body(row)
    start = micros(row) / 1e6
    ok = (row["status_code"] or 200) < 400
    return {
        "id": row["request_id"],
        "trace_id": row["session_id"],
        "call_type": "acompletion",
        "startTime": start,
        "endTime": start + (row["latency_ms"] or 0) / 1000,
        "status": "success" if ok else "failure",
        "model": row["model"],
        "custom_llm_provider": row["provider"],
        "end_user": row["end_user_id"],
        "user_agent": row["user_agent"],
        "requester_ip_address": row["client_ip"],
        "model_map_information": {},
        "messages": asked.pop("messages"),
        "prompt_tokens": row["input_tokens"],
        "completion_tokens": row["output_tokens"],
        "model_parameters": asked,
        "metadata": {"user_api_key_user_id": row["account_id"], "user_api_key_org_id": row["organization_id"]},
        "error_information": None if ok else {"error_code": str(row["status_code"])},
        "response": answer(row),
    }


def _attribute(key: str, value: Any) -> Record:  # noqa: ANN401
    if isinstance(value, bool):
        return {"key": key, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}
    return {"key": key, "value": {"doubleValue" if isinstance(value, float) else "stringValue": value}}


def otlp(row: Row) -> Record:
    """OTLP/JSON: one request of the exporter with one span."""
    said = [{"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in messages(row)]
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": row["provider"],
        "gen_ai.request.model": row["model"],
        "gen_ai.response.id": row["request_id"],
        "gen_ai.request.max_tokens": row["max_tokens"],
        "user.id": row["account_id"],
        "gen_ai.request.temperature": row["temperature"],
        "gen_ai.usage.input_tokens": row["input_tokens"],
        "gen_ai.usage.output_tokens": row["output_tokens"],
        "gen_ai.conversation.id": row["session_id"],
        "client.address": row["client_ip"],
        "user_agent.original": row["user_agent"],
        "gen_ai.request.stream": row["stream"],
        "gen_ai.input.messages": json.dumps(said),
        "http.response.status_code": row["status_code"],
    }
    attributes = [_attribute(key, value) for key, value in told.items() if value is not None]
    reasons = {"arrayValue": {"values": [{"stringValue": row["finish_reason"]}]}}
    start = micros(row) * 1000
    span = {
        "traceId": f"{abs(hash(row['request_id'])):032x}",
        "spanId": f"{abs(hash(row['request_id'])):016x}",
        "name": "chat",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + int((row["latency_ms"] or 0) * 1e6)),
        "attributes": [*attributes, {"key": "gen_ai.response.finish_reasons", "value": reasons}],
        "status": {},
    }
    return {
        "resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "x"}, "spans": [span]}]}]
    }


def stored(row: Row) -> Record:
    """OpenAI stored completions with their messages merged in."""
    return answer(row) | {
        "request_id": "req",
        "temperature": row["temperature"],
        "input_user": row["end_user_id"],
        "metadata": {"user_id": row["account_id"]},
        "messages": messages(row),
    }


def pairs(row: Row) -> Record:
    """A home-grown gateway."""
    headers = {"user-agent": row["user_agent"], "x-forwarded-for": row["client_ip"], "x-account-id": row["account_id"]}
    return {
        "timestamp": text(row),
        "request_id": row["request_id"],
        "headers": headers,
        "path": "/v1/chat/completions",
        "status": row["status_code"],
        "latency_ms": row["latency_ms"],
        "session_id": row["session_id"],
        "organization_id": row["organization_id"],
        "request": body(row),
        "response": answer(row),
    }


def bedrock(row: Row) -> Record:
    """Bedrock's log of a Converse call."""
    said = [{"role": m["role"], "content": [{"text": m["content"]}]} for m in messages(row) if m["role"] != "system"]
    config = {"maxTokens": row["max_tokens"], "temperature": row["temperature"]}
    asked = {"messages": said, "inferenceConfig": {k: v for k, v in config.items() if v is not None}}
    if row["system_prompt"]:
        asked["system"] = [{"text": row["system_prompt"]}]
    return {
        "schemaType": "ModelInvocationLog",
        "timestamp": text(row, "%Y-%m-%dT%H:%M:%SZ"),
        "accountId": "1",
        "region": "eu",
        "requestId": row["request_id"],
        "operation": "Converse",
        "modelId": row["model"],
        "requestMetadata": {"account": row["account_id"]},
        "identity": {"arn": "arn:aws:sts::1:assumed-role/gateway/session"},
        "input": {"inputBodyJson": asked, "inputTokenCount": row["input_tokens"]},
        "output": {
            "outputTokenCount": row["output_tokens"],
            "outputBodyJson": {
                "stopReason": row["finish_reason"],
                "output": {"message": {"content": [{"text": "word " * min(row["output_tokens"] or 0, 400)}]}},
            },
        },
    }


def apim(row: Row) -> Record:
    """Azure API Management's table of model calls."""
    return {
        "TimeGenerated": text(row),
        "CorrelationId": row["request_id"],
        "ModelName": row["model"],
        "OperationName": "ChatCompletions",
        "PromptTokens": row["input_tokens"],
        "CompletionTokens": row["output_tokens"],
        "IsStreamCompletion": row["stream"],
        "RequestMessages": json.dumps(messages(row)),
        "ResponseMessages": answer(row)["choices"],
        "SequenceNumber": 0,
    }


def gateway(row: Row) -> Record:
    """Azure API Management's table of all requests."""
    return {
        "TimeGenerated": text(row),
        "CorrelationId": row["request_id"],
        "CallerIpAddress": row["client_ip"],
        "ApiId": "openai",
        "ApimSubscriptionId": row["account_id"],
        "UserId": row["end_user_id"],
        "ResponseCode": row["status_code"],
        "TotalTime": row["latency_ms"],
        "RequestHeaders": {"User-Agent": row["user_agent"]},
    }


def azure(row: Row) -> Record:
    """Azure OpenAI diagnostics."""
    ticks = micros(row) * 10 + 621_355_968_000_000_000
    told = {
        "requestTime": ticks,
        "responseTime": ticks + int((row["latency_ms"] or 0) * 10_000),
        "modelDeploymentName": row["model"],
        "modelName": row["model"],
        "callerObjectId": row["account_id"],
        "promptTokens": row["input_tokens"],
        "completionTokens": row["output_tokens"],
        "streamType": "Streaming" if row["stream"] else "Non-Streaming",
    }
    masked = ".".join([*str(row["client_ip"]).split(".")[:3], "***"])
    return {
        "TimeGenerated": text(row),
        "Category": "RequestResponse",
        "OperationName": "ChatCompletions_Create",
        "CallerIPAddress": masked,
        "CorrelationId": row["request_id"],
        "DurationMs": row["latency_ms"],
        "ResultSignature": str(row["status_code"]),
        "event_s": "ShoeboxCallResult",
        "properties_s": json.dumps(told),
    }


def vertex(row: Row) -> Record:
    """Vertex AI's table, columns of JSON as text."""
    said = [{"role": m["role"], "parts": [{"text": m["content"]}]} for m in messages(row) if m["role"] != "system"]
    config = {"maxOutputTokens": row["max_tokens"], "temperature": row["temperature"]}
    asked: Record = {"contents": said, "labels": {"user": row["account_id"]}, "generationConfig": config}
    if row["system_prompt"]:
        asked["systemInstruction"] = {"parts": [{"text": row["system_prompt"]}]}
    usage = {"promptTokenCount": row["input_tokens"], "candidatesTokenCount": row["output_tokens"]}
    told = {"candidates": [{"finishReason": row["finish_reason"]}], "usageMetadata": usage}
    return {
        "endpoint": "projects/p/locations/l/endpoints/e",
        "request_id": row["request_id"],
        "api_method": "generateContent",
        "logging_time": text(row, "%Y-%m-%d %H:%M:%S.%f UTC", row["latency_ms"] or 0),
        "model": row["model"],
        "metadata": json.dumps({"request_latency": row["latency_ms"]}),
        "full_request": json.dumps(asked),
        "full_response": json.dumps(told),
    }


def helicone(row: Row) -> Record:
    """Helicone's export with bodies."""
    return {
        "request_id": row["request_id"],
        "request_created_at": text(row),
        "response_status": row["status_code"],
        "request_path": "/v1/chat/completions",
        "request_user_id": row["account_id"],
        "request_model": row["model"],
        "request_properties": {"Helicone-Session-Id": row["session_id"]},
        "provider": row["provider"],
        "delay_ms": row["latency_ms"],
        "prompt_tokens": row["input_tokens"],
        "completion_tokens": row["output_tokens"],
        "country_code": row["country"],
        "request_body": body(row),
        "response_body": answer(row),
    }


def observation(row: Row) -> Record:
    """Langfuse's observations."""
    settings = {"max_tokens": row["max_tokens"], "temperature": row["temperature"]}
    usage = {"input": str(row["input_tokens"] or 0), "output": str(row["output_tokens"] or 0)}
    return {
        "id": row["request_id"],
        "trace_id": f"t-{row['request_id']}",
        "type": "GENERATION",
        "start_time": text(row, "%Y-%m-%d %H:%M:%S.%f"),
        "end_time": text(row, "%Y-%m-%d %H:%M:%S.%f", row["latency_ms"] or 0),
        "provided_model_name": row["model"],
        "input": json.dumps(messages(row)),
        "usage_details": usage,
        "level": "DEFAULT",
        "model_parameters": json.dumps({k: v for k, v in settings.items() if v is not None}),
    }


def trace(row: Row) -> Record:
    """Langfuse's traces."""
    return {
        "id": f"t-{row['request_id']}",
        "timestamp": text(row, "%Y-%m-%d %H:%M:%S.%f"),
        "user_id": row["account_id"],
        "session_id": row["session_id"],
        "metadata": {},
    }


def kong(row: Row) -> Record:
    """Kong's log entry."""
    plugin = {
        "payload": {"request": json.dumps(body(row))},
        "meta": {"request_model": row["model"], "provider_name": row["provider"]},
        "usage": {"prompt_tokens": row["input_tokens"], "completion_tokens": row["output_tokens"]},
    }
    return {
        "started_at": micros(row) // 1000,
        "client_ip": row["client_ip"],
        "consumer": {"custom_id": row["account_id"]},
        "request": {
            "id": row["request_id"],
            "uri": "/v1/chat/completions",
            "headers": {"user-agent": row["user_agent"]},
        },
        "response": {"status": row["status_code"]},
        "latencies": {"request": row["latency_ms"]},
        "ai": {"ai-proxy": plugin},
    }


def envoy(row: Row) -> Record:
    """Envoy AI Gateway's access log."""
    return {
        "start_time": text(row),
        "duration": row["latency_ms"],
        "response_code": row["status_code"],
        "x-request-id": row["request_id"],
        "x-forwarded-for": row["client_ip"],
        "user-agent": row["user_agent"],
        "x-user-id": row["account_id"],
        "x-tenant-id": row["organization_id"] or "-",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": row["model"],
        "gen_ai.usage.input_tokens": row["input_tokens"],
        "gen_ai.usage.output_tokens": row["output_tokens"],
    }


def cloudflare(row: Row) -> Record:
    """Cloudflare's logs from its API, which hold no bodies."""
    return {
        "id": row["request_id"],
        "created_at": text(row),
        "provider": row["provider"],
        "model": row["model"],
        "path": "chat/completions",
        "status_code": row["status_code"],
        "tokens_in": row["input_tokens"],
        "tokens_out": row["output_tokens"],
        "duration": row["latency_ms"],
        "metadata": {"user_id": row["account_id"]},
    }


def wildchat(row: Row) -> Record:
    """A conversation of one turn."""
    facts = {"hashed_ip": row["account_id"], "country": row["country"], "header": {"user-agent": row["user_agent"]}}
    turn = {
        "role": "user",
        "content": row["prompt"],
        "turn_identifier": 1,
        "timestamp": None,
        "redacted": False,
        **facts,
    }
    said = "word " * min(row["output_tokens"] or 0, 400)
    back = {"role": "assistant", "content": said, "turn_identifier": 1, "timestamp": row["timestamp"]}
    return {
        "conversation_hash": row["request_id"],
        "model": row["model"],
        "timestamp": row["timestamp"],
        "turn": 1,
        "conversation": [turn, turn | dict.fromkeys(facts) | {"redacted": False} | back],
        **facts,
    }


#: format → writers, each of a file of its own.
WRITERS: dict[str, tuple[Writer, ...]] = {
    "canonical": (canonical,),
    "litellm-spend": (spend,),
    "litellm-payload": (payload,),
    "otlp": (otlp,),
    "openai-stored": (stored,),
    "pairs": (pairs,),
    "bedrock": (bedrock,),
    "azure-apim": (apim, gateway),
    "azure-openai": (azure,),
    "vertex": (vertex,),
    "helicone": (helicone,),
    "langfuse": (observation, trace),
    "kong": (kong,),
    "envoy": (envoy,),
    "cloudflare": (cloudflare,),
    "wildchat": (wildchat,),
}
#: Formats in which the benchmark's account stands where the operator has put it.
ACCOUNT_KEYS = {"bedrock": "account"}


def write(name: str, rows: list[Row], folder: Path) -> None:
    """Write rows in a format: JSON lines, WildChat Parquet."""
    folder.mkdir(parents=True)
    for i, writer in enumerate(WRITERS[name]):
        if name == "wildchat":
            pq.write_table(pa.Table.from_pylist([writer(row) for row in rows]), folder / "0.parquet")
        else:
            with (folder / f"{i}.jsonl").open("w") as file:
                file.writelines(_lines(writer, rows))


def _lines(writer: Writer, rows: list[Row]) -> Iterator[str]:
    return (json.dumps(writer(row), separators=(",", ":")) + "\n" for row in rows)
