"""LiteLLM_SpendLogs: a dump of the table in which a LiteLLM proxy keeps what every request cost.

The prompt is in `proxy_server_request`, not in `messages`, and every text in it is cut to 2,048 characters.
"""

from __future__ import annotations

import re

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.messages import conversation
from detector.logs.nested import as_object, first, parsed
from detector.logs.query import Query, Value

#: LiteLLM 1.109 `_sanitize_request_body_for_spend_logs_payload` keeps 35 % from the start and 65 % from the end.
_CUT = re.compile(r"\.{3} ?\(litellm_truncated skipped (\d{1,12}) chars.{0,600}?\) ?\.{3}", re.DOTALL)
_MARK = "litellm_truncated"
_REDACTED = ("redacted-by-litellm", "REDACTED_BY_LITELM")
OPERATIONS = {"acompletion": "chat", "completion": "chat", "aembedding": "embeddings", "embedding": "embeddings",
          "aresponses": "chat", "responses": "chat", "anthropic_messages": "chat", "atext_completion": "completion",
          "text_completion": "completion"}  # fmt: skip


class Row(Struct, gc=False):
    """A row of the table; objects stand in it as such or as JSON in text, depending on the dump."""

    request_id: Value = None
    startTime: Value = None
    endTime: Value = None
    request_duration_ms: Value = None
    api_key: Value = None
    user: Value = None
    end_user: Value = None
    organization_id: Value = None
    team_id: Value = None
    session_id: Value = None
    requester_ip_address: Value = None
    metadata: Value = None
    model: Value = None
    custom_llm_provider: Value = None
    call_type: Value = None
    prompt_tokens: Value = None
    completion_tokens: Value = None
    status: Value = None
    proxy_server_request: Body | str | None = None
    messages: Value = None
    response: Answer | list[Value] | str | None = None


def query(row: Row) -> Query:
    """Query of a row; the account is the internal user, or the key where there is none."""
    metadata = as_object(row.metadata)
    found = Query(
        timestamp=row.startTime,
        request_id=row.request_id,
        account_id=row.user or first(row.user, row.api_key),
        api_key_id=row.api_key,
        organization_id=row.organization_id or row.team_id or None,
        end_user_id=None if row.end_user == "" else row.end_user,
        session_id=row.session_id,
        client_ip=row.requester_ip_address or metadata.get("requester_ip_address"),
        user_agent=metadata.get("user_agent"),
        provider=row.custom_llm_provider,
        model=row.model,
        operation=operation_of_call(row.call_type),
        input_tokens=row.prompt_tokens,
        output_tokens=row.completion_tokens,
        cached_input_tokens=as_object(metadata.get("additional_usage_values")).get("cache_read_input_tokens"),
        status_code=_status(row.status or metadata.get("status"), metadata),
        latency_ms=row.request_duration_ms,
        ended=row.endTime,
        fields=metadata,
    )
    fill_from_body(found, row.proxy_server_request)
    if found.prompt is None:
        kept = parsed(row.messages)
        found.prompt = kept if kept else None
    fill_from_answer(found, row.response)
    _mend_cut(found)
    return found


def operation_of_call(call: Value) -> Value:
    """Kind of request that LiteLLM's function of a name makes."""
    return OPERATIONS.get(call, call) if isinstance(call, str) else None


def is_redacted(text: Value) -> bool:
    """Whether LiteLLM was told to leave out a text."""
    return text in _REDACTED


def _status(status: Value, metadata: dict[str, Value]) -> Value:
    if status == "success":
        return 200
    return as_object(metadata.get("error_information")).get("error_code") if status == "failure" else None


def _mend_cut(found: Query) -> None:
    """Say of a prompt that LiteLLM has cut that it is, and how long it was."""
    talk = None if found.prompt is None else conversation(found.prompt)
    if talk is None or talk.prompt is None:
        return
    found.prompt = talk.prompt
    found.n_messages = talk.n_messages if found.n_messages is None else found.n_messages
    found.system_prompt = found.system_prompt or talk.system_prompt
    if is_redacted(talk.prompt):
        found.prompt, found.content_state = None, "redacted"
        return
    if _MARK not in talk.prompt:
        return
    cuts = list(_CUT.finditer(talk.prompt))
    if cuts:
        found.content_state = "truncated"
        found.prompt_chars = len(talk.prompt) + sum(int(cut[1]) - len(cut[0]) for cut in cuts)


FORMAT = Format(
    name="litellm-spend",
    title="LiteLLM SpendLogs",
    signs=(("startTime", "api_key", "spend", "call_type"), ("startTime", "api_key", "proxy_server_request")),
    record=Row,
    read=query,
    caveat="LiteLLM cuts every text of this table to 2,048 characters; log full payloads to compare long prompts.",
)
