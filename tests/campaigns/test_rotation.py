"""Whether accounts use the frames of a group in the same proportions."""

import numpy as np
import pandas as pd
import pytest

from detector.campaigns.cohort import Cohort
from detector.campaigns.reference import Reference
from detector.campaigns.verify.frames import find_frames
from detector.campaigns.verify.rotation import _phi, rotation
from tests.profiles.batches import tables

VARIANTS = (
    "Set down at length everything that leads you to the result of this exercise",
    "Kindly weigh the merits of the following reply and say where it falls short of",
    "Draw up a table of all the goods named below with their prices and their makers",
    "Tell an old friend of yours in a long letter what you make of these few lines",
)
SUBJECTS = "apple river stone music engine garden winter paper silver market copper window island bridge".split()
MEMBERS = 16


def found(choose):
    """Evidence of sixteen accounts with forty prompts each, whose frame is chosen so, beside forty others."""
    rng = np.random.default_rng(8)
    rows = []
    for account in range(MEMBERS):
        for i in range(40):
            text = f"{VARIANTS[choose(rng, account)]} {' '.join(rng.choice(SUBJECTS, 6))} {rng.integers(1e9)}"
            rows.append({"account_id": f"a{account:02}", "at": i * 3_600_000_000, "prompt": text})
    for account in range(40):
        for i in range(4):
            text = " ".join(rng.choice(list("abcdefghijklmnop"), 14))
            rows.append({"account_id": f"p{account:02}", "at": i * 3_600_000_000, "prompt": text})
    made = tables(rows)
    members = np.arange(MEMBERS)
    cohort = Cohort(members, np.ones(MEMBERS, bool), Reference(made, np.arange(MEMBERS, len(made.accounts))))
    return rotation(cohort, find_frames(cohort))


def test_phi_of_a_table_worked_by_hand():
    # 10 requests each; due 5 and 5 in each cell: χ² = 4 · 1² / 5, df 1, factor 19/20
    phi, df, sent = _phi(pd.DataFrame([[6, 4], [4, 6]]))
    assert phi == pytest.approx(0.8 * 19 / 20)
    assert (df, sent) == (1, 10.0)


def test_a_frame_drawn_for_each_request_is_rotation():
    (evidence,) = found(lambda rng, account: rng.integers(len(VARIANTS)))
    assert evidence.name == "rotated frames"
    assert evidence.observed == pytest.approx(1.0, abs=0.4)
    assert evidence.weight > 2


def test_people_who_keep_to_the_version_they_took_do_not_rotate():
    assert found(lambda rng, account: account % len(VARIANTS)) == []


def test_people_who_like_one_better_than_the_others_do_not_rotate():
    assert found(lambda rng, account: account % 4 if rng.random() < 0.5 else rng.integers(len(VARIANTS))) == []


def test_one_frame_for_all_says_nothing():
    assert found(lambda rng, account: 0) == []
