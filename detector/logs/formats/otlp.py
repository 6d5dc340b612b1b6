"""OpenTelemetry GenAI as OTLP/JSON: spans and log records, with the attribute names of old and new conventions."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.formats.declare import Format, Read
from detector.logs.moments import of_nanoseconds
from detector.logs.nested import first, parsed
from detector.logs.query import Query, Value

_INFERENCE = frozenset({"chat", "text_completion", "generate_content", "embeddings", "completion", "responses"})
#: Attributes that may name the account, after `user.id`.
_ACCOUNTS = ("user.id", "enduser.id", "gen_ai.user.id", "gen_ai.user", "llm.user")
_EVENT = "gen_ai.client.inference.operation.details"


class AnyValue(Struct, gc=False):
    """A value, in the field that names its type."""

    stringValue: Value = None
    intValue: Value = None
    doubleValue: Value = None
    boolValue: Value = None
    arrayValue: Value = None
    kvlistValue: Value = None


class Attribute(Struct, gc=False):
    """A key and its value."""

    key: Value = None
    value: AnyValue | None = None


class Status(Struct, gc=False):
    """How a span ended; 2 is an error."""

    code: Value = None


class Record(Struct, gc=False):
    """A span, a log record, or the resource that stands before those it has sent."""

    attributes: list[Attribute] | None = None
    traceId: Value = None
    spanId: Value = None
    startTimeUnixNano: Value = None
    endTimeUnixNano: Value = None
    timeUnixNano: Value = None
    observedTimeUnixNano: Value = None
    eventName: Value = None
    status: Status | None = None


def reader() -> Read:
    """Reader of one file: facts of a resource hold for the spans and log records that follow it."""
    resource: dict[str, Any] = {}

    def read(record: Record) -> Query | tuple[()] | None:
        nonlocal resource
        found = _attributes(record.attributes)
        if record.startTimeUnixNano is None and record.timeUnixNano is None and record.traceId is None:
            resource = found
            return ()
        return _query(record, resource | found if resource else found)

    return read


def _query(record: Record, found: dict[str, Any]) -> Query | None:
    """Query of a span or log record, None where it is no inference: agents and tools would count twice."""
    get = found.get
    is_span = record.startTimeUnixNano is not None
    operation = get("gen_ai.operation.name")
    if not _is_inference(record, operation, found):
        return None
    started = of_nanoseconds(
        record.startTimeUnixNano if is_span else first(record.timeUnixNano, record.observedTimeUnixNano)
    )
    failed = get("error.type") is not None or (
        record.status is not None and record.status.code in (2, "STATUS_CODE_ERROR")
    )
    account = get("user.id") or first(*map(get, _ACCOUNTS))
    tokens_in, tokens_out = get("gen_ai.usage.input_tokens"), get("gen_ai.usage.output_tokens")
    status = get("http.response.status_code") or get("http.status_code")
    return Query(
        timestamp=started,
        request_id=get("gen_ai.response.id") or record.spanId,
        account_id=account,
        api_key_id=get("gen_ai.api_key.id"),
        organization_id=get("gen_ai.organization.id") or get("tenant.id") or get("organization.id"),
        end_user_id=get("enduser.id"),
        session_id=get("gen_ai.conversation.id") or get("session.id"),
        client_ip=get("client.address") or get("http.client_ip") or get("net.sock.peer.addr"),
        user_agent=get("user_agent.original") or get("http.user_agent"),
        provider=get("gen_ai.provider.name") or get("gen_ai.system"),
        model=get("gen_ai.request.model") or get("gen_ai.response.model"),
        operation=operation,
        system_prompt=parsed(get("gen_ai.system_instructions")),
        prompt=_prompt(found),
        n_tools=_count(parsed(get("gen_ai.tool.definitions"))),
        n_choices=get("gen_ai.request.choice.count"),
        max_tokens=get("gen_ai.request.max_tokens"),
        temperature=get("gen_ai.request.temperature"),
        top_p=get("gen_ai.request.top_p"),
        stream=get("llm.is_streaming") if (streams := get("gen_ai.request.stream")) is None else streams,
        input_tokens=get("gen_ai.usage.prompt_tokens") if tokens_in is None else tokens_in,
        cached_input_tokens=get("gen_ai.usage.cache_read.input_tokens"),
        output_tokens=get("gen_ai.usage.completion_tokens") if tokens_out is None else tokens_out,
        status_code=status or (500 if failed else None),
        finish_reason=_first_of(get("gen_ai.response.finish_reasons"), found),
        ended=of_nanoseconds(record.endTimeUnixNano) if is_span else None,
        link=f"{record.traceId}/{record.spanId}" if record.spanId else None,
        rank=0 if is_span else 1,
        fields=found,
    )


def _is_inference(record: Record, operation: Value, found: dict[str, Any]) -> bool:
    if operation is not None:
        return operation in _INFERENCE
    if record.startTimeUnixNano is None:
        return record.eventName == _EVENT or found.get("event.name") == _EVENT
    # spans of the oldest conventions name no operation
    return "gen_ai.request.model" in found and ("gen_ai.system" in found or "gen_ai.provider.name" in found)


def _prompt(found: dict[str, Any]) -> Value:
    """Messages of the new attribute, of the old one, or of the oldest, which numbers them."""
    whole = found.get("gen_ai.input.messages") or found.get("gen_ai.prompt")
    if whole is not None:
        return parsed(whole)
    messages: list[dict[str, Value]] = []
    while (content := found.get(f"gen_ai.prompt.{len(messages)}.content")) is not None:
        messages.append({"role": found.get(f"gen_ai.prompt.{len(messages)}.role", "user"), "content": content})
    return messages or None


def _first_of(reasons: Value, found: dict[str, Any]) -> Value:
    if isinstance(reasons, list) and reasons:
        return reasons[0]
    return first(reasons or None, found.get("gen_ai.completion.0.finish_reason"))


def _count(tools: Value) -> int | None:
    return len(tools) if isinstance(tools, list) else None


def _attributes(listed: list[Attribute] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in listed or ():
        key, value = attribute.key, attribute.value
        if value is not None and type(key) is str:
            told = value.stringValue
            found[key] = _other(value) if told is None else told
    return found


def _other(value: AnyValue) -> Value:
    """Value that is no text: lists and objects wrap values of their own."""
    if value.intValue is not None:
        return _whole(value.intValue)
    if value.boolValue is not None:
        return value.boolValue
    if value.arrayValue is not None:
        return _listed(value.arrayValue)
    return value.doubleValue if value.kvlistValue is None else _mapped(value.kvlistValue)


def _whole(value: Value) -> Value:
    """64-bit integers are written as text, of twenty characters at most."""
    return int(value) if type(value) is str and len(value) <= 20 and value.removeprefix("-").isdecimal() else value


def _listed(value: Value) -> list[Value]:
    return [_unwrapped(item) for item in value.get("values", ())] if isinstance(value, dict) else []


def _mapped(value: Value) -> dict[str, Value]:
    pairs = value.get("values", ()) if isinstance(value, dict) else ()
    named = [p for p in pairs if isinstance(p, dict) and isinstance(p.get("key"), str)]
    return {p["key"]: _unwrapped(p.get("value")) for p in named}


def _unwrapped(wrapped: Any) -> Value:  # noqa: ANN401
    """Value inside a list or an object."""
    if not isinstance(wrapped, dict) or not wrapped:
        return None
    kind, value = next(iter(wrapped.items()))
    read = _INNER.get(kind)
    return value if read is None else read(value)


_INNER = {"intValue": _whole, "arrayValue": _listed, "kvlistValue": _mapped}


FORMAT = Format(
    name="otlp",
    title="OpenTelemetry GenAI (OTLP/JSON)",
    signs=(("traceId", "spanId", "startTimeUnixNano"), ("timeUnixNano", "attributes"), ("resource", "scopeSpans"),
           ("resourceSpans",), ("resourceLogs",)),
    record=Record,
    starts=reader,
    linked=True,
    facts=(("resourceLogs",), ("timeUnixNano",)),
    caveat="The conventions have no attribute for an account: one is known only where the application sets user.id or "
    "another that --account-key names.",
)  # fmt: skip
