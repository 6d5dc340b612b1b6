"""Vertex AI request-response logging, exported from BigQuery."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.moments import micros_of
from detector.logs.nested import as_object, inside
from detector.logs.query import Query, Value

_OPERATIONS = {"generatecontent": "chat", "streamgeneratecontent": "chat", "rawpredict": "chat",
               "streamrawpredict": "chat", "chatcompletions": "chat", "predict": "embeddings"}  # fmt: skip
_ACCOUNTS = ("account_id", "account", "user_id", "user", "customer", "tenant")


class Row(Struct, gc=False):
    """A row of the table; columns of type JSON are objects or text, depending on the export."""

    endpoint: Value = None
    logging_time: Value = None
    request_id: Value = None
    request_payload: Value = None
    response_payload: Value = None
    model: Value = None
    api_method: Value = None
    full_request: Body | str | None = None
    full_response: Answer | list[Value] | str | None = None
    metadata: Value = None


def query(row: Row) -> Query:
    """Query of a row; the account is a label of the request, since the row itself names no caller."""
    metadata = as_object(row.metadata)
    method = str(row.api_method).rpartition(".")[2].lower()
    body = inside(row.full_request, Body)
    found = Query(
        timestamp=_started(row.logging_time, metadata.get("request_latency")),
        request_id=row.request_id,
        organization_id=_project(row.endpoint),
        provider="google",
        model=_last_part(row.model),
        operation=_OPERATIONS.get(method, row.api_method),
        stream=method.startswith("stream") if row.api_method else None,
        status_code=metadata.get("response_code"),
        latency_ms=metadata.get("request_latency"),
    )
    fill_from_body(found, _payload(row.full_request, row.request_payload) if body is None else body)
    fill_from_answer(found, _payload(row.full_response, row.response_payload))
    found.fields = as_object(None if body is None else body.labels)
    found.account_id = next(filter(None, map(found.fields.get, _ACCOUNTS)), None) or found.end_user_id
    return found


def _payload(full: Any, parts: Value) -> Value:  # noqa: ANN401
    """Body of a model of Google, or that of a partner's model, which is text or a list of one text."""
    if full is not None and full != "":
        return full
    return parts[0] if isinstance(parts, list) and parts else parts


def _started(logged: Value, latency: Value) -> Value:
    """Moment of the request: the row's is that of the answer."""
    moment = micros_of(logged)
    if moment is None or type(latency) not in (int, float):
        return logged
    return moment - round(latency * 1_000)


def _project(endpoint: Value) -> str | None:
    parts = endpoint.split("/") if isinstance(endpoint, str) else []
    return parts[parts.index("projects") + 1] if "projects" in parts[:-1] else None


def _last_part(name: Value) -> Value:
    return name.rpartition("/")[2] if isinstance(name, str) else name


FORMAT = Format(
    name="vertex",
    title="Vertex AI request-response log",
    signs=(("logging_time", "full_request"), ("logging_time", "request_payload", "endpoint")),
    record=Row,
    read=query,
    caveat="Vertex logs a sample of the requests: set reading.sampling_rate to the rate of the endpoint, so that "
    "volumes are of all requests. Rows name no caller: put a label on every request, or name one with --account-key.",
)
