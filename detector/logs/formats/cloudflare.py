"""Cloudflare AI Gateway: logs from its API, and from Logpush, where bodies and metadata are encrypted."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first
from detector.logs.query import Query, Value

_ACCOUNTS = ("account_id", "user_id", "userId", "user", "account", "customer_id", "tenant")
_SEALED = {"key", "iv", "data"}


class Entry(Struct, gc=False):
    """An entry of the API (lower case) or of Logpush (upper case)."""

    id: Value = None
    created_at: Value = None
    provider: Value = None
    model: Value = None
    path: Value = None
    request_type: Value = None
    status_code: Value = None
    success: Value = None
    tokens_in: Value = None
    tokens_out: Value = None
    duration: Value = None
    metadata: Value = None
    request: Body | str | None = None
    response: Answer | list[Value] | str | None = None
    Gateway: Value = None
    Provider: Value = None
    Model: Value = None
    Endpoint: Value = None
    StatusCode: Value = None
    Timestamp: Value = None
    Datetime: Value = None
    CreatedAt: Value = None
    RequestID: Value = None
    RayID: Value = None
    Metadata: Value = None
    RequestBody: Value = None
    ResponseBody: Value = None
    TokensIn: Value = None
    TokensOut: Value = None


def query(row: Entry) -> Query:
    """Query of an entry; the account is what the caller's metadata names so, where that is not encrypted."""
    metadata = as_object(first(row.metadata, row.Metadata))
    sealed = _is_sealed(row.RequestBody)
    found = Query(
        timestamp=first(row.created_at, row.Timestamp, row.Datetime, row.CreatedAt),
        request_id=first(row.id, row.RequestID, row.RayID),
        account_id=None if _is_sealed(metadata) else first(*(metadata.get(name) for name in _ACCOUNTS)),
        organization_id=first(row.Gateway),
        provider=first(row.provider, row.Provider),
        model=first(row.model, row.Model),
        operation=first(operation_of(first(row.path, row.Endpoint)), row.request_type),
        content_state="encrypted" if sealed else None,
        input_tokens=first(row.tokens_in, row.TokensIn),
        output_tokens=first(row.tokens_out, row.TokensOut),
        status_code=first(row.status_code, row.StatusCode),
        latency_ms=row.duration,
        fields=metadata,
    )
    if not sealed:
        asked = first(row.request, row.RequestBody)
        if asked is not None:
            fill_from_body(found, asked)
    if not _is_sealed(row.ResponseBody):
        fill_from_answer(found, first(row.response, row.ResponseBody))
    found.account_id = first(found.account_id, found.end_user_id)
    return found


def _is_sealed(value: Value) -> bool:
    """Whether a field is the key, the start and the data of something encrypted."""
    return as_object(value).keys() >= _SEALED


FORMAT = Format(
    name="cloudflare",
    title="Cloudflare AI Gateway",
    signs=(("created_at", "tokens_in", "tokens_out"), ("Gateway", "Provider", "Model", "RequestBody"),
           ("Gateway", "Endpoint", "StatusCode", "Model")),
    record=Entry,
    read=query,
    caveat="Logpush encrypts metadata and bodies: decrypt them before the scan, or accounts and prompts are unknown.",
)  # fmt: skip
