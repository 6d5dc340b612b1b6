"""What was found against the labels of the accounts file, counted by hand."""

import pandas as pd
import pyarrow as pa
import pytest

from detector.results.labels import compared, label_record
from detector.schema import ACCOUNTS_SCHEMA

ROWS = [
    # label, flagged, tier, campaign, explained
    ("abusive", True, "A", "C-1", None),
    ("abusive", True, "A", "C-1", None),
    ("abusive", True, None, None, None),  # flagged by itself
    ("abusive", False, "C", "C-2", None),
    ("benign", True, "B", "C-3", None),
    ("benign", False, "C", "C-2", None),
    ("benign", False, None, None, "a class"),
    ("benign", False, None, None, "a class"),
    ("unknown", True, "A", "C-1", None),
    (None, True, "A", "C-1", None),
]
ACCOUNTS = pd.DataFrame(ROWS, columns=["label", "flagged", "tier", "campaign_id", "explained_by"]).assign(
    account_id=list("abcdefghij")
)


def people_of(labels):
    rows = [{"account_id": f"p{i}", "label": label} for i, label in enumerate(labels)]
    return pa.Table.from_pylist(rows, ACCOUNTS_SCHEMA)


def test_flags_and_tiers_of_labelled_accounts_are_counted():
    found = compared(ACCOUNTS)
    assert (found["abusive"]["accounts"], found["abusive"]["flagged"]) == (4, 3)
    assert found["abusive"]["tiers"] == {"A": 2, "B": 0, "C": 1, "none": 1}
    assert (found["benign"]["accounts"], found["benign"]["flagged"]) == (4, 1)
    assert found["benign"]["tiers"] == {"A": 0, "B": 1, "C": 1, "none": 2}


def test_intervals_count_a_group_as_one_observation():
    found = compared(ACCOUNTS)["abusive"]
    # 3 of 4 flagged; groups of 2, 1 and 1 accounts: 16 / 6 observations
    n, z2 = 16 / 6, 1.959964**2
    middle, half = (0.75 + z2 / 2 / n) / (1 + z2 / n), (0.1875 * z2 / n + (z2 / 2 / n) ** 2) ** 0.5 / (1 + z2 / n)
    assert (found["share"], found["low"], found["high"]) == pytest.approx((0.75, middle - half, middle + half))


def test_without_a_label_of_a_kind_there_is_no_share_of_it():
    found = compared(ACCOUNTS[ACCOUNTS["label"] == "benign"])["abusive"]
    assert (found["accounts"], found["share"], found["low"], found["high"]) == (0, None, None, None)


def test_labelled_accounts_that_sent_nothing_are_counted():
    found = label_record(ACCOUNTS, people_of(["abusive"] * 6 + ["benign"] * 4 + ["unknown", None]))
    assert found["labels"]["without_query"] == 2


@pytest.mark.parametrize("people", [None, people_of([]), people_of([None, "unknown"])])
def test_without_labels_nothing_is_recorded(people):
    assert label_record(ACCOUNTS.assign(label=None), people) == {}
