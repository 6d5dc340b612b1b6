"""Pairs of request and response: what home-grown gateways dump, and the files of the Batch APIs."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.moments import of_seconds
from detector.logs.nested import as_object, first, inside
from detector.logs.query import Query, Value
from detector.logs.raw_keys import of_authorization

_ACCOUNTS = ("x-account-id", "x-user-id", "x-tenant-id", "x-consumer-id", "x-customer-id")
_STATUS_WORDS = {"success": 200, "succeeded": 200, "ok": 200}


class Request(Body, gc=False):
    """A request: its body, or what wraps a body together with headers."""

    body: Body | list[Value] | str | None = None
    json: Body | list[Value] | str | None = None
    headers: Value = None
    url: Value = None
    path: Value = None
    params: Body | list[Value] | str | None = None


class Response(Answer, gc=False):
    """An answer: its body, or what wraps a body together with status and headers."""

    body: Answer | list[Value] | str | None = None
    json: Answer | list[Value] | str | None = None
    status_code: Value = None
    request_id: Value = None


class Pair(Struct, gc=False):
    """A request and its answer under the names that are common for them, and what stands beside."""

    request: Request | list[Value] | str | None = None
    response: Response | list[Value] | str | None = None
    request_body: Body | list[Value] | str | None = None
    response_body: Answer | list[Value] | str | None = None
    body: Body | list[Value] | str | None = None
    params: Request | str | None = None
    result: Response | str | None = None
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


_NO_REQUEST, _NO_RESPONSE = Request(), Response()


def query(row: Pair) -> Query:
    """Query of a pair; the account is what the pair names so, a header of a usual name, the end user or the key."""
    asked = inside(row.request or row.params, Request) or _NO_REQUEST
    answered = inside(row.response or row.result, Response) or _NO_RESPONSE
    headers = _headers(asked.headers or row.request_headers or row.headers)
    get = headers.get
    key = row.api_key_id or row.api_key or of_authorization(headers)
    found = Query(
        request_id=row.request_id
        or first(row.request_id, row.custom_id, row.id, answered.request_id, get("x-request-id")),
        api_key_id=key,
        organization_id=row.organization_id or row.org_id or row.tenant_id or get("openai-organization"),
        session_id=row.session_id or get("x-session-id"),
        client_ip=row.client_ip or row.ip or get("x-forwarded-for") or row.remote_addr or get("x-real-ip"),
        user_agent=row.user_agent or get("user-agent"),
        provider=row.provider,
        operation=operation_of(row.path or row.url or row.endpoint or asked.path or asked.url),
        status_code=_status(answered.status_code or answered.status or row.status_code or row.status),
        latency_ms=row.duration_ms if row.latency_ms is None else row.latency_ms,
        fields=headers,
    )
    body = row.request_body or asked.body or asked.json or asked.params
    fill_from_body(found, body or (asked if asked is not _NO_REQUEST else row.request or row.params or row.body))
    answered_body = row.response_body or answered.body or answered.json or answered.message
    answer = fill_from_answer(found, answered_body or (answered if answered is not _NO_RESPONSE else row.response))
    found.model = found.model or row.model
    told = row.timestamp or row.ts or row.time or row.created_at or row.start_time
    found.timestamp = told or (None if answer is None else of_seconds(answer.created))
    found.account_id = (
        first(row.account_id, row.account, row.user_id, row.user)
        or next(filter(None, map(get, _ACCOUNTS)), None)
        or found.end_user_id
        or key
    )
    return found


def _status(value: Value) -> Value:
    return _STATUS_WORDS.get(value, value) if isinstance(value, str) else value


def _headers(value: Value) -> dict[str, Any]:
    """Headers by lower-case name."""
    return {name.lower(): text for name, text in as_object(value).items()}


FORMAT = Format(
    name="pairs",
    title="request and response pairs",
    signs=(("request", "response"), ("request_body", "response_body"), ("custom_id", "response"),
           ("custom_id", "result"), ("custom_id", "body", "url"), ("custom_id", "params")),
    record=Pair,
    read=query,
)  # fmt: skip
