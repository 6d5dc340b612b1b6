import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from detector.report import as_json
from detector.report.machine import plain
from tests.report.made_up import HOSTILE, hostile


def strictly(value):
    return json.loads(json.dumps(value, allow_nan=False).encode("utf-8"))


def test_holds_campaigns_with_evidence_and_members_and_flagged_accounts(findings):
    given = strictly(as_json(findings))
    first = given["campaigns"][0]
    assert first["campaign_id"] == "C-3f2a91bc"
    assert first["first_seen"] == "2025-06-23T01:00:00Z"
    assert len(first["evidence"]) == 6 and len(first["members"]) == 176
    assert first["evidence"][0]["rows"][0] == "queries-1.jsonl:4712"
    assert len(given["flagged_accounts"]) == 179
    assert given["run"]["rows"]["used"] == 57_505


def test_unknown_numbers_and_moments_are_null(findings):
    members = findings.members.assign(score=np.nan, created_at=pd.NaT)
    given = strictly(as_json(dataclasses.replace(findings, members=members)))
    assert given["campaigns"][0]["members"][0]["score"] is None
    assert given["campaigns"][0]["members"][0]["created_at"] is None


def test_long_lists_of_members_are_cut_and_counted(findings):
    one = findings.members[findings.members["campaign_id"] == "C-3f2a91bc"].head(1)
    members = pd.concat([one] * 1500)
    given = as_json(dataclasses.replace(findings, members=members))
    assert len(given["campaigns"][0]["members"]) == 1000
    assert given["campaigns"][0]["members_left_out"] == 500


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_strings_are_kept_as_they_are_and_encode(findings, kind):
    given = strictly(as_json(hostile(findings, HOSTILE[kind])))
    kept = given["run"]["inputs"][0]["path"]
    assert kept == (HOSTILE[kind] if kind != "surrogate" else r"file\udc80name")


def test_arrow_and_numpy_values_become_plain():
    value = {"a": np.array([np.int64(1), np.nan]), "b": np.bool_(True), "c": float("inf"), 4: pd.NA}
    assert plain(value) == {"a": [1.0, None], "b": True, "c": None, "4": None}
