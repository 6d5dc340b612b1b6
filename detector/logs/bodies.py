"""Bodies of requests, in the dialects of OpenAI, Anthropic, Gemini, Bedrock and those who speak like them."""

from __future__ import annotations

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
    inferenceConfig: Value = None
    generationConfig: Value = None
    generation_config: Value = None
    textGenerationConfig: Value = None
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
    if query.n_tools is None and (body.tools is not None or body.functions is not None):
        query.n_tools = first(_count(body.tools, "functionDeclarations"), _count(body.functions))
    if query.end_user_id is None:
        named = body.metadata.get("user_id") if isinstance(body.metadata, dict) else None
        query.end_user_id = body.safety_identifier or body.user or named or None
    config = body.inferenceConfig or body.generationConfig or body.generation_config or body.textGenerationConfig
    if config or body.toolConfig:
        _fill_configuration(query, config, body.toolConfig)


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
    if not isinstance(path, str):
        return None
    bare = path.partition("?")[0].rstrip("/")
    if bare.endswith("/chat/completions"):
        return "chat"
    return next((name for end, name in _ENDPOINTS.items() if bare.endswith(end)), None)


def _fill_text(query: Query, body: Body) -> None:
    if query.prompt is None:
        query.prompt = body.messages or first(body.input, body.contents, body.prompt, body.inputText, body.messages)
    if query.system_prompt is None:
        query.system_prompt = (
            body.system or body.instructions or body.systemInstruction or body.system_instruction or None
        )


def _fill_settings(query: Query, body: Body) -> None:
    """Settings that stand in the body itself."""
    if query.model is None:
        query.model = body.model
    if query.max_tokens is None:
        query.max_tokens = body.max_tokens or first(
            body.max_tokens,
            body.max_completion_tokens,
            body.max_output_tokens,
            body.max_tokens_to_sample,
            body.max_gen_len,
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


def _fill_configuration(query: Query, config: Value, tools: Value) -> None:
    """Settings that Gemini, Converse and Titan keep in objects of their own."""
    if isinstance(config, dict):
        get = config.get
        query.max_tokens = first(
            query.max_tokens, get("maxTokens"), get("maxOutputTokens"), get("max_output_tokens"), get("maxTokenCount")
        )
        query.temperature = first(query.temperature, get("temperature"))
        query.top_p = first(query.top_p, get("topP"), get("top_p"))
        query.n_choices = first(query.n_choices, get("candidateCount"), get("candidate_count"))
        query.top_logprobs = first(query.top_logprobs, asked_logprobs(get("responseLogprobs"), get("logprobs")))
    if query.n_tools is None and isinstance(tools, dict):
        query.n_tools = _count(tools.get("tools"))


def _count(tools: Value, inner: str = "") -> int | None:
    """Number of tools; Gemini puts many declarations into one tool."""
    if not isinstance(tools, list):
        return None
    if not inner:
        return len(tools)
    return sum(len(_declared(tool, inner)) or 1 for tool in tools)


def _declared(tool: Any, inner: str) -> list[Any]:  # noqa: ANN401
    found = tool.get(inner) if isinstance(tool, dict) else None
    return found if isinstance(found, list) else []
