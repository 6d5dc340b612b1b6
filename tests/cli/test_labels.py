"""`detector scan` with labels in the accounts file, held against the same scan without them."""

import json

import pandas as pd
import pytest

from detector.report.labels import chance_sentence, label_sentences
from tests.cli.test_cli import SAMPLES, run, scanned  # noqa: F401  (a fixture: the scan without labels)

MISSED = 12
WORLD = SAMPLES / "month_end"
OF_LABELS = [
    "labelled_abusive",
    "labelled_benign",
    "probability",
    "probability_low",
    "probability_high",
    "labelled_alike",
]


@pytest.fixture(scope="session")
def judged(tmp_path_factory):
    """A scan whose accounts file labels every third account benign, twelve abusive, and half of the campaign."""
    folder = tmp_path_factory.mktemp("labels")
    kind = pd.read_csv(WORLD / "labels.csv", dtype=str).set_index("account_id")["kind"]
    people = pd.read_csv(WORLD / "accounts.csv", dtype=str)
    truth = people["account_id"].map(kind).eq("benign").map({True: "benign", False: "abusive"})
    place = truth.groupby(truth).cumcount()
    people["label"] = truth.where(place % truth.map({"benign": 3, "abusive": 2}) == 0)
    people.loc[people.index[(truth == "benign") & (place % 3 == 1)][:MISSED], "label"] = "abusive"
    people.loc[people["label"].isna().idxmax(), "label"] = "evil"
    people.to_csv(folder / "accounts.csv", index=False)
    (folder / "few.toml").write_text("[labels]\nmin_abusive = 10\n")
    words = ("--accounts", folder / "accounts.csv", "--settings", folder / "few.toml", "--out", folder / "result")
    return run("scan", WORLD / "logs", *words), folder / "result", people.set_index("account_id")["label"]


def test_labels_are_told_and_recorded(judged):
    done, out, given = judged
    record = json.loads((out / "run.json").read_text())["labels"]
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    assert all(sentence in said for sentence in label_sentences(record))
    seen = given[given.index.isin(pd.read_parquet(out / "accounts.parquet")["account_id"])]
    abusive, missed = record["abusive"], record["abusive"]["tiers"]["none"]
    assert abusive["accounts"] == abusive["flagged"] + missed == (seen == "abusive").sum()
    assert (abusive["tiers"]["A"], missed) == (29, MISSED)
    assert record["benign"]["accounts"] == (seen == "benign").sum()
    assert record["benign"]["flagged"] == 0
    assert record["without_query"] == given.isin(["abusive", "benign"]).sum() - seen.isin(["abusive", "benign"]).sum()


def test_a_word_that_is_no_label_is_told(judged):
    done, out, _ = judged
    (file,) = json.loads((out / "run.json").read_text())["accounts_files"]
    assert file["warnings"] == ["label: an unknown word, set to null (1 values)."]
    assert "1 file gave warnings" in done.stdout


def test_campaigns_count_the_labels_of_their_members(judged):
    _, out, given = judged
    campaigns, members = (pd.read_parquet(out / f"{name}.parquet") for name in ("campaigns", "members"))
    label = members["account_id"].map(given)
    for word in ("abusive", "benign"):
        counted = label.eq(word).groupby(members["campaign_id"]).sum()
        assert campaigns.set_index("campaign_id")[f"labelled_{word}"].to_dict() == counted.to_dict()


def test_the_chance_of_a_campaign_comes_from_the_labels_of_others(judged):
    done, out, _ = judged
    (campaign,) = pd.read_parquet(out / "campaigns.parquet").to_dict("records")
    benign = json.loads((out / "run.json").read_text())["labels"]["benign"]["accounts"]
    # its 29 labels do not vote; all others are of accounts without evidence, and nobody knows how much more it has
    assert campaign["labelled_alike"] == MISSED + benign
    assert campaign["probability"] == pytest.approx(MISSED / (MISSED + benign))
    assert 0 < campaign["probability_low"] < campaign["probability"]
    assert campaign["probability_high"] == 1.0
    assert chance_sentence(campaign) in " ".join(done.stdout.split())


def test_labels_change_nothing_but_what_is_about_labels(judged, scanned):  # noqa: F811
    _, out, _ = judged
    before = scanned[1]
    for name in ("members", "evidence", "timeline", "rejects", "traces"):
        assert (out / f"{name}.parquet").read_bytes() == (before / f"{name}.parquet").read_bytes()
    for name, columns in (("accounts", ["label"]), ("campaigns", OF_LABELS)):
        one, other = (pd.read_parquet(folder / f"{name}.parquet").drop(columns=columns) for folder in (out, before))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    one, other = (json.loads((folder / "run.json").read_text()) for folder in (out, before))
    changed = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert changed - {"timings"} == {"labels", "accounts_files", "coverage", "settings", "settings_sha256"}
    assert one["population"] == other["population"]
