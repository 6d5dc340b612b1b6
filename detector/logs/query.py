"""A query as the reader of a format hands it over: canonical names, values as the log has them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

#: Anything JSON can hold; whether it fits its column is settled when the batch is checked.
Value = Any
#: Rank of a record that is no query itself and only tells facts about those with its link.
FACTS = -1


class Query(Struct, kw_only=True, gc=False):
    """One request; what a log does not tell stays None.

    The first attributes are the columns of `schema.QUERIES`, in their order. Prompts may be text, messages or request
    bodies in any dialect that `messages.conversation` understands.

    Attributes
    ----------
    link : str or None
        What ties records of several rows or files to one request or one trace. Columns that are null in a query
        are filled from other records with its link.
    rank : int
        Of records with one link, those of rank 0 are queries; where there are none, the first of the lowest rank is.
        `FACTS` are never.
    piece : str or None
        A part of a prompt that the log has cut into rows; the pieces of a link are joined in the order of `rank`.
    ended : value or None
        Moment at which the answer ended, where a log tells that in place of the latency or of the start.
    fields : dict or None
        Where ``--account-key`` looks first for a field of the source.
    """

    timestamp: Value = None
    request_id: Value = None
    account_id: Value = None
    api_key_id: Value = None
    organization_id: Value = None
    end_user_id: Value = None
    session_id: Value = None
    client_ip: Value = None
    user_agent: Value = None
    country: Value = None
    provider: Value = None
    model: Value = None
    operation: Value = None
    system_prompt: Value = None
    prompt: Value = None
    content_state: Value = None
    prompt_chars: Value = None
    n_messages: Value = None
    n_tools: Value = None
    n_choices: Value = None
    max_tokens: Value = None
    temperature: Value = None
    top_p: Value = None
    top_logprobs: Value = None
    stream: Value = None
    input_tokens: Value = None
    cached_input_tokens: Value = None
    output_tokens: Value = None
    status_code: Value = None
    finish_reason: Value = None
    latency_ms: Value = None
    link: str | None = None
    rank: int = 0
    piece: str | None = None
    ended: Value = None
    fields: dict[str, Any] | None = None
