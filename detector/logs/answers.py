"""Bodies of answers and counts of tokens, in the dialects of the same providers as `bodies`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.nested import first, inside, parsed
from detector.logs.query import Query, Value


class Choice(Struct, gc=False):
    """Why one answer of several ended."""

    finish_reason: Value = None
    finishReason: Value = None


class Answer(Struct, gc=False):
    """What a query keeps of an answer's body; its text is not among it, and so never decoded."""

    id: Value = None
    model: Value = None
    created: Value = None
    choices: list[Choice] | None = None
    candidates: list[Choice] | None = None
    stop_reason: Value = None
    stopReason: Value = None
    finish_reason: Value = None
    status: Value = None
    incomplete_details: Value = None
    usage: Value = None
    usageMetadata: Value = None
    error: Value = None
    delta: Value = None
    message: Value = None
    metadata: Value = None
    messageStop: Value = None


def fill_from_answer(query: Query, found: object) -> Answer | None:
    """Take over what an answer's body tells; what is known already stays.

    A list is taken for the chunks of a stream: usage and the reason of the end may stand in any of them.
    """
    if isinstance(found, str):
        if found[:1] == "[":
            found = parsed(found)
    if isinstance(found, list):
        for chunk in found:
            _fill_from_chunk(query, chunk)
        return None
    answer = found if isinstance(found, Answer) else inside(found, Answer)
    if answer is not None:
        _fill(query, answer)
    return answer


def fill_from_usage(query: Query, usage: object) -> None:
    """Take over counts of tokens.

    The canonical input includes what came from a cache, as OpenAI and Gemini count; Anthropic and Bedrock count
    it apart.
    """
    if not isinstance(usage, dict):
        return
    get = usage.get
    told, details = get("prompt_tokens"), get("prompt_tokens_details")
    if type(told) is int and (details is None or type(details) is dict):
        # as most write it
        cached = None if details is None else details.get("cached_tokens")
        if query.cached_input_tokens is None:
            query.cached_input_tokens = get("cache_read_input_tokens") if cached is None else cached
        query.input_tokens = told if query.input_tokens is None else query.input_tokens
        query.output_tokens = get("completion_tokens") if query.output_tokens is None else query.output_tokens
        return
    cached = first(
        _detail(usage, "prompt_tokens_details", "cached_tokens"),
        _detail(usage, "input_tokens_details", "cached_tokens"),
        get("cachedContentTokenCount"),
    )
    told = first(get("prompt_tokens"), get("promptTokenCount"))
    if told is None:
        told = first(get("input_tokens"), get("inputTokens"))
        apart = first(get("cache_read_input_tokens"), get("cacheReadInputTokens"))
        written = first(get("cache_creation_input_tokens"), get("cacheWriteInputTokens"))
        told = total(told, apart, written)
        cached = first(cached, apart)
    elif cached is None:
        cached = get("cache_read_input_tokens")
    query.input_tokens = first(query.input_tokens, told)
    query.cached_input_tokens = first(query.cached_input_tokens, cached)
    if query.output_tokens is None:
        query.output_tokens = first(get("completion_tokens"), get("output_tokens"), get("outputTokens"))
        if query.output_tokens is None:
            query.output_tokens = total(get("candidatesTokenCount"), get("thoughtsTokenCount"))


def total(value: Value, *more: Value) -> Value:
    """Sum of a count and of others that may be missing; the count itself where it is no number."""
    if type(value) is not int:
        return value
    return value + sum(other for other in more if type(other) is int)


def _fill(query: Query, answer: Answer) -> None:
    if query.model is None:
        query.model = answer.model
    if query.finish_reason is None:
        query.finish_reason = _why_ended(answer)
    if answer.usage is not None:
        fill_from_usage(query, answer.usage)
    elif answer.usageMetadata is not None:
        fill_from_usage(query, answer.usageMetadata)


def _why_ended(answer: Answer) -> Value:
    for choices in (answer.choices, answer.candidates):
        if choices:
            return choices[0].finish_reason or choices[0].finishReason or None
    if isinstance(answer.incomplete_details, dict):
        return answer.incomplete_details.get("reason")
    told = first(answer.stop_reason, answer.stopReason, answer.finish_reason)
    if told is None and answer.status in ("completed", "incomplete", "failed", "cancelled"):
        told = answer.status
    return told


def _fill_from_chunk(query: Query, chunk: Any) -> None:  # noqa: ANN401
    """One chunk of a stream: Anthropic's message_start and message_delta, Converse's metadata, a chunk of OpenAI."""
    answer = inside(chunk, Answer)
    if answer is None:
        return
    _fill(query, answer)
    for part in (answer.message, answer.delta, answer.messageStop, answer.metadata):
        inner = inside(part, Answer)
        if inner is not None:
            _fill(query, inner)
    if isinstance(answer.usage, dict) and answer.delta is not None:
        # the last count of a stream is the final one, the first only the tokens written so far
        query.output_tokens = first(answer.usage.get("output_tokens"), query.output_tokens)


def _detail(usage: dict[str, Any], part: str, name: str) -> Value:
    details = usage.get(part)
    return details.get(name) if isinstance(details, dict) else None
