import numpy as np
import pytest

from detector.features import extraction

from .conftest import by_name, tables_of


def value(feature, *rows):
    log = {"account": [{"at": f"09:{minute:02}", **row} for minute, row in enumerate(rows)]}
    return by_name(feature, tables_of(log))["account"]


@pytest.mark.parametrize(
    ("feature", "bit"),
    [
        (extraction.asks_reasoning_share, 1),
        (extraction.asks_hidden_share, 2),
        (extraction.asks_grading_share, 4),
        (extraction.asks_generation_share, 8),
        (extraction.asks_tags_share, 16),
    ],
)
def test_share_of_prompts_that_ask_for_something(feature, bit):
    plain, asking = {"prompt": "a", "asks": 31 - bit}, {"prompt": "b", "asks": bit}
    assert value(feature, plain, asking, plain, plain, {"prompt": None}) == 1 / 4


def test_elicitation_sameness_takes_the_frame_that_agrees_more():
    rows = [{"asks": 1, "head": head, "tail": "tell me why"} for head in ("a", "a", "b")]
    assert value(extraction.elicitation_sameness, *rows) == 1
    for row in rows:
        row["tail"] = None
    assert value(extraction.elicitation_sameness, *rows) == pytest.approx(1 / 3)


def test_elicitation_sameness_ignores_ordinary_requests():
    rows = [{"asks": 0, "head": "same"}] * 5 + [{"asks": 2, "head": h} for h in "abc"]
    assert value(extraction.elicitation_sameness, *rows) == 0
    assert np.isnan(value(extraction.elicitation_sameness, *rows[:7]))


def test_answer_tokens_are_a_mean_over_known_answers():
    rows = [{"output_tokens": 100}, {"output_tokens": 300}, {}]
    assert value(extraction.answer_tokens, *rows) == 200


def test_answer_length_variation():
    rows = [{"output_tokens": n} for n in (10, 10, 10, 10, 60)]  # mean 20, deviation 20
    assert value(extraction.answer_length_variation, *rows) == pytest.approx(1)


def test_output_against_input_counts_doublings():
    rows = [{"input_tokens": 50, "output_tokens": 400}]
    assert value(extraction.output_against_input, *rows) == 3
    assert np.isnan(value(extraction.output_against_input, {"input_tokens": 0, "output_tokens": 4}))


@pytest.mark.parametrize(
    ("feature", "suspicious", "ordinary"),
    [
        (extraction.truncated_share, {"finish_reason": "length"}, {"finish_reason": "stop"}),
        (extraction.refused_share, {"finish_reason": "filter"}, {"finish_reason": "stop"}),
        (extraction.single_turn_share, {"n_messages": 2}, {"n_messages": 3}),
        (extraction.logprobs_share, {"top_logprobs": 5}, {"top_logprobs": 0}),
        (extraction.multi_choice_share, {"n_choices": 8}, {"n_choices": 1}),
    ],
)
def test_share_of_requests_for_which_the_column_is_known(feature, suspicious, ordinary):
    assert value(feature, suspicious, ordinary, ordinary, ordinary, {}) == 1 / 4
    assert np.isnan(value(feature, {}))


def test_constant_repeats_share_finds_the_commonest_number_of_repeats():
    prompts = [*"aabbccd", *"eee"]  # three prompts twice, one once, one thrice
    rows = [{"prompt": prompt} for prompt in prompts]
    assert value(extraction.constant_repeats_share, *rows) == 3 / 5


def test_constant_repeats_share_is_zero_when_nothing_repeats():
    assert value(extraction.constant_repeats_share, *[{"prompt": p} for p in "abcde"]) == 0
    assert np.isnan(value(extraction.constant_repeats_share, *[{"prompt": p} for p in "aabb"]))
