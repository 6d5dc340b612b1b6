"""Vertex AI request-response logging, exported from BigQuery."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.nested import inside
from detector.logs.query import Query, Value

_OPERATIONS = {"generatecontent": "chat", "streamgeneratecontent": "chat", "rawpredict": "chat",
               "streamrawpredict": "chat", "chatcompletions": "chat", "predict": "embeddings"}  # fmt: skip
#: Names of which the meaning is remembered; a log has few of them.
_NAMES = 1024
_ACCOUNTS = ("account_id", "account", "user_id", "user", "customer", "tenant")


class Metadata(Struct, gc=False):
    """What the log tells of a request beside its bodies; the time of a row is that of the answer."""

    request_latency: Value = None
    response_code: Value = None


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
    metadata = inside(row.metadata, Metadata) or Metadata()
    body = inside(row.full_request, Body)
    labels = body.labels if body is not None and isinstance(body.labels, dict) else {}
    operation, streams = _method(row.api_method if isinstance(row.api_method, str) else "")
    found = Query(
        request_id=row.request_id,
        organization_id=_project(row.endpoint) if isinstance(row.endpoint, str) else None,
        provider="google",
        model=row.model.rpartition("/")[2] if isinstance(row.model, str) else row.model,
        operation=row.api_method if operation is None else operation,
        stream=streams,
        status_code=metadata.response_code,
        latency_ms=metadata.request_latency,
        ended=row.logging_time,
        fields=labels,
    )
    fill_from_body(found, _payload(row.full_request, row.request_payload) if body is None else body)
    fill_from_answer(found, _payload(row.full_response, row.response_payload))
    found.account_id = next(filter(None, map(labels.get, _ACCOUNTS)), None) or found.end_user_id
    return found


@lru_cache(_NAMES)
def _method(name: str) -> tuple[str | None, bool | None]:
    """Operation of a method, if it is a known one, and whether it streams."""
    method = name.rpartition(".")[2].lower()
    return _OPERATIONS.get(method), method.startswith("stream") if name else None


@lru_cache(_NAMES)
def _project(endpoint: str) -> str | None:
    parts = endpoint.split("/")
    return parts[parts.index("projects") + 1] if "projects" in parts[:-1] else None


def _payload(full: Any, parts: Value) -> Value:  # noqa: ANN401
    """Body of a model of Google, or that of a partner's model, which is text or a list of one text."""
    if full is not None and full != "":
        return full
    return parts[0] if isinstance(parts, list) and parts else parts


FORMAT = Format(
    name="vertex",
    title="Vertex AI request-response log",
    signs=(("logging_time", "full_request"), ("logging_time", "request_payload", "endpoint")),
    record=Row,
    read=query,
    caveat="Vertex logs a sample of the requests: set reading.sampling_rate to the rate of the endpoint, so that "
    "volumes are of all requests. Rows name no caller: put a label on every request, or name one with --account-key.",
)
