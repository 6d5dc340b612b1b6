"""LiteLLM StandardLoggingPayload: what its S3, GCS, Azure and JSON loggers write, one object per file or line."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.answers import Answer, fill_from_answer
from detector.logs.bodies import Body, fill_from_body
from detector.logs.formats.declare import Format
from detector.logs.formats.litellm_spend import is_redacted, operation_of_call
from detector.logs.messages import conversation
from detector.logs.moments import of_seconds
from detector.logs.nested import as_object, parsed
from detector.logs.query import Query, Value


class Payload(Struct, gc=False):
    """The payload, as far as a query needs it."""

    id: Value = None
    trace_id: Value = None
    call_type: Value = None
    startTime: Value = None
    endTime: Value = None
    status: Value = None
    model: Value = None
    custom_llm_provider: Value = None
    end_user: Value = None
    requester_ip_address: Value = None
    user_agent: Value = None
    metadata: Value = None
    model_parameters: Body | str | None = None
    messages: Value = None
    response: Answer | list[Value] | str | None = None
    prompt_tokens: Value = None
    completion_tokens: Value = None
    error_information: Value = None


def query(row: Payload) -> Query:
    """Query of a payload; the account is the internal user, or the key where there is none."""
    metadata = as_object(row.metadata)
    key = metadata.get("user_api_key_hash")
    started = of_seconds(row.startTime)
    talk = conversation(parsed(row.messages))
    redacted = talk is not None and is_redacted(talk.prompt)
    found = Query(
        timestamp=started,
        request_id=row.id,
        account_id=metadata.get("user_api_key_user_id") or key,
        api_key_id=key,
        organization_id=metadata.get("user_api_key_org_id") or metadata.get("user_api_key_team_id"),
        end_user_id=row.end_user or metadata.get("user_api_key_end_user_id"),
        session_id=row.trace_id,
        client_ip=row.requester_ip_address or metadata.get("requester_ip_address"),
        user_agent=row.user_agent or metadata.get("user_agent"),
        provider=row.custom_llm_provider,
        model=row.model,
        operation=operation_of_call(row.call_type),
        prompt=None if talk is None or redacted else talk.prompt,
        system_prompt=None if talk is None or redacted else talk.system_prompt,
        n_messages=None if talk is None else talk.n_messages,
        content_state="redacted" if redacted else None,
        input_tokens=row.prompt_tokens,
        output_tokens=row.completion_tokens,
        status_code=200 if row.status == "success" else as_object(row.error_information).get("error_code"),
        ended=of_seconds(row.endTime),
        fields=metadata,
    )
    fill_from_body(found, row.model_parameters)
    fill_from_answer(found, row.response)
    return found


FORMAT = Format(
    name="litellm-payload",
    title="LiteLLM StandardLoggingPayload",
    signs=(("startTime", "model_map_information"), ("startTime", "model_parameters", "metadata.user_api_key_hash")),
    record=Payload,
    read=query,
)
