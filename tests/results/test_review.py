"""The list to review: its order, its length, and how many of it chance would put there - worked out by hand."""

import pandas as pd
import pytest

from detector.report.review import review_lines, review_meaning
from detector.results.review import review


def campaigns_of(*rows):
    columns = ["campaign_id", "tier", "log_evidence", "n_accounts", "title", "kind", "suppressed"]
    return pd.DataFrame([(*row, 5, "five accounts", "group", None) for row in rows], columns=columns)


def accounts_of(*rows, **columns):
    table = pd.DataFrame(rows, columns=["account_id", "score", "p"]).assign(campaign_id=None, explained_by=None)
    return table.assign(reasons=[["unusual"]] * len(table), **columns)


def ranked(found):
    return [(entry["id"], entry["expected"]) for entry in found["entries"]]


SOLO = accounts_of(("s", 0.4, 0.01), ("t", 0.3, 0.2), ("u", 0.2, 0.5), ("v", 0.1, 0.9))
FOUND = campaigns_of(("C-1", "C", 8.0), ("A-1", "A", 20.0), ("B-1", "B", 30.0))


def test_flagged_campaigns_come_first_then_groups_to_watch_then_accounts():
    found = review(SOLO, FOUND, [], 5)
    assert [entry["id"] for entry in found["entries"]] == ["A-1", "B-1", "C-1", "s", "t"]
    assert [entry["rank"] for entry in found["entries"]] == [1, 2, 3, 4, 5]


def test_groups_that_searches_without_links_find_count_at_or_above_an_entry():
    chance = [[("B", 31.0), ("C", 9.0)], [("C", 8.0)], [], [("C", 1.0)]]
    # of four searches: one group above B-1; three at or above C-1
    assert ranked(review(SOLO, FOUND, chance, 3)) == [("A-1", 0.0), ("B-1", 0.25), ("C-1", 0.75)]


def test_accounts_count_by_how_often_an_ordinary_one_is_as_unusual():
    found = review(SOLO, campaigns_of(), [[]], 3)
    assert ranked(found) == [("s", 0.04), ("t", 0.8), ("u", 2.0)]  # four accounts times p
    assert found["expected"] == 2.0


def test_no_more_accounts_are_expected_by_chance_than_stand_in_the_list():
    unremarkable = accounts_of(*((f"a{n}", 0.2, 1.0) for n in range(50)))
    assert ranked(review(unremarkable, campaigns_of(("A-1", "A", 20.0)), [[]], 3))[-1] == ("a1", 2.0)


def test_what_is_set_aside_explained_or_vouched_for_is_left_out():
    aside = FOUND.assign(suppressed=["judged", None, None])
    known = SOLO.assign(explained_by=[None, "a class", None, None])
    found = review(known, aside, [], 9, vouched={"u"})
    assert [entry["id"] for entry in found["entries"]] == ["A-1", "B-1", "s", "v"]


def test_a_return_visitor_stands_before_groups_to_watch():
    back = SOLO.assign(return_of=[None, None, None, "C-0"])
    found = review(back, FOUND, [], 4)
    assert [entry["id"] for entry in found["entries"]] == ["A-1", "B-1", "v", "C-1"]
    assert found["entries"][2]["why"] == "Return visitor of C-0."


def test_the_list_says_in_80_columns_how_many_are_expected_by_chance():
    found = review(SOLO, FOUND, [[], [("C", 9.0)]], 4)
    said = review_meaning(found)
    assert said == (
        "About 0.54 of these 4 are expected by chance alone. 2 searches of the same accounts without their links found "
        "0.5 groups each. 1 group to watch: tied by more than chance, as classes, firms and pools are."
    )
    assert max(map(len, review_lines(found, 80, False))) <= 80


@pytest.mark.parametrize("budget", [1, 2, 9])
def test_the_list_is_no_longer_than_the_budget(budget):
    assert len(review(SOLO, FOUND, [], budget)["entries"]) == min(budget, 7)
