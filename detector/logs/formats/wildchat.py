"""WildChat-1M: conversations with a chat page, each turn of a user one query."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first
from detector.logs.query import Query, Value


class Turn(Struct, gc=False):
    """A message of a conversation."""

    role: Value = None
    content: Value = None
    timestamp: Value = None
    turn_identifier: Value = None
    hashed_ip: Value = None
    country: Value = None
    header: Value = None
    redacted: Value = None


class Conversation(Struct, gc=False):
    """A row; its own moment is that of the conversation's end."""

    conversation_hash: Value = None
    model: Value = None
    timestamp: Value = None
    conversation: list[Turn] | None = None
    hashed_ip: Value = None
    country: Value = None
    header: Value = None


def queries(row: Conversation) -> list[Query]:
    """One query for each turn of the user; the account is the hashed address."""
    turns = row.conversation or []
    return [
        Query(
            timestamp=_next_moment(turns, i, row.timestamp) if turn.timestamp is None else turn.timestamp,
            request_id=f"{row.conversation_hash}:{first(turn.turn_identifier, i)}",
            account_id=first(turn.hashed_ip, row.hashed_ip),
            session_id=row.conversation_hash,
            user_agent=as_object(first(turn.header, row.header)).get("user-agent"),
            country=_country_code(first(turn.country, row.country)),
            provider="openai",
            model=row.model,
            operation="chat",
            prompt=turn.content,
            content_state="redacted" if turn.redacted is True else None,
            n_messages=i + 1,
        )
        for i, turn in enumerate(turns)
        if turn.role == "user"
    ]


def _next_moment(turns: list[Turn], i: int, last: Value) -> Value:
    """Moment of a turn: the user's own where it is known, else that of the answer, else the conversation's end."""
    return next((turn.timestamp for turn in turns[i:] if turn.timestamp is not None), last)


def _country_code(country: Value) -> Value:
    """Country in two letters; the data set writes names, which are left out."""
    return country if isinstance(country, str) and len(country) == 2 else None


FORMAT = Format(
    name="wildchat",
    title="WildChat-1M",
    signs=(("conversation_hash", "conversation", "model"),),
    record=Conversation,
    read=queries,
    caveat="The account is a hashed address: people behind one address are one account, and a person on two networks "
    "is two. Read what is found as an exercise.",
)
