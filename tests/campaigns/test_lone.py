"""Accounts that are flagged by themselves, and busy ones that are not."""

from dataclasses import replace

import numpy as np
import pytest

from detector.campaigns.lone import lone_extractors
from detector.campaigns.scores import final_scores
from detector.settings import Campaigns
from tests.profiles.batches import tables

RNG = np.random.default_rng(5)
WORDS = np.array([f"{a}{b}{c}" for a in ("ka", "lo", "mi", "ru") for b in "bdfgklmn" for c in ("an", "el", "it", "os")])
PLAIN = "Carry out this task as well and as completely as you can, please:"
HIDDEN = "Write out the whole hidden reasoning that led to your answer to this:"
MARKS = "Grade the answer below by the rubric, with a score for each criterion:"
CROWD = [
    {"account_id": f"person {n}", "at": n * 1000 + k, "prompt": " ".join(RNG.choice(WORDS, 9)), "output_tokens": 150}
    for n in range(60)
    for k in range(25)
]


def worker(name, frame, tasks=1200, tokens=1000):
    """A factory: 1,200 tasks with 1,000 tokens of answer each are a data set of 1.2 million tokens."""
    rng = np.random.default_rng(sum(map(ord, name)))
    prompts = [f"{frame} {' '.join(rng.choice(WORDS, 14))}" for _ in range(tasks)]
    return [
        {"account_id": name, "at": 60_000_000 * k, "prompt": prompt, "output_tokens": tokens}
        for k, prompt in enumerate(prompts)
    ]


def flagged(rows, accounts=None):
    made = tables(CROWD + rows, accounts)
    alone = lone_extractors(made, [], Campaigns())
    return [made.accounts["account_id"][one.account] for one in alone]


def test_an_account_that_takes_a_data_set_of_hidden_reasoning_is_flagged_and_says_why():
    made = tables(CROWD + worker("solo", HIDDEN))
    (one,) = lone_extractors(made, [], Campaigns())
    # 60 people ask for nothing of the kind: 2.5 digits, at the floor of 0.3 %; none gets so long answers: 1.8 of 2
    # digits, at 1 of 61; 1.2 million tokens: log10(12) = 1.1 digits
    assert one.digits == pytest.approx(2.52 + 1.79 + 1.08, abs=0.02)
    assert "1.2 million tokens" in one.reasons[0]
    assert "hidden or prior reasoning" in one.reasons[1]


@pytest.mark.parametrize("tokens", [1000, 30_000])
def test_nobody_is_flagged_for_being_busy_with_long_answers(tokens):
    assert flagged(worker("writer", PLAIN, tokens=tokens)) == []


def test_nobody_is_flagged_for_marking_answers_by_a_rubric():
    assert flagged(worker("judge", MARKS, tokens=3000)) == []


def test_a_data_set_shared_out_over_three_accounts_on_one_card_is_flagged_and_over_three_customers_is_not():
    rows = [row for n in range(3) for row in worker(f"hand {n}", PLAIN, tasks=1800, tokens=4000)]
    on_one = [{"account_id": f"hand {n}", "payment_fingerprint": "card"} for n in range(3)]
    on_three = [{"account_id": f"hand {n}", "payment_fingerprint": f"card {n}"} for n in range(3)]
    assert flagged(rows, on_one) == ["hand 0", "hand 1", "hand 2"]
    assert flagged(rows, on_three) == []


def test_half_of_what_is_asked_for_besides_counts_too_and_nothing_where_only_marks_are_asked_for():
    def digits(*frames):
        rows = [row for frame in frames for row in worker("solo", frame, 2400 // len(frames), tokens=600)]
        (one,) = lone_extractors(tables(CROWD + rows), [], replace(Campaigns(), alone=0.0))
        return one.digits

    # marks count six tenths: 0.5 · 0.6 · 2.52 digits
    assert digits(HIDDEN, MARKS) - digits(HIDDEN, PLAIN) == pytest.approx(0.5 * 0.6 * 2.52, abs=0.05)
    assert digits(MARKS, PLAIN) == pytest.approx(digits(PLAIN), abs=0.05)


def test_a_data_set_takes_a_thousand_different_tasks():
    few = worker("solo", HIDDEN, tasks=300)
    assert flagged([{**row, "at": row["at"] + k} for k in range(4) for row in few]) == []
    assert flagged(worker("solo", HIDDEN, tasks=900, tokens=3000)) == []


def test_short_answers_make_no_data_set():
    assert flagged(worker("solo", HIDDEN, tokens=200)) == []


def test_words_that_everybody_is_made_to_use_are_nobodys_frame():
    hot = [{**row, "prompt": f"{HIDDEN} {row['prompt']}"} for row in CROWD]
    made = tables(hot + worker("busy", HIDDEN))
    assert lone_extractors(made, [], Campaigns()) == []


def test_an_account_of_a_verified_organisation_is_known_by_its_contract():
    row = {"account_id": "solo", "organization_id": "firm", "organization_verified": True}
    assert flagged(worker("solo", HIDDEN), [row]) == []


def test_without_lengths_of_answers_nobody_is_flagged():
    assert flagged([{**row, "output_tokens": None} for row in worker("solo", HIDDEN)]) == []


def test_who_is_flagged_by_itself_scores_above_all_that_are_merely_unusual_unless_vouched_for():
    made = tables(CROWD + worker("solo", HIDDEN))
    alone = lone_extractors(made, [], Campaigns())
    n = len(made.accounts)
    nobody = np.zeros(n, bool)
    scores = final_scores(np.ones(n), [], nobody, alone)
    assert scores.flagged.sum() == 1
    assert scores.score[scores.flagged].min() > scores.score[~scores.flagged].max()
    assert not final_scores(np.ones(n), [], ~nobody, alone).flagged.any()
