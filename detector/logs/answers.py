"""Bodies of answers and counts of tokens, in the dialects of the same providers as `bodies`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from detector.logs.nested import first, inside, parsed
from detector.logs.query import Query, Value

_UNKNOWN = (None, "")


class Choice(Struct, gc=False):
    """Why one answer of several ended."""

    finish_reason: Value = None
    finishReason: Value = None


class Details(Struct, gc=False):
    """What some of the tokens are."""

    cached_tokens: Value = None


class Usage(Struct, gc=False):
    """Counts of tokens: OpenAI's, Anthropic's, Converse's and Gemini's."""

    prompt_tokens: Value = None
    completion_tokens: Value = None
    prompt_tokens_details: Details | None = None
    input_tokens: Value = None
    output_tokens: Value = None
    input_tokens_details: Details | None = None
    cache_read_input_tokens: Value = None
    cache_creation_input_tokens: Value = None
    inputTokens: Value = None
    outputTokens: Value = None
    cacheReadInputTokens: Value = None
    cacheWriteInputTokens: Value = None
    promptTokenCount: Value = None
    candidatesTokenCount: Value = None
    thoughtsTokenCount: Value = None
    cachedContentTokenCount: Value = None


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
    usage: Usage | None = None
    usageMetadata: Usage | None = None
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


def fill_from_usage(query: Query, usage: Usage) -> None:
    """Take over counts of tokens.

    The canonical input includes what came from a cache, as OpenAI and Gemini count; Anthropic and Bedrock count
    it apart.
    """
    told, cached = usage.prompt_tokens, _cached(usage)
    if told is None:
        told = usage.promptTokenCount
    if told is None:
        told = usage.inputTokens if usage.input_tokens is None else usage.input_tokens
        apart = first(usage.cache_read_input_tokens, usage.cacheReadInputTokens)
        told = total(told, apart, first(usage.cache_creation_input_tokens, usage.cacheWriteInputTokens))
        cached = apart if cached is None else cached
    elif cached is None:
        cached = usage.cache_read_input_tokens
    if query.input_tokens in _UNKNOWN:
        query.input_tokens = told
    if query.cached_input_tokens in _UNKNOWN:
        query.cached_input_tokens = cached
    if query.output_tokens is None:
        query.output_tokens = _written(usage)


def _cached(usage: Usage) -> Value:
    details = usage.prompt_tokens_details or usage.input_tokens_details
    if details is not None and details.cached_tokens is not None:
        return details.cached_tokens
    return usage.cachedContentTokenCount


def _written(usage: Usage) -> Value:
    if usage.completion_tokens is not None:
        return usage.completion_tokens
    if usage.candidatesTokenCount is not None:
        return total(usage.candidatesTokenCount, usage.thoughtsTokenCount)
    return usage.outputTokens if usage.output_tokens is None else usage.output_tokens


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
    if answer.usage is not None and answer.delta is not None:
        # the last count of a stream is the final one, the first only the tokens written so far
        query.output_tokens = first(answer.usage.output_tokens, query.output_tokens)
