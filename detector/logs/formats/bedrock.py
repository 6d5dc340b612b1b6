"""AWS Bedrock model-invocation log, as it is delivered to S3 or CloudWatch."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer, total
from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first
from detector.logs.query import Query, Value


class Input(Struct, gc=False):
    """The request's part of a record."""

    inputBodyJson: Body | str | None = None
    inputBodyS3Path: Value = None
    inputTokenCount: Value = None
    cacheReadInputTokenCount: Value = None
    cacheWriteInputTokenCount: Value = None


class Output(Struct, gc=False):
    """The answer's part of a record; a stream's body is a list of its chunks."""

    outputBodyJson: Answer | list[Value] | str | None = None
    outputTokenCount: Value = None


class Identity(Struct, gc=False):
    """Who called."""

    arn: Value = None


class Invocation(Struct, gc=False):
    """A record of schema type ModelInvocationLog."""

    timestamp: Value = None
    accountId: Value = None
    identity: Identity | None = None
    requestMetadata: Value = None
    requestId: Value = None
    operation: Value = None
    modelId: Value = None
    input: Input | None = None
    output: Output | None = None
    errorCode: Value = None
    status: Value = None


def query(row: Invocation) -> Query:
    """Query of a record; the account is the caller's ARN, which names the session of an assumed role."""
    asked, answered = row.input or Input(), row.output or Output()
    arn = None if row.identity is None else row.identity.arn
    found = Query(
        timestamp=row.timestamp,
        request_id=row.requestId,
        account_id=first(arn, row.accountId),
        api_key_id=arn,
        organization_id=row.accountId,
        provider="aws-bedrock",
        model=_model(row.modelId),
        operation="chat" if row.operation in ("Converse", "ConverseStream") else row.operation,
        stream=_streams(row.operation),
        content_state="offloaded" if asked.inputBodyJson is None and asked.inputBodyS3Path else None,
        input_tokens=total(asked.inputTokenCount, asked.cacheReadInputTokenCount, asked.cacheWriteInputTokenCount),
        cached_input_tokens=asked.cacheReadInputTokenCount,
        output_tokens=answered.outputTokenCount,
        status_code=_status(row),
        fields=as_object(row.requestMetadata),
    )
    fill_from_body(found, asked.inputBodyJson)
    fill_from_answer(found, answered.outputBodyJson)
    return found


def _streams(operation: Value) -> bool | None:
    if not isinstance(operation, str):
        return None
    return operation.endswith("Stream")


def _model(name: Value) -> Value:
    """Name of the model, of which an inference profile's ARN is the last part."""
    return name.rpartition("/")[2] if isinstance(name, str) else name


def _status(row: Invocation) -> Value:
    if row.errorCode is None:
        return first(row.status, 200)
    codes = {"ThrottlingException": 429, "ValidationException": 400, "AccessDeniedException": 403}
    return first(row.status, codes.get(str(row.errorCode), 500))


FORMAT = Format(
    name="bedrock",
    title="AWS Bedrock invocation log",
    signs=(("schemaType=ModelInvocationLog",), ("modelId", "input.inputContentType", "requestId")),
    record=Invocation,
    read=query,
    caveat="Bedrock logs hold no client address and no user agent; groups rest on content and settings.",
)
