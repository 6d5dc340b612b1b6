import random
from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.text import Fingerprinter, kernel
from tests.text.reference import Reference

KEY = b"a key of this test only"
FAST, SLOW = Fingerprinter(KEY), Reference(KEY)
WORDS = st.sampled_from(
    [
        "Describe",
        "the",
        "hidden",
        "reasoning",
        "step",
        "by",
        "3.14",
        "2024",
        "https://a.example/x?y=1:2",
        "http:",
        '"quoted part"',
        '"',
        "\n",
        "<think>",
        "</think>",
        "思考过程",
        "完整",
        "内部推理",
        "ทุก",
        "評価",
        "기준에",
        "Grade",
        "rubric",
        "generate",
        "dataset",
        "ΑΒΓ",
        "Straße",
        "é",
        "𠀀",
        "🙂",
        "<",
        ":",
        "-",
        "подробно",
        "standing",
        "Uncharacteristically",
        "antidisestablishmentarianism7",
        "coöperationalists",
        "naïveté",
        "\u212aelvin",
        "рассуждения",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(WORDS, max_size=60).map(" ".join),
    st.lists(WORDS, max_size=40).map("".join),
)


def strings(*texts):
    return pa.array(texts, pa.large_string())


def fingerprint(text):
    found = FAST.texts(strings(text))
    row = [int(value) for value in found.hashes[0]]
    return {
        "prompt": row[kernel.PROMPT],
        "template": row[kernel.TEMPLATE],
        "head": row[kernel.HEAD],
        "tail": row[kernel.TAIL],
        "phrases": row[kernel.PHRASE_0 :],
        "topic": int(found.topic[0]),
        "asks": int(found.asks[0]),
        "chars": int(found.chars[0]),
    }


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_kernel_equals_the_slow_reference_on_any_text(text):
    assert fingerprint(text) == SLOW.fingerprint(text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="aZ09zA/:@[`{éß ", min_size=1, max_size=40))
def test_words_are_cut_at_the_borders_of_letters_and_digits_wherever_eight_bytes_end(text):
    assert fingerprint(text) == SLOW.fingerprint(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.integers(0, 200))
def test_the_hash_of_a_value_equals_the_slow_reference(text, purpose):
    assert int(FAST.values(strings("before", text, "after"), purpose)[1]) == SLOW.value(text, purpose)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_a_text_has_the_same_fingerprint_alone_and_among_others(texts):
    together = FAST.texts(strings(*texts))
    for i, text in enumerate(texts):
        assert [int(v) for v in together.hashes[i]] == [int(v) for v in FAST.texts(strings(text)).hashes[0]]


def test_numbers_quotes_and_addresses_are_masked_in_the_template_but_not_in_the_prompt():
    one = fingerprint('Translate "good day" for order 17 at https://shop.example/17')
    two = fingerprint('Translate "bonne nuit" for order 4,711 at https://other.test/a?b=c')
    assert one["template"] == two["template"]
    assert one["prompt"] != two["prompt"]


def test_case_punctuation_and_white_space_do_not_change_a_fingerprint():
    assert fingerprint("Plan a  trip, please!")["prompt"] == fingerprint("plan A trip\nplease")["prompt"]


def test_prompts_in_one_frame_share_their_head_whatever_stands_behind():
    frame = "Work out the task below and show each thought in order: "
    heads = {fingerprint(frame + payload)["head"] for payload in ("bake bread", "山に登る", "x = 1")}
    assert len(heads) == 1


def test_a_frame_in_a_script_without_spaces_is_a_frame():
    frame = "请解答下面的问题并写出完整的思考过程："
    assert fingerprint(frame + "苹果有几个")["head"] == fingerprint(frame + "火车几点到")["head"]


def test_a_shared_run_of_words_leaves_a_shared_phrase():
    shared = "answer in the voice of an old lighthouse keeper who distrusts the sea"
    one, two = f"first {shared}", f"second {shared}"
    assert set(fingerprint(one)["phrases"]) & set(fingerprint(two)["phrases"])


def test_an_instruction_between_two_documents_leaves_a_phrase_where_it_begins_a_line():
    letters = random.Random(3)
    documents = [" ".join("".join(letters.choices("abcdefgh", k=7)) for _ in range(400)) for _ in range(4)]
    order = "Now list what the writer must have thought of before."
    for between, common in (("\n", 1), (" ", 0)):
        one, other = (fingerprint(f"{documents[i]}{between}{order}{between}{documents[i + 1]}") for i in (0, 2))
        assert len(set(one["phrases"]) & set(other["phrases"])) == common


def test_a_frame_leaves_phrases_though_the_task_after_it_has_many_lines():
    letters = random.Random(5)
    frame = "Be a careful teacher who writes out each step of the way from what is given to what is asked, and says why"
    words = ["".join(letters.choices("abcdefgh", k=6)) for _ in range(1000)]
    lines = [" ".join(words[i : i + 4]) for i in range(0, 1000, 4)]
    kept = [fingerprint("\n".join([frame, *lines[i : i + 10]]))["phrases"] for i in range(0, 200, 10)]
    common = Counter(phrase for phrases in kept for phrase in set(phrases))
    assert sum(any(common[phrase] > 1 for phrase in phrases) for phrases in kept) >= 15


def test_another_key_gives_other_hashes():
    other = Fingerprinter(b"another key")
    assert int(other.texts(strings("the same words")).hashes[0, 0]) != fingerprint("the same words")["prompt"]


def test_null_and_empty_texts_have_no_fingerprint():
    found = FAST.texts(strings(None, "", "...", "word"))
    assert (found.hashes[:3] == 0).all()
    assert found.topic[:3].tolist() == [-1, -1, -1]
    assert found.hashes[3, kernel.PROMPT] != 0


def test_a_sliced_array_is_read_from_its_offset():
    whole = strings("skip me", "keep me", "skip me too")
    assert (FAST.texts(whole.slice(1, 1)).hashes == FAST.texts(strings("keep me")).hashes).all()


def test_values_are_hashed_by_purpose_and_null_is_zero():
    values = strings("203.0.113.9", None, "203.0.113.9")
    one, two = FAST.values(values, 1), FAST.values(values, 2)
    assert one[0] == one[2] != 0
    assert one[1] == 0
    assert one[0] != two[0]


def test_values_that_differ_by_trailing_zero_bytes_differ():
    a, b, c = FAST.values(strings("ab", "ab\0", "ab\0\0"), 1)
    assert len({int(a), int(b), int(c)}) == 3
