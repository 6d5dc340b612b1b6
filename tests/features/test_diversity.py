import numpy as np
import pytest

from detector.features import diversity

from .conftest import by_name, tables_of


def requests(**columns):
    """Requests a minute apart, one for each value of the columns."""
    return [
        {"at": f"{9 + i // 60}:{i % 60:02}", **dict(zip(columns, row, strict=True))}
        for i, row in enumerate(zip(*columns.values(), strict=True))
    ]


def value(feature, **columns):
    return by_name(feature, tables_of({"account": requests(**columns)}))["account"]


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (diversity.templates_in_ten, "template"),
        (diversity.heads_in_ten, "head"),
        (diversity.systems_in_ten, "system"),
    ],
)
def test_distinct_values_in_ten_requests(feature, column):
    assert value(feature, **{column: ["same"] * 12}) == pytest.approx(1)
    assert value(feature, **{column: range(10)}) == pytest.approx(10)
    # ten of twenty requests miss one of two halves only if all come from the other: 1 in C(20, 10)
    assert value(feature, **{column: list("ab" * 10)}) == pytest.approx(2 * (1 - 1 / 184756))
    assert np.isnan(value(feature, **{column: ["same"] * 9}))


def test_template_repetition_is_the_chance_of_a_pair():
    # of six pairs of aabc one agrees, whatever the number of requests the account has
    assert value(diversity.template_repetition, template=list("aabc")) == pytest.approx(1 / 6)
    assert np.isnan(value(diversity.template_repetition, template=["a"]))


@pytest.mark.parametrize(
    ("feature", "column"),
    [(diversity.dominant_head_share, "head"), (diversity.dominant_tail_share, "tail")],
)
def test_dominant_share_is_of_requests_whose_wording_is_known(feature, column):
    assert value(feature, **{column: ["a", "a", "a", "b", None]}) == 3 / 4


def test_dominant_phrase_share_counts_a_phrase_once_per_request():
    found = value(
        diversity.dominant_phrase_share,
        phrase_0=["p", "q", "p", "q"],
        phrase_1=["q", "r", "p", None],
    )
    assert found == 3 / 4  # q stands in three requests, p in two


def test_distinct_prompt_share():
    assert value(diversity.distinct_prompt_share, prompt=["a", "a", "b", "c"]) == 3 / 4


def test_payload_in_frame_looks_only_inside_the_commonest_opening():
    found = value(
        diversity.payload_in_frame,
        head=["frame"] * 5 + ["other"] * 4,
        prompt=["a", "a", "b", "c", "d"] + ["same"] * 4,
    )
    assert found == pytest.approx(1 - 1 / 10)  # of ten pairs in the frame one agrees


def test_payload_in_frame_needs_five_requests():
    assert np.isnan(value(diversity.payload_in_frame, head=["f"] * 4, prompt=list("abcd")))


def test_framed_novelty_needs_a_repeated_frame_and_a_new_prompt():
    found = value(
        diversity.framed_novelty_share,
        head=["frame", "frame", "frame", "other"],
        prompt=["a", "b", "b", "c"],
    )
    assert found == 1 / 4  # only a


def test_template_and_payload_diversity_part_ways_in_a_factory():
    factory = {"template": ["t"] * 20, "head": ["h"] * 20, "prompt": range(20)}
    assert value(diversity.templates_in_ten, **factory) == pytest.approx(1)
    assert value(diversity.payload_in_frame, **factory) == 1


def test_topics_in_ten():
    assert value(diversity.topics_in_ten, topic=range(10)) == pytest.approx(10)
    assert value(diversity.topics_in_ten, topic=[3] * 12) == pytest.approx(1)


def test_topic_repetition_counts_topic_zero():
    # of six pairs two agree: 0 with 0 and 7 with 7; -1 is unknown
    found = value(diversity.topic_repetition, topic=[0, 0, 7, 7, -1])
    assert found == pytest.approx(2 / 6)


def test_topic_persistence_of_two_tasks_one_after_the_other():
    # 18 of 19 steps stay; any two requests agree with 2 · 10 · 9 / (20 · 19)
    found = value(diversity.topic_persistence, topic=[1] * 10 + [2] * 10)
    assert found == pytest.approx(18 / 19 - 180 / 380)


def test_topic_persistence_of_alternating_topics_is_negative():
    found = value(diversity.topic_persistence, topic=[1, 2] * 10)
    assert found == pytest.approx(0 - 180 / 380)
    assert np.isnan(value(diversity.topic_persistence, topic=[1, 2] * 9))


def test_prompt_length_variation():
    # mean 20, variance (4 · 100 + 1600) / 5 = 400
    found = value(diversity.prompt_length_variation, prompt_chars=[10.0] * 4 + [60.0])
    assert found == pytest.approx(1)
    assert np.isnan(value(diversity.prompt_length_variation, prompt_chars=[10.0] * 4))
