"""Labels in words, on the page and in the terminal; no word of them where there are none."""

import dataclasses

import numpy as np
import pytest

from detector.report import explain_account, explain_campaign, render_report, summary
from detector.report.labels import chance_sentence, label_sentences, labelled

ABUSIVE = {
    "accounts": 34, "flagged": 30, "share": 30 / 34, "low": 0.734, "high": 0.953,
    "tiers": {"A": 20, "B": 10, "C": 1, "none": 3},
}  # fmt: skip
NONE = {
    "accounts": 0, "flagged": 0, "share": None, "low": None, "high": None,
    "tiers": {"A": 0, "B": 0, "C": 0, "none": 0},
}  # fmt: skip
LABELS = {"abusive": ABUSIVE, "benign": NONE, "without_query": 5}
COLUMNS = {
    "labelled_abusive": 12, "labelled_benign": 1,
    "probability": 0.912, "probability_low": 0.62, "probability_high": 0.981, "labelled_alike": 57,
}  # fmt: skip
CHANCE = (
    "Of those outside it that were labelled, 91.2 % with as much evidence of extraction were abusive "
    "(95 % interval, a group counting once, 62.0 % to 98.1 %; 57 accounts)."
)


@pytest.fixture
def judged(findings):
    return dataclasses.replace(
        findings,
        campaigns=findings.campaigns.assign(**COLUMNS),
        accounts=findings.accounts.assign(label="abusive"),
        run=findings.run | {"labels": LABELS},
    )


def flat(text):
    return " ".join(text.split())


def test_a_sentence_for_each_kind_that_was_labelled():
    assert label_sentences(LABELS) == [
        "Of 34 accounts labelled abusive, 30 flagged: 88.2 % (95 % interval, a group counting once, 73.4 % to 95.3 %). "
        "Tier A 20, B 10, C 1, none 3.",
        "5 labelled accounts sent nothing in this window.",
    ]
    assert label_sentences({}) == []


@pytest.mark.parametrize("missing", [None, float("nan"), 0])
def test_nothing_is_said_where_too_few_are_labelled(missing):
    assert chance_sentence(COLUMNS | {"labelled_alike": missing}) == ""
    assert labelled({"labelled_abusive": missing, "labelled_benign": missing}) == ""


def test_terminal_and_page_hold_findings_against_labels(judged):
    for said in (summary(judged), render_report(judged)):
        assert "Of 34 accounts labelled abusive, 30 flagged: 88.2 %" in flat(said)
        assert CHANCE in flat(said)
    assert max(map(len, summary(judged).splitlines())) <= 80


def test_labels_of_members_stand_in_the_card_and_in_explain(judged):
    assert "<dt>labelled</dt><dd>12 abusive, 1 benign</dd>" in render_report(judged)
    told = explain_campaign(judged, "C-3f2a91bc")
    assert "labels     12 abusive, 1 benign" in told
    assert CHANCE in flat(told)
    assert "label      abusive" in explain_account(judged, judged.accounts["account_id"][0])


def test_without_labels_no_word_is_said_of_them(findings):
    told = [summary(findings), render_report(findings), explain_campaign(findings, "C-3f2a91bc")]
    counted = findings.campaigns.assign(**dict.fromkeys(COLUMNS, np.nan) | {"labelled_abusive": 0})
    told += [summary(dataclasses.replace(findings, campaigns=counted))]
    assert not any("labelled" in one for one in told)


def test_a_warning_on_the_accounts_file_is_said(findings):
    files = [{"path": "accounts.csv", "warnings": ["label: an unknown word, set to null (2 values)."]}]
    warned = dataclasses.replace(findings, run=findings.run | {"accounts_files": files})
    assert "1 file gave warnings; see the inputs." in summary(warned)
    assert "label: an unknown word, set to null (2 values)." in render_report(warned)
