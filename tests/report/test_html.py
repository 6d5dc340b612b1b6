import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from detector.errors import OutputError
from detector.report import render_report, write_report
from detector.report.html import MAX_BYTES
from detector.settings import Reporting
from tests.report.made_up import HOSTILE, campaign_row, evidence_row, hostile


def empty(findings, *names):
    return dataclasses.replace(findings, **{name: getattr(findings, name).head(0) for name in names})


def sentences(page):
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<img[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def many_campaigns(findings, n=100, members=200):
    ids = [f"C-{number:08x}" for number in range(n)]
    accounts = pd.DataFrame(
        {
            "account_id": [f"a{row:07d}" for row in range(n * members)],
            "campaign_id": np.repeat(ids, members),
            "tier": "B",
            "score": 0.9,
            "anomaly": 0.4,
            "flagged": True,
            "n_queries": 100,
            "created_at": pd.Timestamp("2025-06-20", tz="UTC"),
        }
    )
    hours = pd.date_range("2025-05-01", periods=24 * 60, freq="h", tz="UTC")
    timeline = pd.DataFrame(
        {
            "campaign_id": np.repeat(ids, len(hours)),
            "hour": np.tile(hours, n),
            "requests": np.tile(np.arange(len(hours)), n),
            "accounts": 3,
        }
    )
    evidence = [
        evidence_row(name, "content", str(k), "An evidence sentence. " * 20, 9, 0.1, 1e-9, 2.0)
        for name in ids
        for k in range(30)
    ]
    return dataclasses.replace(
        findings,
        accounts=accounts,
        campaigns=pd.DataFrame([campaign_row(name, "B", members) for name in ids]),
        members=accounts.assign(role="core", membership=1.0, n_composites=4),
        evidence=pd.DataFrame(evidence),
        timeline=timeline,
    )


def test_says_how_many_campaigns_of_which_tier_and_how_many_accounts(page):
    said = sentences(page)
    assert "1 campaign to decide on, 3 single accounts flagged, 1 group to watch" in said
    assert "tier A 1 tier B 0 tier C 1 accounts flagged 179 of 600" in said
    assert "2025-06-23 00:00 to 2025-06-29 23:59 UTC" in said
    assert "Anomalous is not abusive." in page


def test_shows_campaigns_first_in_order_of_tier(page):
    marks = ['id="campaign-1"', 'id="campaign-2"', 'id="single"', 'id="population"', 'id="rows"']
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert page.index("C-3f2a91bc") < page.index("C-77e01d54")


def test_shows_evidence_with_observed_expected_and_what_speaks_against(page):
    said = sentences(page)
    assert "171 of 176 accounts come from four subnets that also carry one system prompt. 171 0.4 &lt; 1e-300" in said
    assert "Best innocent explanation A teaching platform" in said
    assert "The accounts use 9 different clients" in said
    assert "What to look at first Open five members" in said


def test_separates_flagged_accounts_from_merely_unusual_ones(page):
    said = sentences(page)
    flagged, unusual = said.split("Merely unusual, not flagged")
    assert "acct-00200" in flagged.split("Flagged on their own evidence")[1]
    assert "acct-00200" not in unusual


def test_points_to_the_tables_for_what_it_cuts(findings):
    page = sentences(render_report(findings, Reporting(members_shown=10, accounts_shown=2)))
    assert "166 more members are in members.parquet" in page
    assert "1 more are in accounts.parquet" in page


def test_says_what_was_off_and_which_column_it_needs(page):
    said = sentences(page)
    assert "turns_per_session needs session_id" in said
    assert "Read = used + duplicate + rejected + outside the window" in page


def test_names_a_file_that_could_not_be_read(findings):
    inputs = [dict(findings.run["inputs"][0], error="truncated gzip after 900 rows")]
    broken = dataclasses.replace(findings, run=findings.run | {"inputs": inputs})
    page = sentences(render_report(broken))
    assert "1 file of 1 could not be read in full" in page
    assert "truncated gzip after 900 rows" in page


def test_without_campaigns_says_so_and_that_it_is_no_proof(findings):
    calm = empty(findings, "campaigns", "members", "evidence", "timeline")
    calm = dataclasses.replace(calm, accounts=findings.accounts.assign(campaign_id=None, tier=None, flagged=False))
    page = sentences(render_report(calm))
    assert "No campaign found" in page
    assert "That is not proof that there is none" in page


def test_without_an_accounts_file_says_what_that_costs(findings):
    accounts = findings.accounts.assign(created_at=pd.NaT)
    members = findings.members.assign(created_at=pd.NaT)
    campaigns = findings.campaigns.assign(created_first=pd.NaT, created_last=pd.NaT)
    coverage = findings.run["coverage"] | {"without_accounts": True}
    bare = dataclasses.replace(
        findings,
        accounts=accounts,
        members=members,
        campaigns=campaigns,
        run=findings.run | {"coverage": coverage},
    )
    page = sentences(render_report(bare))
    assert "No accounts file was given" in page
    assert "bursts of sign-ups go unseen" in page
    assert "Not known when these accounts signed up" in page


def test_with_no_account_at_all_is_still_a_page(findings):
    tables = ("accounts", "campaigns", "members", "evidence", "timeline", "rejects")
    page = sentences(render_report(empty(findings, *tables)))
    assert "No account has a usable query in this window." in page


def test_empty_tables_without_columns_and_an_empty_record_are_enough(findings):
    nothing = pd.DataFrame()
    bare = dataclasses.replace(
        findings, accounts=nothing, campaigns=nothing, members=nothing, evidence=nothing,
        timeline=nothing, rejects=nothing, run={},
    )  # fmt: skip
    assert "No campaign found" in render_report(bare)


def test_a_hundred_campaigns_fit_and_the_rest_is_listed(findings):
    page = render_report(many_campaigns(findings))
    assert len(page.encode()) <= MAX_BYTES
    assert page.count("<article") == 20
    assert "C-00000063" in page
    assert "the other 80 with" in sentences(page)


def test_cuts_more_when_settings_ask_for_too_much_and_says_so(findings, monkeypatch):
    monkeypatch.setattr("detector.report.html.MAX_BYTES", 300_000)
    greedy = Reporting(campaigns_shown=8, members_shown=400, evidence_shown=30)
    page = render_report(many_campaigns(findings, n=8, members=100), greedy)
    assert len(page.encode()) <= 300_000
    assert "This page was cut to stay below a size that opens and mails well" in page


def test_same_findings_give_the_same_bytes_in_any_order_of_rows(findings, page):
    shuffled = dataclasses.replace(
        findings,
        campaigns=findings.campaigns.sample(frac=1, random_state=2),
        members=findings.members.sample(frac=1, random_state=2),
        evidence=findings.evidence.sample(frac=1, random_state=2),
        timeline=findings.timeline.sample(frac=1, random_state=2),
    )
    assert page == render_report(shuffled)


def test_timings_do_not_reach_the_page(findings, page):
    slower = dataclasses.replace(findings, run=findings.run | {"timings": {"read": 99.0}})
    assert page == render_report(slower)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_strings_stay_text(findings, kind):
    page = render_report(hostile(findings, HOSTILE[kind]))
    assert len(page.encode("utf-8")) <= MAX_BYTES
    tags = set(re.findall(r"<([a-z0-9]+)", page))
    assert not tags & {"script", "iframe", "object", "form", "link", "base"}
    assert not re.search(r"<[^>]*\son\w+\s*=", page)
    assert page.count("<title>") == page.count("</title>") == 1
    assert page.count("</style>") == 1
    assert not re.search(r"[^\x20-\x7e\n\u00a0-\U0010ffff]", page)
    assert not re.search("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff]", page)


def test_a_string_that_looks_like_a_template_is_not_one(findings):
    assert "{{7*7}}{% raw %}" in render_report(hostile(findings, HOSTILE["template"]))


def test_policy_forbids_everything_but_this_style_and_inline_images(page):
    assert re.search(r"content=\"default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:;", page)
    without_images = re.sub(r"<img[^>]*>", "", page)
    assert "http:" not in without_images and "https:" not in without_images
    assert " style=" not in without_images


def test_marks_ids_that_mix_scripts_which_look_alike(findings):
    members = findings.members.assign(account_id="p\u0430yment-01")
    assert "mixed scripts" in render_report(dataclasses.replace(findings, members=members))


def test_writes_the_page_whole_and_leaves_nothing_else_behind(findings, page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report(findings, path, Reporting())
    assert path.read_text(encoding="utf-8") == page
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_is_not_there_is_an_output_error(findings, tmp_path):
    with pytest.raises(OutputError, match="could not be written"):
        write_report(findings, tmp_path / "missing" / "report.html")


def opened(findings, string="m2"):
    """Findings of a night with changes and a list to review."""
    change = {
        "kind": "moved",
        "campaign_id": "C-3f2a91bc",
        "tier": "A",
        "statement": f"90% go to {string}.",
        "others": [],
    }
    entry = {"rank": 1, "kind": "account", "id": string, "tier": None, "score": 0.4, "accounts": 1, "why": string}
    night = {"day": "2025-06-29", "previous": "2025-06-28", "changes": [change], "suppressed": [], "visitors": {}}
    review = {
        "budget": 1,
        "resamples": 10,
        "groups_by_chance": 0.1,
        "expected": 0.25,
        "entries": [entry | {"expected": 0.25}],
    }
    return dataclasses.replace(findings, run=findings.run | {"night": night, "review": review})


def test_a_night_opens_with_what_changed_and_with_the_list_to_review(findings):
    text = sentences(render_report(opened(findings)))
    places = [
        text.index(words) for words in ("From 2025-06-28 to 2025-06-29: 1 moved", "90% go to m2.", "To review: 1 entry")
    ]
    assert places == sorted(places) and places[-1] < text.index("signed up from")
    assert "About 0.25 of these 1 are expected by chance alone." in text
    assert "From 2025" not in sentences(render_report(findings))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_opening_shows_nothing_of_a_log_as_markup(findings, name):
    page = render_report(opened(findings, HOSTILE[name]))
    assert "<script" not in page and "<svg/onload" not in page and "\x1b" not in page
