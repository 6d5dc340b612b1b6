"""Helicone's export of requests, as JSON lines or CSV."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first, inside
from detector.logs.query import Query, Value


class Row(Struct, gc=False):
    """A request; bodies stand in it only if they were exported with it. The CSV export renames a few fields."""

    request_id: Value = None
    request_created_at: Value = None
    response_status: Value = None
    status: Value = None
    request_body: Body | str | None = None
    response_body: Answer | list[Value] | str | None = None
    request_path: Value = None
    request_user_id: Value = None
    user_id: Value = None
    request_properties: Value = None
    properties: Value = None
    request_model: Value = None
    response_model: Value = None
    model: Value = None
    provider: Value = None
    delay_ms: Value = None
    latency: Value = None
    prompt_tokens: Value = None
    completion_tokens: Value = None
    prompt_cache_read_tokens: Value = None
    country_code: Value = None
    signed_body_url: Value = None


def query(row: Row) -> Query:
    """Query of a request; the account is the user that the Helicone-User-Id header names."""
    properties = as_object(first(row.request_properties, row.properties))
    body = inside(row.request_body, Body)
    found = Query(
        timestamp=row.request_created_at,
        request_id=row.request_id,
        account_id=first(row.request_user_id, row.user_id),
        session_id=first(properties.get("Helicone-Session-Id"), properties.get("session_id")),
        country=first(row.country_code),
        provider=first(row.provider),
        model=first(row.request_model, row.model, row.response_model),
        operation=operation_of(row.request_path),
        content_state="offloaded" if body is None and row.signed_body_url else None,
        input_tokens=first(row.prompt_tokens),
        cached_input_tokens=first(row.prompt_cache_read_tokens),
        output_tokens=first(row.completion_tokens),
        status_code=first(row.response_status, row.status),
        latency_ms=first(row.delay_ms, row.latency),
        fields=properties,
    )
    if body is not None:
        fill_from_body(found, body)
    fill_from_answer(found, row.response_body)
    found.account_id = first(found.account_id, found.end_user_id)
    return found


FORMAT = Format(
    name="helicone",
    title="Helicone export",
    signs=(("request_id", "request_created_at", "request_user_id"), ("request_created_at", "request_path"),
           ("request_created_at", "response_status")),
    record=Row,
    read=query,
    caveat="The export holds no client address, and bodies only with --include-body.",
)  # fmt: skip
