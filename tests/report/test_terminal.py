import dataclasses
import re

import pytest

from detector.errors import UsageError
from detector.report import explain_account, explain_campaign, summary
from detector.report.layout import cells, wrap
from tests.report.made_up import HOSTILE, campaign_row, hostile


@dataclasses.dataclass
class Words:
    unit: str
    suspicious: str
    summary: str


def lines_of(text):
    return text.rstrip("\n").split("\n")


def test_the_summary_says_the_answer_first(findings):
    lines = lines_of(summary(findings, report="result/report.html"))
    assert lines[0] == "1 campaign to decide on, 3 single accounts flagged, 1 group to watch"
    assert any(re.match(r"A +C-3f2a91bc +distillation +176 +32,032", line) for line in lines)
    assert "Rows       57,610 read, 57,505 used, 21 duplicate, 84 rejected" in "\n".join(lines)
    assert lines[-1] == "Report     result/report.html"


def test_without_campaigns_the_summary_says_so(findings):
    calm = dataclasses.replace(
        findings,
        campaigns=findings.campaigns.head(0),
        accounts=findings.accounts.assign(campaign_id=None, flagged=False),
    )
    assert summary(calm).startswith("No campaign found\n")


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_is_wider_than_eighty_columns_or_steers_the_terminal(findings, kind):
    given = hostile(findings, HOSTILE[kind])
    account, campaign = given.accounts["account_id"][0], given.campaigns["campaign_id"].iloc[0]
    shown = summary(given, report=HOSTILE[kind])
    shown += explain_campaign(given, campaign) + explain_account(given, account)
    assert max(cells(line) for line in lines_of(shown)) <= 80
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)
    shown.encode("utf-8")


def test_colour_is_added_only_when_asked_for_and_takes_no_room(findings):
    plain, coloured = summary(findings), summary(findings, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_a_hundred_campaigns_are_counted_not_listed(findings):
    rows = [campaign_row(f"C-{number:08x}", "A", 9) for number in range(100)]
    crowded = dataclasses.replace(findings, campaigns=type(findings.campaigns)(rows))
    assert "and 90 campaigns more in the report" in summary(crowded)


def test_a_campaign_is_explained_with_its_evidence_and_what_speaks_against_it(findings):
    shown = explain_campaign(findings, "C-3f2a91bc")
    assert " +6.0  sharding" in shown and " -1.2  client" in shown
    assert "observed 58, expected 0.02, by chance 3e-88" in shown
    assert "Best innocent explanation\nA teaching platform" in shown
    assert "161 more are in members.parquet" in shown


def test_an_account_is_explained_against_the_population(findings):
    values = [0.0] * 599 + [7.5]
    given = findings.accounts.assign(asks_reasoning_share=values)
    account = given["account_id"].iloc[-1]
    words = {"asks_reasoning_share": Words("share", "high", "Asks for reasoning.")}
    given = dataclasses.replace(findings, accounts=given)
    shown = explain_account(given, account, described=words)
    assert re.search(r"asks_reasoning_share +7.5  above 99.9 %, suspicious", shown)
    assert "campaign   none" in shown


def test_a_member_is_told_its_campaign_and_role(findings):
    assert "C-3f2a91bc, tier A, core" in explain_account(findings, "acct-00001")


def test_an_unknown_id_is_a_usage_error_that_names_some_that_exist(findings):
    with pytest.raises(UsageError, match=r"No campaign C-0 in this run.*such as C-3f2a91bc"):
        explain_campaign(findings, "C-0")
    with pytest.raises(UsageError, match="No account nobody in this run"):
        explain_account(findings, "nobody")


def test_wrapping_breaks_words_that_are_longer_than_a_line():
    assert wrap("ab " + "x" * 10, 6, "  ", "- ") == ["- ab", "  xxxx", "  xxxx", "  xx"]


def test_wide_characters_count_as_two():
    assert cells("漢字a") == 5
    assert wrap("漢字漢字", 5) == ["漢字", "漢字"]
