"""One record of every format, made by hand after its documentation."""

import json

SPEND = {
    "request_id": "chatcmpl-1",
    "call_type": "acompletion",
    "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    "spend": 0.002,
    "total_tokens": 150,
    "prompt_tokens": 120,
    "completion_tokens": 30,
    "startTime": "2026-03-02 10:00:00.250000",
    "endTime": "2026-03-02 10:00:02.750000",
    "model": "gpt-4o",
    "custom_llm_provider": "openai",
    "user": "ann",
    "end_user": "customer-7",
    "team_id": "team-1",
    "organization_id": None,
    "session_id": "s-1",
    "requester_ip_address": "198.51.100.7, 10.0.0.1",
    "cache_hit": "False",
    "status": "success",
    "metadata": {"user_agent": "OpenAI/Python 1.2", "status": "success", "user_api_key_alias": "prod"},
    "proxy_server_request": {
        "model": "gpt-4o",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "max_tokens": 256,
        "temperature": 0.5,
    },
    "messages": {},
    "response": {"choices": [{"finish_reason": "stop", "message": {"content": "hi"}}]},
}
PAYLOAD = {
    "id": "chatcmpl-2",
    "trace_id": "t-1",
    "call_type": "completion",
    "startTime": 1772445600.25,
    "endTime": 1772445601.75,
    "status": "success",
    "model": "claude-x",
    "custom_llm_provider": "anthropic",
    "end_user": "",
    "user_agent": "curl/8",
    "requester_ip_address": "198.51.100.8",
    "model_map_information": {"model_map_key": "x"},
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "model_parameters": {"max_tokens": 64, "temperature": 1.0, "stream": False},
    "messages": [{"role": "user", "content": "hello"}],
    "metadata": {"user_api_key_hash": "ab" * 32, "user_api_key_user_id": "bob", "user_api_key_org_id": "org-1"},
    "response": {"choices": [{"finish_reason": "length"}]},
}


def attribute(key, value):
    kinds = {str: "stringValue", bool: "boolValue", float: "doubleValue"}
    if isinstance(value, list):
        return {"key": key, "value": {"arrayValue": {"values": [{"stringValue": v} for v in value]}}}
    if type(value) is int:
        return {"key": key, "value": {"intValue": str(value)}}
    return {"key": key, "value": {kinds[type(value)]: value}}


def span(found, **fields):
    start = 1772445600250000000
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "chat gpt-4o",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1_500_000_000),
        "attributes": [attribute(k, v) for k, v in found.items()],
        "status": {},
    } | fields


def otlp(*spans, resource=None):
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [attribute(k, v) for k, v in (resource or {}).items()]},
                "scopeSpans": [{"scope": {"name": "openai"}, "spans": list(spans)}],
            }
        ]
    }


