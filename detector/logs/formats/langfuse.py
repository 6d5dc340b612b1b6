"""Langfuse's export: observations, and the traces that name their users."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, inside, parsed
from detector.logs.query import FACTS, Query, Value

_CACHED = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read")


class Row(Struct, gc=False):
    """An observation or a trace, with the names of the blob export or of the API."""

    id: Value = None
    type: Value = None
    trace_id: Value = None
    traceId: Value = None
    timestamp: Value = None
    start_time: Value = None
    startTime: Value = None
    end_time: Value = None
    endTime: Value = None
    user_id: Value = None
    userId: Value = None
    session_id: Value = None
    sessionId: Value = None
    metadata: Value = None
    provided_model_name: Value = None
    model: Value = None
    model_parameters: Body | str | None = None
    modelParameters: Body | str | None = None
    input: Value = None
    usage_details: Value = None
    usageDetails: Value = None
    latency: Value = None
    level: Value = None


def query(row: Row) -> Query | None:
    """Query of a generation, None for traces, spans and events; the account is the trace's user."""
    if row.type not in ("GENERATION", "EMBEDDING"):
        return None
    usage = as_object(row.usage_details or row.usageDetails)
    cached = next((usage[name] for name in _CACHED if name in usage), None)
    found = Query(
        timestamp=row.start_time or row.startTime,
        request_id=row.id,
        account_id=row.user_id or row.userId,
        session_id=row.session_id or row.sessionId,
        model=row.provided_model_name or row.model,
        operation="chat" if row.type == "GENERATION" else "embeddings",
        input_tokens=_sum(usage.get("input"), cached),
        cached_input_tokens=cached,
        output_tokens=usage.get("output"),
        status_code=500 if row.level == "ERROR" else None,
        ended=row.end_time or row.endTime,
        link=_text(row.trace_id or row.traceId),
        fields=as_object(row.metadata),
    )
    settings = inside(row.model_parameters or row.modelParameters, Body)
    if settings is not None:
        fill_from_body(found, settings)
    asked = parsed(row.input)
    if asked:
        fill_from_body(found, asked)
    return found


def facts(row: Row) -> Query | None:
    """What a trace tells of its observations."""
    if row.type is not None or row.trace_id or row.traceId:
        return None
    return Query(
        account_id=row.user_id or row.userId,
        session_id=row.session_id or row.sessionId,
        link=_text(row.id),
        rank=FACTS,
        fields=as_object(row.metadata),
    )


def _sum(fresh: Value, cached: Value) -> Value:
    """Tokens read, cached ones included, which Langfuse counts apart; numbers may be written as text."""
    try:
        return int(fresh) + int(cached or 0)
    except (TypeError, ValueError):
        return fresh


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


FORMAT = Format(
    name="langfuse",
    title="Langfuse export",
    signs=(("trace_id", "type", "start_time"), ("traceId", "type", "startTime"),
           ("id", "timestamp", "user_id", "session_id"), ("id", "timestamp", "userId", "sessionId")),
    record=Row,
    read=query,
    linked=True,
    tells=facts,
    facts=(("id", "timestamp", "user_id"), ("id", "timestamp", "userId")),
    ranked=False,
    caveat="Langfuse knows no client address, and an account only where the application has set the user of a trace: "
    "give the folder of traces together with that of observations.",
)  # fmt: skip
