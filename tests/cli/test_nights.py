"""`detector diff` and `detector decide` as an analyst meets them."""

import json

import pytest

from detector.nightly.decision_log import read_decisions
from detector.results import write_result
from tests.cli.test_cli import SAMPLES, run
from tests.nightly.nights import campaign, march, night, scanned
from tests.nightly.test_baselines import crowd

CARDS = {"a": 1, "b": 2}


@pytest.fixture
def store(tmp_path):
    """A store whose newest night found one campaign."""
    found = night(None, 10, campaign("C-00000001", "abcd", payment=CARDS), others={"x": 10})
    write_result(found.result, tmp_path / "nights" / "2026-03-10")
    (tmp_path / "latest").symlink_to("nights/2026-03-10")
    return tmp_path


def test_diff_tells_what_changed_between_two_scans_within_80_columns(tmp_path):
    write_result(scanned(10, campaign("C-00000001", "abcd"), campaign("C-00000002", "xyz")), tmp_path / "one")
    write_result(scanned(11, campaign("C-00000003", "abcdefg", last=11)), tmp_path / "two")
    done = run("diff", tmp_path / "one", tmp_path / "two")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "From 2026-03-10 to 2026-03-11: 1 grown, 1 dormant\n"
        "Accounts flagged: 7 before, 7 now. 0 campaigns as before.\n"
        "\n"
        "grown        C-00000001  A  From 4 accounts to 7, 3 since 2026-03-10.\n"
        "dormant      C-00000002  A  No request for 3 days; the last on 2026-03-10.\n"
    )
    as_json = json.loads(run("diff", tmp_path / "one", tmp_path / "two", "--json").stdout)
    assert [change["kind"] for change in as_json["changes"]] == ["grown", "dormant"]


def test_a_scan_ranks_what_to_review_and_says_what_chance_would_put_there(tmp_path):
    sample = SAMPLES / "month_end"
    words = ("--accounts", sample / "accounts.csv", "--budget", 5, "--out", tmp_path / "r")
    done = run("scan", sample / "logs", *words)
    assert done.returncode == 0
    assert "To review: 5 entries, best first" in done.stdout
    assert "of these 5 are expected by chance alone. 10 searches of the same accounts" in " ".join(done.stdout.split())
    review = json.loads((tmp_path / "r" / "run.json").read_text())["review"]
    assert review["entries"][0]["tier"] == "A"
    assert len(review["entries"]) == 5
    assert 0 <= review["expected"] <= 4  # not the campaign
    assert "To review: 5 entries" in (tmp_path / "r" / "report.html").read_text()


def test_diff_asks_for_the_earlier_result_first(tmp_path):
    for day, name in ((10, "one"), (11, "two")):
        write_result(scanned(day, campaign("C-00000001", "abcd")), tmp_path / name)
    done = run("diff", tmp_path / "two", tmp_path / "one")
    assert done.returncode == 2
    assert "give the earlier one first" in done.stderr


def test_decide_writes_who_when_why_and_until_when(store):
    words = ("--verdict", "benign", "--reason", "a course", "--expires", "2099-12-31", "--by", "jo", "--store", store)
    done = run("decide", "C-00000001", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "was judged benign" in done.stdout
    (entry,) = [json.loads(line) for line in (store / "decisions.jsonl").read_text().splitlines()]
    assert {name: entry[name] for name in ("by", "target", "verdict", "reason", "expires", "night", "accounts")} == {
        "by": "jo", "target": "C-00000001", "verdict": "benign", "reason": "a course", "expires": "2099-12-31",
        "night": "2026-03-10", "accounts": ["a", "b", "c", "d"],
    }  # fmt: skip
    assert entry["at"].endswith("+00:00")


def test_an_abusive_decision_remembers_the_traces_of_its_accounts(store):
    words = ("--verdict", "abusive", "--reason", "resells", "--by", "jo", "--store", store)
    assert "2 traces are watched for" in run("decide", "C-00000001", *words).stdout
    watched = read_decisions(store).watched()
    assert watched == {("payment", f"{1:016x}"), ("payment", f"{2:016x}")}
    later = march(20).replace(year=2098)
    assert read_decisions(store).on(later).watched() == watched


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("C-0000000f", "--verdict", "abusive"), "has no campaign or account called 'C-0000000f'"),
        (("C-00000001", "--verdict", "benign"), "needs a day on which it is looked at again: --expires DATE"),
        (("x", "--verdict", "abusive", "--expires", "2020-01-01"), "--expires 2020-01-01 is past"),
        (("x", "--verdict", "harmless"), "'harmless' is not one of"),
    ],
)
def test_a_decision_that_cannot_be_made_is_refused_in_one_line(store, words, said):
    done = run("decide", *words, "--reason", "seen", "--by", "jo", "--store", store)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (store / "decisions.jsonl").exists()


def test_a_baseline_is_proposed_shown_and_promoted(tmp_path):
    write_result(crowd(), tmp_path / "night")
    (tmp_path / "latest").symlink_to("night")
    done = run("baseline", "fit", "--store", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    name = done.stdout.split(":")[0]
    assert "Not in force until" in done.stdout
    assert json.loads(run("baseline", "show", "--store", tmp_path).stdout)["in_force"] is None
    done = run("baseline", "promote", name, "--store", tmp_path, "--reason", "looked through", "--by", "jo")
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(run("baseline", "show", "--store", tmp_path).stdout)
    assert shown["in_force"] == name
    assert [(one["by"], one["reason"]) for one in shown["promotions"]] == [("jo", "looked through")]
    assert shown["baselines"][name]["left_out"]["too young"] == 0
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "baselines").rglob("*")} == {0}


def test_a_baseline_is_of_a_scan_or_of_a_store(tmp_path):
    done = run("baseline", "fit", "--store", tmp_path, "--out", tmp_path / "b")
    assert done.returncode == 2
    assert "Give --run and --out for the baseline of a scan, or --store" in done.stderr


def test_a_store_without_a_night_has_nothing_to_decide_on(tmp_path):
    done = run("decide", "x", "--verdict", "abusive", "--reason", "seen", "--by", "jo", "--store", tmp_path)
    assert done.returncode == 3
    assert "holds no night yet" in done.stderr
