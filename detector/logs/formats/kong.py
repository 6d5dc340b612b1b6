"""Kong AI Gateway: what any of its logging plugins writes for a request that an AI plugin has handled."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.answers import Usage, fill_from_usage
from detector.logs.bodies import fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.moments import of_milliseconds
from detector.logs.nested import as_object, first, inside
from detector.logs.query import Query, Value


class Consumer(Struct, gc=False):
    """Whom the key of the request belongs to."""

    id: Value = None
    username: Value = None
    custom_id: Value = None


class Asked(Struct, gc=False):
    """The request, its headers by name."""

    id: Value = None
    uri: Value = None
    headers: Value = None


class Answered(Struct, gc=False):
    """The response."""

    status: Value = None


class Latencies(Struct, gc=False):
    """Milliseconds."""

    request: Value = None


class Entry(Struct, gc=False):
    """A log entry; `ai` holds one object for each AI plugin, or in version 1 the plugin's parts themselves."""

    started_at: Value = None
    client_ip: Value = None
    consumer: Consumer | None = None
    authenticated_entity: Consumer | None = None
    request: Asked | None = None
    response: Answered | None = None
    latencies: Latencies | None = None
    ai: dict[str, Any] | None = None


def query(row: Entry) -> Query | None:
    """Query of an entry, None where no AI plugin was at work; the account is the consumer."""
    if not row.ai:
        return None
    caller = row.consumer or Consumer()
    entity = row.authenticated_entity or Consumer()
    asked = row.request or Asked()
    headers = as_object(asked.headers)
    found = Query(
        timestamp=of_milliseconds(row.started_at),
        request_id=first(asked.id, headers.get("x-request-id"), headers.get("kong-request-id")),
        account_id=first(caller.custom_id, caller.username, caller.id, entity.id),
        api_key_id=first(entity.id, caller.id),
        client_ip=first(row.client_ip),
        user_agent=headers.get("user-agent"),
        operation=operation_of(asked.uri),
        status_code=None if row.response is None else row.response.status,
        latency_ms=None if row.latencies is None else row.latencies.request,
        fields=headers,
    )
    for part in _plugins(row.ai):
        _fill_from_plugin(found, part)
    return found


def _plugins(ai: dict[str, Any]) -> list[dict[str, Any]]:
    """Parts of all AI plugins; in version 1 the payload stands beside them."""
    parts = [part for part in ai.values() if isinstance(part, dict) and ({"meta", "usage", "payload"} & part.keys())]
    return [ai, *parts] if {"meta", "usage", "payload"} & ai.keys() else parts


def _fill_from_plugin(found: Query, part: dict[str, Any]) -> None:
    meta, usage = as_object(part.get("meta")), as_object(part.get("usage"))
    found.model = first(found.model, meta.get("response_model"), meta.get("request_model"))
    found.provider = first(found.provider, meta.get("provider_name"))
    asked = as_object(part.get("payload")).get("request")
    if asked:
        fill_from_body(found, asked)
    found.input_tokens = first(found.input_tokens, usage.get("prompt_token"))
    found.output_tokens = first(found.output_tokens, usage.get("completion_token"))
    counts = inside(usage, Usage)
    if counts is not None:
        fill_from_usage(found, counts)


FORMAT = Format(
    name="kong",
    title="Kong AI Gateway",
    signs=(("started_at", "client_ip", "ai"), ("started_at", "latencies", "ai")),
    record=Entry,
    read=query,
)
