import pandas as pd
import pytest

from detector.drill import evaluate
from detector.errors import InputError


def scan_of(rows):
    return pd.DataFrame(rows, columns=["account_id", "score", "flagged", "campaign_id"])


def truth_of(rows):
    return pd.DataFrame(rows, columns=["account_id", "kind", "population", "campaign"])


TRUTH = truth_of(
    [
        ("a", "distillation", "pool", "pool-1"),
        ("b", "distillation", "pool", "pool-1"),
        ("c", "distillation", "pool", "pool-1"),
        ("d", "benign", "people", None),
        ("e", "benign", "people", None),
        ("f", "benign", "classroom", None),
        ("g", "resale", "resale", "resale-2"),
    ]
)


def test_figures_of_a_scan_computed_by_hand():
    scan = scan_of(
        [
            ("a", 0.9, True, "C-1"),
            ("b", 0.8, True, "C-1"),
            ("c", 0.4, False, None),
            ("d", 0.7, True, "C-1"),
            ("e", 0.1, False, None),
            ("f", 0.2, False, "C-2"),
            ("g", 1.0, True, "C-3"),
        ]
    )
    figures = evaluate(scan, TRUTH)
    # a, b at ranks 1 and 2; d spoils rank 3; c is the third of four
    assert figures["average_precision"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert figures["precision"] == pytest.approx(2 / 3)
    assert figures["recall"] == pytest.approx(2 / 3)
    assert figures["benign_flagged"] == 1
    assert figures["benign_flagged_rate"] == pytest.approx(1 / 3)
    # found: pairs of {a, b, d}; planted: pairs of {a, b, c}; only a-b is both
    assert figures["pair_precision"] == pytest.approx(1 / 3)
    assert figures["pair_recall"] == pytest.approx(1 / 3)
    # with three benign accounts no false positive is allowed: above 0.7 stand a and b
    assert figures["recall_at_0.1%_fpr"] == pytest.approx(2 / 3)
    assert (figures["campaigns_found"], figures["campaigns_mostly_benign"]) == (1, 0)
    rates = {row["population"]: row["flagged_rate"] for row in figures["populations"]}
    assert rates == {"people": 0.5, "classroom": 0.0, "pool": pytest.approx(2 / 3), "resale": 1.0}


def test_one_false_positive_in_a_thousand_is_allowed():
    benign = [(f"n{i}", "benign", "people", None) for i in range(1000)]
    bad = [("x", "distillation", "pool", "p"), ("y", "distillation", "pool", "p")]
    scores = [(f"n{i}", 0.9 if i == 0 else 0.5 if i == 1 else 0.1, False, None) for i in range(1000)]
    scan = scan_of([*scores, ("x", 0.8, False, None), ("y", 0.5, False, None)])
    figures = evaluate(scan, truth_of(benign + bad))
    assert figures["recall_at_0.1%_fpr"] == 0.5  # y ties with the second false positive


def test_equal_scores_count_as_one_step_whatever_their_order():
    scan = scan_of([(name, 0.5, False, None) for name in "abcdefg"])
    forth, back = evaluate(scan, TRUTH), evaluate(scan[::-1], TRUTH[::-1])
    assert forth["average_precision"] == back["average_precision"] == pytest.approx(3 / 6)


def test_accounts_the_scan_does_not_list_are_missed_not_forgotten():
    figures = evaluate(scan_of([("a", 0.9, True, "C-1")]), TRUTH)
    assert figures["accounts"] == 6
    assert figures["recall"] == pytest.approx(1 / 3)


def test_accounts_without_queries_are_left_out():
    figures = evaluate(scan_of([("a", 0.9, True, "C-1")]), TRUTH.assign(n_queries=[1, 0, 0, 1, 0, 0, 0]))
    assert figures["accounts"] == 2 and figures["recall"] == 1.0


def test_a_calm_world_has_no_recall_but_a_false_alarm_rate():
    calm = TRUTH[TRUTH["kind"] == "benign"]
    figures = evaluate(scan_of([("d", 0.9, True, None), ("e", 0.1, False, None)]), calm)
    assert figures["average_precision"] is None and figures["recall"] is None
    assert figures["pair_recall"] is None
    assert figures["benign_flagged_rate"] == pytest.approx(1 / 3)


def test_labels_without_the_needed_columns_are_refused_by_name():
    with pytest.raises(InputError, match="labels lack the columns campaign, population"):
        evaluate(scan_of([]), TRUTH[["account_id", "kind"]])
