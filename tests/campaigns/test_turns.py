"""Second turns that ask about the task before them."""

import numpy as np

from detector.campaigns.cohort import Cohort
from detector.campaigns.reference import Reference
from detector.campaigns.verify.turns import tasks_of
from tests.campaigns.test_verify import words
from tests.profiles.batches import tables

HOUR = 3_600_000_000
AGAIN = "Now set down each thought that led you to this answer"


def group(second):
    rng = np.random.default_rng(3)
    rows = []
    for i in range(12):
        for j in range(24):
            own = {"account_id": f"a{i:02}", "session_id": f"{i} {j}"}
            rows.append({**own, "at": j * HOUR, "prompt": words(rng, j % 4)})
            if second:
                rows.append({**own, "at": j * HOUR + 60_000_000, "prompt": AGAIN})
    made = tables(rows)
    members = np.arange(12)
    return Cohort(members, np.ones(12, bool), Reference(made, np.setdiff1d(np.arange(len(made.accounts)), members)))


def test_tasks_before_a_text_that_is_sent_again_and_again_are_what_is_dealt_out():
    cohort = group(second=True)
    back = cohort.held_back
    texts = back["prompt"].value_counts().index[0]
    tasks = tasks_of(back[back["prompt"] == texts], cohort)
    assert len(tasks) > 40
    assert (tasks["prompt"] != texts).all()
    assert tasks["prompt"].is_unique


def test_requests_that_are_all_different_are_tasks_themselves():
    back = group(second=False).held_back
    assert tasks_of(back, group(second=False)) is back
