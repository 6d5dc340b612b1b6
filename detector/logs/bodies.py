"""Bodies of requests, in the dialects of OpenAI, Anthropic, Gemini, Bedrock and those who speak like them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec import Struct

from detector.logs.nested import first, inside
from detector.logs.query import Query, Value

_ENDPOINTS = {
    "/embeddings": "embeddings",
    "/completions": "completion",
    "/responses": "chat",
    "/messages": "chat",
    "/moderations": "moderation",
}


class Configuration(Struct, gc=False):
    """Settings that Gemini, Converse and Titan keep in an object of their own."""

    maxTokens: Value = None
    maxOutputTokens: Value = None
    max_output_tokens: Value = None
    maxTokenCount: Value = None
    temperature: Value = None
    topP: Value = None
    top_p: Value = None
    candidateCount: Value = None
    candidate_count: Value = None
    responseLogprobs: Value = None
    logprobs: Value = None


class Body(Struct, gc=False):
    """What a query keeps of a request's body."""

    model: Value = None
    messages: Value = None
    input: Value = None
    contents: Value = None
    prompt: Value = None
    inputText: Value = None
    system: Value = None
    instructions: Value = None
    systemInstruction: Value = None
    system_instruction: Value = None
    max_tokens: Value = None
    max_completion_tokens: Value = None
    max_output_tokens: Value = None
    max_tokens_to_sample: Value = None
    max_gen_len: Value = None
    temperature: Value = None
    top_p: Value = None
    n: Value = None
    stream: Value = None
    tools: Value = None
    functions: Value = None
    logprobs: Value = None
    top_logprobs: Value = None
    inferenceConfig: Configuration | None = None
    generationConfig: Configuration | None = None
    generation_config: Configuration | None = None
    textGenerationConfig: Configuration | None = None
    toolConfig: Value = None
    user: Value = None
    safety_identifier: Value = None
    metadata: Value = None
    labels: Value = None


def fill_from_body(query: Query, found: object) -> None:
    """Take over what a request's body tells, an object or JSON in text; what is known already stays.

    Text that is no JSON is taken for the prompt.
    """
    body = found if isinstance(found, Body) else inside(found, Body)
    if body is None:
        if query.prompt is None and isinstance(found, str | list):
            query.prompt = found
        return
    _fill_text(query, body)
    _fill_settings(query, body)
    if query.n_tools is None:
        query.n_tools = _tools(body)
    if query.end_user_id is None:
        named = body.metadata.get("user_id") if type(body.metadata) is dict else None
        query.end_user_id = body.safety_identifier or body.user or named or None
    config = body.inferenceConfig or body.generationConfig or body.generation_config or body.textGenerationConfig
    if config is not None:
        _fill_configuration(query, config)


def asked_logprobs(logprobs: Value, top_logprobs: Value) -> Value:
    """Log-probabilities asked for per token.

    Chat bodies say yes or no in `logprobs` and how many in `top_logprobs`; those of old completions give the number
    in `logprobs` itself.
    """
    if logprobs is True:
        return first(top_logprobs, 1)
    if logprobs is False:
        return 0
    return first(top_logprobs, logprobs)


def operation_of(path: Value) -> str | None:
    """Kind of request that an endpoint's path stands for."""
    return _operation(path) if isinstance(path, str) else None


@lru_cache(1024)
def _operation(path: str) -> str | None:
    bare = path.partition("?")[0].rstrip("/")
    if bare.endswith("/chat/completions"):
        return "chat"
    return next((name for end, name in _ENDPOINTS.items() if bare.endswith(end)), None)


def _fill_text(query: Query, body: Body) -> None:
    if query.prompt is None:
        asked = body.messages or body.contents or body.input or body.prompt or body.inputText
        query.prompt = asked or first(body.messages, body.contents, body.input, body.prompt, body.inputText)
    if query.system_prompt is None:
        query.system_prompt = (
            body.system or body.instructions or body.systemInstruction or body.system_instruction or None
        )


def _fill_settings(query: Query, body: Body) -> None:
    """Settings that stand in the body itself."""
    if query.model is None:
        query.model = body.model
    if query.max_tokens is None:
        query.max_tokens = (
            body.max_tokens
            or body.max_completion_tokens
            or body.max_output_tokens
            or body.max_tokens_to_sample
            or body.max_gen_len
            or body.max_tokens
        )
    if query.temperature is None:
        query.temperature = body.temperature
    if query.top_p is None:
        query.top_p = body.top_p
    if query.n_choices is None:
        query.n_choices = body.n
    if query.stream is None:
        query.stream = body.stream
    if query.top_logprobs is None and (body.logprobs is not None or body.top_logprobs is not None):
        query.top_logprobs = asked_logprobs(body.logprobs, body.top_logprobs)


def _fill_configuration(query: Query, config: Configuration) -> None:
    """Settings that stand in an object of their own."""
    if query.max_tokens is None:
        query.max_tokens = (
            config.maxTokens or config.maxOutputTokens or config.max_output_tokens or config.maxTokenCount
        )
    if query.temperature is None:
        query.temperature = config.temperature
    if query.top_p is None:
        query.top_p = config.top_p if config.topP is None else config.topP
    if query.n_choices is None:
        query.n_choices = config.candidate_count if config.candidateCount is None else config.candidateCount
    if query.top_logprobs is None and (config.responseLogprobs is not None or config.logprobs is not None):
        query.top_logprobs = asked_logprobs(config.responseLogprobs, config.logprobs)


def _tools(body: Body) -> int | None:
    """Number of tools, wherever a dialect lists them; Gemini puts many declarations into one tool."""
    if type(body.tools) is list:
        return sum([len(_declared(tool)) or 1 for tool in body.tools]) if body.tools else 0
    if type(body.functions) is list:
        return len(body.functions)
    listed = body.toolConfig.get("tools") if type(body.toolConfig) is dict else None
    return len(listed) if type(listed) is list else None


def _declared(tool: Any) -> list[Any]:  # noqa: ANN401
    found = tool.get("functionDeclarations") if isinstance(tool, dict) else None
    return found if isinstance(found, list) else []
