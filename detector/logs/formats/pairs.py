"""Pairs of request and response: what home-grown gateways dump, and the files of the Batch APIs."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.answers import fill_from_answer
from detector.logs.bodies import fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.moments import of_seconds
from detector.logs.nested import as_object, first, inside, parsed
from detector.logs.query import Query, Value
from detector.logs.raw_keys import of_authorization

_ACCOUNTS = ("x-account-id", "x-user-id", "x-tenant-id", "x-consumer-id", "x-customer-id")


class Pair(Struct, gc=False):
    """A request and its answer under the names that are common for them, and what stands beside."""

    request: Value = None
    response: Value = None
    request_body: Value = None
    response_body: Value = None
    body: Value = None
    params: Value = None
    result: Value = None
    error: Value = None
    headers: Value = None
    request_headers: Value = None
    id: Value = None
    request_id: Value = None
    custom_id: Value = None
    ts: Value = None
    timestamp: Value = None
    time: Value = None
    created_at: Value = None
    start_time: Value = None
    account_id: Value = None
    account: Value = None
    user_id: Value = None
    user: Value = None
    tenant_id: Value = None
    org_id: Value = None
    organization_id: Value = None
    api_key_id: Value = None
    api_key: Value = None
    session_id: Value = None
    client_ip: Value = None
    ip: Value = None
    remote_addr: Value = None
    user_agent: Value = None
    provider: Value = None
    model: Value = None
    url: Value = None
    path: Value = None
    endpoint: Value = None
    status: Value = None
    status_code: Value = None
    latency_ms: Value = None
    duration_ms: Value = None


class Wrapped(Struct, gc=False):
    """A request or a response that wraps its body together with headers and status."""

    body: Value = None
    json: Value = None
    headers: Value = None
    url: Value = None
    path: Value = None
    status: Value = None
    status_code: Value = None
    request_id: Value = None
    params: Value = None
    message: Value = None


def query(row: Pair) -> Query:
    """Query of a pair; the account is what the pair names so, a header of a usual name, the end user or the key."""
    asked = inside(first(row.request, row.params), Wrapped) or Wrapped()
    answered = inside(first(row.response, row.result), Wrapped) or Wrapped()
    headers = _headers(first(asked.headers, row.request_headers, row.headers))
    key = first(row.api_key_id, row.api_key, of_authorization(headers))
    found = Query(
        request_id=first(row.request_id, row.custom_id, row.id, answered.request_id, headers.get("x-request-id")),
        api_key_id=key,
        organization_id=first(row.organization_id, row.org_id, row.tenant_id, headers.get("openai-organization")),
        session_id=first(row.session_id, headers.get("x-session-id")),
        client_ip=first(
            row.client_ip, row.ip, headers.get("x-forwarded-for"), row.remote_addr, headers.get("x-real-ip")
        ),
        user_agent=first(row.user_agent, headers.get("user-agent")),
        provider=row.provider,
        operation=operation_of(first(row.path, row.url, row.endpoint, asked.path, asked.url)),
        status_code=_status(first(answered.status_code, answered.status, row.status_code, row.status)),
        latency_ms=first(row.latency_ms, row.duration_ms),
        fields=headers,
    )
    fill_from_body(
        found, _body(first(row.request_body, asked.body, asked.json, asked.params, row.request, row.params, row.body))
    )
    answer = fill_from_answer(
        found, _body(first(row.response_body, answered.body, answered.json, answered.message, row.response))
    )
    found.model = first(found.model, row.model)
    told = first(row.timestamp, row.ts, row.time, row.created_at, row.start_time)
    found.timestamp = first(told, None if answer is None else of_seconds(answer.created))
    named = [headers.get(name) for name in _ACCOUNTS]
    found.account_id = first(row.account_id, row.account, row.user_id, row.user, *named, found.end_user_id, key)
    return found


def _body(value: Value) -> Value:
    """Body as an object, or the text that it is."""
    return parsed(value)


def _status(value: Value) -> Value:
    words = {"success": 200, "succeeded": 200, "ok": 200}
    return words.get(value, value) if isinstance(value, str) else value


def _headers(value: Value) -> dict[str, Any]:
    """Headers by lower-case name."""
    return {name.lower(): text for name, text in as_object(value).items() if isinstance(name, str)}


FORMAT = Format(
    name="pairs",
    title="request and response pairs",
    signs=(("request", "response"), ("request_body", "response_body"), ("custom_id", "response"),
           ("custom_id", "result"), ("custom_id", "body", "url"), ("custom_id", "params")),
    record=Pair,
    read=query,
)  # fmt: skip
