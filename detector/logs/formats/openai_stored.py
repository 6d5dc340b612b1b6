"""OpenAI stored chat completions, as ``GET /v1/chat/completions`` lists them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.answers import Choice, Usage, fill_from_usage
from detector.logs.formats.declare import Format
from detector.logs.moments import of_seconds
from detector.logs.nested import as_object, first
from detector.logs.query import Query, Value

_ACCOUNTS = ("user_id", "account_id", "customer_id", "user", "account")


class Completion(Struct, gc=False):
    """A completion; its messages stand in it only where they were fetched and merged in."""

    id: Value = None
    created: Value = None
    model: Value = None
    request_id: Value = None
    usage: Usage | None = None
    top_p: Value = None
    temperature: Value = None
    input_user: Value = None
    user: Value = None
    safety_identifier: Value = None
    metadata: Value = None
    tools: Value = None
    choices: list[Choice] | None = None
    messages: Value = None
    _messages: Value = None


def query(row: Completion) -> Query:
    """Query of a completion; the account is what its metadata names, or the end user."""
    metadata = as_object(row.metadata)
    end_user = first(row.safety_identifier, row.input_user, row.user)
    found = Query(
        timestamp=of_seconds(row.created),
        request_id=first(row.id, row.request_id),
        account_id=first(*(metadata.get(name) for name in _ACCOUNTS), end_user),
        end_user_id=end_user,
        provider="openai",
        model=row.model,
        operation="chat",
        prompt=_messages(first(row.messages, row._messages)),
        n_tools=len(row.tools) if isinstance(row.tools, list) else None,
        n_choices=len(row.choices) if row.choices else None,
        temperature=row.temperature,
        top_p=row.top_p,
        status_code=200,
        finish_reason=row.choices[0].finish_reason if row.choices else None,
        fields=metadata,
    )
    if row.usage is not None:
        fill_from_usage(found, row.usage)
    return found


def _messages(value: Value) -> Any:  # noqa: ANN401
    """Messages as such, or in the list object that the messages endpoint answers with."""
    return value.get("data") if isinstance(value, dict) else value


FORMAT = Format(
    name="openai-stored",
    title="OpenAI stored completions",
    signs=(("object=chat.completion", "created", "request_id"), ("object=chat.completion", "created", "input_user"),
           ("object=chat.completion", "created", "metadata")),
    record=Completion,
    read=query,
    caveat="Stored completions hold no address and no limit on the answer, and prompts only where the messages of "
    "each were fetched and merged in under messages.",
)  # fmt: skip
