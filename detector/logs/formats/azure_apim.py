"""Azure API Management: the table of model calls and that of all requests, joined on the correlation id.

Messages over 32 KB are cut into rows numbered by `SequenceNumber`.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from detector.logs.bodies import fill_from_body, operation_of
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, parsed
from detector.logs.query import FACTS, Query, Value

#: Tells whether text is a list in JSON, and leaves its elements as they are.
_UNREAD = msgspec.json.Decoder(list[msgspec.Raw])


class Row(Struct, gc=False):
    """A row of ApiManagementGatewayLlmLog, of ApiManagementGatewayLogs, or of a join of both."""

    TimeGenerated: Value = None
    CorrelationId: Value = None
    RequestId: Value = None
    ModelName: Value = None
    DeploymentName: Value = None
    OperationName: Value = None
    PromptTokens: Value = None
    CompletionTokens: Value = None
    IsStreamCompletion: Value = None
    RequestMessages: Value = None
    ResponseMessages: Value = None
    SequenceNumber: Value = None
    CallerIpAddress: Value = None
    ApimSubscriptionId: Value = None
    UserId: Value = None
    ProductId: Value = None
    ResponseCode: Value = None
    TotalTime: Value = None
    RequestHeaders: Value = None
    RequestBody: Value = None
    Url: Value = None


def query(row: Row) -> Query | None:
    """Query of a model call, None for a row of the gateway's table; the account is the subscription."""
    if not _is_call(row):
        return None
    found = _gateway(row)
    found.timestamp = row.TimeGenerated
    found.rank = _number(row.SequenceNumber)
    found.provider = "azure"
    found.model = row.ModelName or row.DeploymentName
    found.operation = operation_of(row.Url) or _operation(row.OperationName)
    found.stream = row.IsStreamCompletion
    found.input_tokens = row.PromptTokens
    found.output_tokens = row.CompletionTokens
    messages = parsed(row.RequestMessages)
    if isinstance(messages, str) and messages:
        found.piece = messages
    elif messages:
        fill_from_body(found, messages)
    return found


def facts(row: Row) -> Query:
    """What a row tells of a call's other rows: nothing, where it is the first one and holds all messages."""
    if not _is_call(row):
        return _gateway(row)
    if _number(row.SequenceNumber) == 0 and _is_whole(row.RequestMessages):
        return Query(link=_link(row))
    return query(row) or Query()


def _is_call(row: Row) -> bool:
    if row.ModelName or row.DeploymentName or row.RequestMessages or row.ResponseMessages:
        return True
    return row.PromptTokens is not None and row.PromptTokens != ""


def _is_whole(messages: Value) -> bool:
    """Whether messages are not a piece of a text that was cut; they are not taken apart for that."""
    if not isinstance(messages, str) or not messages:
        return True
    try:
        _UNREAD.decode(messages)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return not isinstance(parsed(messages), str)
    return True


def _gateway(row: Row) -> Query:
    """Facts of the gateway's table, or of a join with it."""
    headers = {name.lower(): text for name, text in as_object(row.RequestHeaders).items()} if row.RequestHeaders else {}
    found = Query(
        request_id=row.CorrelationId,
        account_id=row.ApimSubscriptionId or row.UserId,
        api_key_id=row.ApimSubscriptionId or None,
        organization_id=row.ProductId or None,
        end_user_id=row.UserId or None,
        client_ip=row.CallerIpAddress or None,
        user_agent=headers.get("user-agent"),
        status_code=row.ResponseCode,
        latency_ms=row.TotalTime,
        link=_link(row),
        rank=FACTS,
    )
    if row.RequestBody:
        fill_from_body(found, row.RequestBody)
    return found


def _link(row: Row) -> str | None:
    return None if row.CorrelationId is None else str(row.CorrelationId)


def _number(value: Value) -> int:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if type(value) is int and value >= 0 else 0


def _operation(name: Value) -> Value:
    return "chat" if isinstance(name, str) and "chat" in name.lower() else name or None


FORMAT = Format(
    name="azure-apim",
    title="Azure API Management gateway",
    signs=(("CorrelationId", "RequestMessages"), ("CorrelationId", "PromptTokens", "ModelName"),
           ("CorrelationId", "ApimSubscriptionId"), ("CorrelationId", "CallerIpAddress", "ApiId")),
    record=Row,
    read=query,
    linked=True,
    tells=facts,
    caveat="The account is the API Management subscription, which only the gateway's table names: give both tables.",
)  # fmt: skip
