"""Dialects of requests and answers, which several formats share."""

import pytest

from detector.logs.answers import fill_from_answer
from detector.logs.bodies import fill_from_body, operation_of
from detector.logs.messages import conversation, text_of
from detector.logs.query import Query


def asked(body):
    query = Query()
    fill_from_body(query, body)
    talk = conversation(query.prompt)
    prompt = None if talk is None else talk.prompt
    system = text_of(query.system_prompt) or (talk.system_prompt if talk else None)
    return prompt, system, query


@pytest.mark.parametrize(
    ("body", "most"),
    [
        ({"messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}, 5),
        ({"messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": 6}, 6),
        ({"input": "hi", "max_output_tokens": 7}, 7),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]}, None),
        ({"prompt": "hi", "max_tokens_to_sample": 8}, 8),
        ({"prompt": "hi", "max_gen_len": 9}, 9),
        ({"inputText": "hi", "textGenerationConfig": {"maxTokenCount": 10, "topP": 0.5}}, 10),
        ({"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": {"maxOutputTokens": 11}}, 11),
        ({"messages": [{"role": "user", "content": [{"text": "hi"}]}], "inferenceConfig": {"maxTokens": 12}}, 12),
    ],
)
def test_every_dialect_has_its_prompt_and_its_limit(body, most):
    prompt, _, query = asked(body)
    assert (prompt, query.max_tokens) == ("hi", most)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]},
        {"system": "s", "messages": [{"role": "user", "content": "u"}]},
        {"system": [{"type": "text", "text": "s"}], "messages": [{"role": "user", "content": "u"}]},
        {"instructions": "s", "input": "u"},
        {"systemInstruction": {"parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "u"}]}]},
    ],
)
def test_every_dialect_has_its_system_prompt(body):
    assert asked(body)[:2] == ("u", "s")


def test_the_answer_of_a_tool_is_not_what_the_user_said():
    messages = [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": [{"type": "tool_use", "name": "w"}]},
        {"role": "user", "content": [{"type": "tool_result", "content": "secret rows"}]},
    ]
    assert asked({"messages": messages})[0] == "weather?"


@pytest.mark.parametrize(
    ("body", "asked_for"),
    [
        ({"logprobs": True}, 1),
        ({"logprobs": True, "top_logprobs": 20}, 20),
        ({"logprobs": 5}, 5),
        ({"logprobs": False}, 0),
        ({}, None),
        ({"generationConfig": {"responseLogprobs": True, "logprobs": 3}}, 3),
    ],
)
def test_log_probabilities_asked_for(body, asked_for):
    assert asked(body)[2].top_logprobs == asked_for


def test_tools_are_counted_one_by_one():
    assert asked({"tools": [{}, {}]})[2].n_tools == 2
    assert asked({"tools": [{"functionDeclarations": [{}, {}, {}]}]})[2].n_tools == 3
    assert asked({"toolConfig": {"tools": [{}]}})[2].n_tools == 1
    assert asked({"tools": []})[2].n_tools == 0


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}}, (10, 4, 5)),
        ({"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}, (10, 4, 5)),
        (
            {"input_tokens": 3, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2, "output_tokens": 5},
            (9, 4, 5),
        ),
        ({"inputTokens": 3, "cacheReadInputTokens": 4, "outputTokens": 5}, (7, 4, 5)),
        (
            {"promptTokenCount": 10, "cachedContentTokenCount": 4, "candidatesTokenCount": 3, "thoughtsTokenCount": 2},
            (10, 4, 5),
        ),
    ],
)
def test_input_includes_cached_tokens_and_output_includes_reasoning(usage, tokens):
    query = Query()
    fill_from_answer(query, {"usageMetadata": usage} if "promptTokenCount" in usage else {"usage": usage})
    assert (query.input_tokens, query.cached_input_tokens, query.output_tokens) == tokens


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"choices": [{"finish_reason": "stop"}]}, "stop"),
        ({"stop_reason": "end_turn"}, "end_turn"),
        ({"stopReason": "max_tokens"}, "max_tokens"),
        ({"candidates": [{"finishReason": "SAFETY"}]}, "SAFETY"),
        ({"status": "completed"}, "completed"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "max_output_tokens"),
        ({"choices": []}, None),
        ({"choices": "none"}, None),
    ],
)
def test_why_an_answer_ended(answer, reason):
    query = Query()
    fill_from_answer(query, answer)
    assert query.finish_reason == reason


def test_the_chunks_of_a_stream_give_usage_and_end():
    chunks = [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 4, "output_tokens": 1}}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12}},
    ]
    query = Query()
    fill_from_answer(query, chunks)
    assert (query.model, query.input_tokens, query.output_tokens, query.finish_reason) == ("m", 4, 12, "end_turn")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/chat/completions", "chat"),
        ("https://x/v1/completions?a=1", "completion"),
        ("/v1/embeddings/", "embeddings"),
        ("/v1/messages", "chat"),
        ("/v1/models", None),
        (None, None),
    ],
)
def test_endpoints_name_the_operation(path, name):
    assert operation_of(path) == name
