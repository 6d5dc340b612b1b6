"""Azure OpenAI diagnostics: the log of the service itself, without prompts and with masked addresses."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.bodies import operation_of
from detector.logs.formats.declare import Format
from detector.logs.moments import of_ticks
from detector.logs.nested import first, inside
from detector.logs.query import Query, Value

_OPERATIONS = {"ChatCompletions_Create": "chat", "Completions_Create": "completion", "Embeddings_Create": "embeddings"}


class Properties(Struct, gc=False):
    """What the service says of a call."""

    requestTime: Value = None
    responseTime: Value = None
    modelDeploymentName: Value = None
    modelName: Value = None
    streamType: Value = None
    callerObjectId: Value = None
    promptTokens: Value = None
    completionTokens: Value = None


class Row(Struct, gc=False):
    """A row of AzureDiagnostics, or a record of the export to a blob or an event hub, which spells names otherwise."""

    TimeGenerated: Value = None
    time: Value = None
    CorrelationId: Value = None
    correlationId: Value = None
    CallerIPAddress: Value = None
    callerIpAddress: Value = None
    callerIPAddress: Value = None
    DurationMs: Value = None
    durationMs: Value = None
    ResultSignature: Value = None
    resultSignature: Value = None
    OperationName: Value = None
    operationName: Value = None
    Resource: Value = None
    resourceId: Value = None
    properties_s: Properties | str | None = None
    properties: Properties | str | None = None


def query(row: Row) -> Query | None:
    """Query of a row; None for the second, nearly empty row that the service writes for every call."""
    told = inside(first(row.properties_s, row.properties), Properties)
    if told is None or (told.modelDeploymentName in (None, "") and told.requestTime is None):
        return None
    address = first(row.CallerIPAddress, row.callerIpAddress, row.callerIPAddress)
    started = of_ticks(told.requestTime)
    operation = first(row.OperationName, row.operationName)
    return Query(
        timestamp=first(started, row.TimeGenerated, row.time),
        request_id=first(row.CorrelationId, row.correlationId),
        account_id=first(told.callerObjectId, address),
        api_key_id=first(told.callerObjectId),
        organization_id=first(row.Resource, row.resourceId),
        client_ip=address,
        provider="azure",
        model=first(told.modelName, told.modelDeploymentName),
        operation=first(_OPERATIONS.get(str(operation)), operation_of(operation), operation),
        content_state="absent",
        stream=told.streamType == "Streaming" if isinstance(told.streamType, str) else None,
        input_tokens=first(told.promptTokens),
        output_tokens=first(told.completionTokens),
        status_code=first(row.ResultSignature, row.resultSignature),
        latency_ms=first(row.DurationMs, row.durationMs),
        ended=None if started is None else of_ticks(told.responseTime),
    )


FORMAT = Format(
    name="azure-openai",
    title="Azure OpenAI diagnostics",
    signs=(("Category=RequestResponse", "properties_s"), ("category=RequestResponse", "properties"),
           ("CallerIPAddress", "properties_s"), ("event_s=ShoeboxCallResult",), ("event=ShoeboxCallResult",)),
    record=Row,
    read=query,
    caveat="The log holds no prompts and masks the last part of addresses; calls made with a key name no caller, so "
    "that there the masked address, which many people share, stands for the account.",
)  # fmt: skip
