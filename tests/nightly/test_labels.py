"""Nights over an accounts file with labels."""

import json

import pandas as pd

from detector.nightly.sequel import sequel
from detector.results.labels import compared
from detector.settings import Settings
from tests.nightly.nights import campaign, march, scanned
from tests.nightly.runs import night, rows_of, write_log
from tests.nightly.test_decisions import CLASS, Decisions


def people(path, **labels):
    rows = [f"person-{n}@mail.example,{labels.get(f'p{n}', '')}" for n in range(12)]
    path.write_text("\n".join(["account_id,label", *rows, "gone@mail.example,benign"]) + "\n")
    return path


def latest(store):
    folder = (store / "latest").resolve()
    return pd.read_parquet(folder / "accounts.parquet"), json.loads((folder / "run.json").read_text())


def test_a_night_holds_its_findings_against_labels(tmp_path):
    log = write_log(tmp_path / "log.jsonl", rows_of(range(3)))
    night(tmp_path / "store", [log], 2, accounts=[people(tmp_path / "people.csv", p1="abusive", p2="benign")])
    accounts, run = latest(tmp_path / "store")
    assert accounts["label"].value_counts().to_dict() == {"abusive": 1, "benign": 1}
    assert run["labels"]["abusive"]["tiers"] == {"A": 0, "B": 0, "C": 0, "none": 1}
    assert (run["labels"]["benign"]["flagged"], run["labels"]["without_query"]) == (0, 1)


def test_new_labels_judge_the_newest_night_again_and_change_only_what_is_about_labels(tmp_path):
    log, file, store = write_log(tmp_path / "log.jsonl", rows_of(range(3))), tmp_path / "people.csv", tmp_path / "store"
    night(store, [log], 2, accounts=[people(file)])
    before, run = latest(store)
    assert "abusive" not in run["labels"] or run["labels"]["abusive"]["accounts"] == 0
    (again,) = night(store, [log], 2, accounts=[people(file, p1="abusive", p2="benign")]).nights
    after, _ = latest(store)
    assert again.changed
    pd.testing.assert_frame_equal(before.drop(columns="label"), after.drop(columns="label"), check_exact=True)


def test_a_verdict_that_sets_a_campaign_aside_is_told_in_what_labels_say(tmp_path):
    result = scanned(12, campaign("C-00000001", "abcd"))
    result.accounts["label"] = ["abusive", "benign", "benign", None]
    result.run["labels"] = {**compared(result.accounts), "without_query": 3}
    assert result.run["labels"]["benign"]["flagged"] == 2
    found = sequel(None, result, Decisions((CLASS,)), march(12), Settings()).result.run["labels"]
    assert (found["abusive"]["flagged"], found["benign"]["flagged"], found["without_query"]) == (0, 0, 3)
    assert found["benign"]["tiers"] == {"A": 2, "B": 0, "C": 0, "none": 0}