NEW_SPAN = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.id": "chatcmpl-3",
    "gen_ai.request.max_tokens": 4096,
    "gen_ai.request.temperature": 0.0,
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 34,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.conversation.id": "c-1",
    "user.id": "cleo",
    "client.address": "198.51.100.9",
    "user_agent.original": "app/1",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]),
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
}
OTLP = otlp(span(NEW_SPAN))
STORED = {
    "object": "chat.completion",
    "id": "chatcmpl-4",
    "model": "gpt-4o",
    "created": 1772445600,
    "request_id": "req_1",
    "usage": {"prompt_tokens": 20, "completion_tokens": 8, "prompt_tokens_details": {"cached_tokens": 16}},
    "seed": 1,
    "top_p": 1.0,
    "temperature": 0.7,
    "input_user": "u-9",
    "metadata": {"user_id": "dora"},
    "tools": [{}],
    "choices": [{"finish_reason": "tool_calls", "message": {"content": None}}],
    "messages": [{"role": "user", "content": "hello"}],
}
PAIR = {
    "ts": "2026-03-02T10:00:00.250Z",
    "request_id": "r-5",
    "headers": {
        "User-Agent": "app/2",
        "X-Forwarded-For": "198.51.100.5",
        "X-Account-Id": "emil",
        "Authorization": "Bearer sk-proj-abcdefghijklmnopqrstuv",
    },
    "path": "/v1/messages",
    "status": 200,
    "request": {
        "model": "claude-x",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        "metadata": {"user_id": "end-1"},
    },
    "response": {
        "id": "msg_1",
        "type": "message",
        "model": "claude-x",
        "stop_reason": "max_tokens",
        "content": [{"type": "text", "text": "hi"}],
        "usage": {
            "input_tokens": 3,
            "cache_read_input_tokens": 40,
            "cache_creation_input_tokens": 7,
            "output_tokens": 9,
        },
    },
}
BEDROCK = {
    "schemaType": "ModelInvocationLog",
    "schemaVersion": "1.0",
    "timestamp": "2026-03-02T10:00:00Z",
    "accountId": "123456789012",
    "region": "us-east-1",
    "requestId": "b-1",
    "operation": "Converse",
    "modelId": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x",
    "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/app/tenant-7"},
    "requestMetadata": {"tenant": "t-7"},
    "input": {
        "inputContentType": "application/json",
        "inputTokenCount": 20,
        "cacheReadInputTokenCount": 5,
        "inputBodyJson": {
            "messages": [{"role": "user", "content": [{"text": "hello"}]}],
            "system": [{"text": "Be brief."}],
            "inferenceConfig": {"maxTokens": 300, "temperature": 0.2},
        },
    },
    "output": {
        "outputContentType": "application/json",
        "outputTokenCount": 7,
        "outputBodyJson": {"stopReason": "end_turn", "usage": {"inputTokens": 20, "outputTokens": 7}},
    },
}
APIM_CALL = {
    "TimeGenerated": "2026-03-02T10:00:00.2500000Z",
    "CorrelationId": "c-1",
    "RequestId": "chatcmpl-6",
    "ModelName": "gpt-4o",
    "DeploymentName": "gpt4o",
    "OperationName": "ChatCompletions_Create",
    "PromptTokens": 12,
    "CompletionTokens": 34,
    "TotalTokens": 46,
    "IsStreamCompletion": False,
    "RequestMessages": [{"role": "user", "content": "hello"}],
    "ResponseMessages": [{"role": "assistant", "content": "hi"}],
    "SequenceNumber": 0,
}
APIM_GATEWAY = {
    "TimeGenerated": "2026-03-02T10:00:00.1Z",
    "CorrelationId": "c-1",
    "CallerIpAddress": "198.51.100.6",
    "ApimSubscriptionId": "sub-1",
    "UserId": "user-1",
    "ProductId": "gold",
    "ApiId": "openai",
    "ResponseCode": 200,
    "TotalTime": 812,
    "RequestHeaders": {"User-Agent": "app/3"},
    "RequestBody": "",
}
AZURE = {
    "TimeGenerated": "2026-03-02T10:00:01Z",
    "ResourceProvider": "MICROSOFT.COGNITIVESERVICES",
    "Category": "RequestResponse",
    "OperationName": "ChatCompletions_Create",
    "CallerIPAddress": "81.2.69.***",
    "CorrelationId": "a-1",
    "DurationMs": 450,
    "ResultSignature": "200",
    "Resource": "MY-OPENAI",
    "event_s": "ShoeboxCallResult",
    "properties_s": json.dumps(
        {
            "requestTime": 639080424002500000,
            "responseTime": 639080424007000000,
            "requestLength": 210,
            "modelDeploymentName": "gpt4o",
            "modelName": "gpt-4o",
            "streamType": "Non-Streaming",
            "objectId": "",
            "callerObjectId": "obj-1",
            "promptTokens": 12,
            "completionTokens": 34,
        }
    ),
}
VERTEX = {
    "endpoint": "projects/my-project/locations/us/endpoints/1",
    "deployed_model_id": "2",
    "logging_time": "2026-03-02 10:00:02.250000 UTC",
    "request_id": 12345678901234567890123,
    "request_payload": [],
    "response_payload": [],
    "model": "publishers/google/models/gemini-x",
    "model_version": "",
    "api_method": "generateContent",
    "metadata": json.dumps({"request_latency": 2000.0}),
    "full_request": {
        "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
        "labels": {"user": "fred"},
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"maxOutputTokens": 500, "temperature": 0.9, "topP": 0.95, "candidateCount": 1},
    },
    "full_response": json.dumps(
        {
            "candidates": [{"finishReason": "MAX_TOKENS"}],
            "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 4, "thoughtsTokenCount": 6},
        }
    ),
}
HELICONE = {
    "request_id": "h-1",
    "request_created_at": "2026-03-02T10:00:00.25Z",
    "response_created_at": "2026-03-02T10:00:01Z",
    "response_status": 200,
    "request_path": "https://oai.helicone.ai/v1/chat/completions",
    "request_user_id": "gina",
    "request_properties": {"Helicone-Session-Id": "s-2"},
    "request_model": "gpt-4o",
    "provider": "OPENAI",
    "delay_ms": 750,
    "prompt_tokens": 10,
    "completion_tokens": 20,
    "country_code": "de",
    "costUSD": 0.1,
    "request_body": {
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 99,
        "logprobs": True,
        "top_logprobs": 5,
    },
    "response_body": {"choices": [{"finish_reason": "stop"}]},
}
OBSERVATION = {
    "id": "o-1",
    "trace_id": "t-9",
    "project_id": "p",
    "type": "GENERATION",
    "start_time": "2026-03-02 10:00:00.250000",
    "end_time": "2026-03-02 10:00:01.250000",
    "provided_model_name": "gpt-4o",
    "model_parameters": json.dumps({"max_tokens": 64, "temperature": 0.1}),
    "input": json.dumps([{"role": "user", "content": "hello"}]),
    "output": "hi",
    "usage_details": {"input": "10", "output": "20", "input_cached_tokens": "5"},
    "latency": 1.0,
    "level": "DEFAULT",
}
TRACE = {
    "id": "t-9",
    "timestamp": "2026-03-02 10:00:00.2",
    "user_id": "hugo",
    "session_id": "s-3",
    "metadata": {"team": "x"},
}
KONG = {
    "started_at": 1772445600250,
    "client_ip": "198.51.100.3",
    "consumer": {"id": "k-1", "username": "ida", "custom_id": ""},
    "request": {"id": "kr-1", "uri": "/v1/chat/completions", "headers": {"user-agent": "app/4"}},
    "response": {"status": 200},
    "latencies": {"request": 900, "kong": 1},
    "workspace": "default",
    "ai": {
        "ai-proxy": {
            "payload": {"request": json.dumps({"messages": [{"role": "user", "content": "hello"}], "max_tokens": 33})},
            "usage": {"prompt_tokens": 10, "completion_token": 20, "cost": 0.1},
            "meta": {"request_model": "gpt-4o", "response_model": "gpt-4o-1", "provider_name": "openai"},
        }
    },
}
ENVOY = {
    "start_time": "2026-03-02T10:00:00.250Z",
    "duration": 700,
    "response_code": 200,
    "x-request-id": "e-1",
    "x-forwarded-for": "198.51.100.2,10.0.0.1",
    "user-agent": "app/5",
    "x-user-id": "jan",
    "x-tenant-id": "-",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": None,
    "x-team": "blue",
}
CLOUDFLARE = {
    "id": "01J",
    "created_at": "2026-03-02 10:00:00",
    "provider": "openai",
    "model": "gpt-4o",
    "model_type": "chat",
    "path": "v1/chat/completions",
    "request_type": "text",
    "status_code": 200,
    "success": True,
    "tokens_in": 10,
    "tokens_out": 20,
    "cached": False,
    "cost": 0.1,
    "duration": 640,
    "metadata": {"user_id": "kim"},
    "step": 0,
}
SEALED = {"key": "YQ==", "iv": "Yg==", "data": "Yw=="}
LOGPUSH = {
    "Gateway": "gw",
    "Provider": "openai",
    "Model": "gpt-4o",
    "Endpoint": "chat/completions",
    "StatusCode": 200,
    "Cached": False,
    "RateLimited": False,
    "Metadata": SEALED,
    "RequestBody": SEALED,
    "ResponseBody": SEALED,
}
WILDCHAT = {
    "conversation_hash": "f00",
    "model": "gpt-4-0314",
    "timestamp": "2026-03-02T10:05:00Z",
    "turn": 2,
    "language": "English",
    "hashed_ip": "aa11",
    "country": "Germany",
    "header": {"user-agent": "Mozilla/5.0", "accept-language": "de"},
    "conversation": [
        {
            "role": "user",
            "content": "hello",
            "hashed_ip": "aa11",
            "country": "Germany",
            "turn_identifier": 1,
            "timestamp": None,
            "header": {"user-agent": "Mozilla/5.0"},
            "redacted": False,
        },
        {
            "role": "assistant",
            "content": "hi",
            "turn_identifier": 1,
            "timestamp": "2026-03-02T10:00:00Z",
            "redacted": False,
        },
        {
            "role": "user",
            "content": "my name is NAME_1",
            "hashed_ip": "aa11",
            "turn_identifier": 2,
            "timestamp": None,
            "header": {"user-agent": "Mozilla/5.0"},
            "redacted": True,
        },
        {
            "role": "assistant",
            "content": "yes",
            "turn_identifier": 2,
            "timestamp": "2026-03-02T10:05:00Z",
            "redacted": False,
        },
    ],
}

#: format → a record that must be recognised as it, and as nothing else.
SAMPLES = [
    ("litellm-spend", SPEND),
    ("litellm-payload", PAYLOAD),
    ("otlp", OTLP),
    ("openai-stored", STORED),
    ("pairs", PAIR),
    ("bedrock", BEDROCK),
    ("azure-apim", APIM_CALL),
    ("azure-apim", APIM_GATEWAY),
    ("azure-openai", AZURE),
    ("vertex", VERTEX),
    ("helicone", HELICONE),
    ("langfuse", OBSERVATION),
    ("langfuse", TRACE),
    ("kong", KONG),
    ("envoy", ENVOY),
    ("cloudflare", CLOUDFLARE),
    ("cloudflare", LOGPUSH),
    ("wildchat", WILDCHAT),
]
