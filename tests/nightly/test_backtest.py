"""Past nights with other settings, worked out by hand."""

from detector.nightly.backtest import backtest
from detector.nightly.decisions import Decisions
from detector.report.backtest import backtest_text
from detector.settings import Settings
from tests.nightly.nights import campaign, march, night, scanned
from tests.nightly.test_decisions import decided


def published(day, *campaigns):
    return night(None, day, *campaigns).result


def replayed(nights, decisions=()):
    return list(backtest(nights, Decisions(tuple(decisions)), Settings()))


def test_the_same_findings_differ_in_nothing():
    ring = campaign("C-00000001", "abcd")
    (found,) = replayed([(march(10), published(10, ring), scanned(10, ring))])
    assert (found["flagged"], found["gained"]["accounts"], found["lost"]["accounts"]) == ([4, 4], 0, 0)
    assert found["found"] == found["missed"] == found["tier"] == []
    assert backtest_text([found]) == "1 night replayed, 0 would have been different\n"


def test_what_is_found_missed_and_weighed_otherwise_is_told_with_what_analysts_said_since():
    was = published(10, campaign("C-00000001", "abcd"), campaign("C-00000002", "xyz", tier="B"))
    now = scanned(
        10, campaign("C-00000001", "abcd", tier="C"), campaign("C-00000003", "pqr"), others=dict.fromkeys("xyz", 10)
    )
    later = [decided("C-00000001", "abusive", "ab", on=20), decided("C-00000003", "benign", "p", on=21)]
    (found,) = replayed([(march(10), was, now)], later)
    assert found == {
        "day": "2026-03-10",
        "flagged": [7, 3],
        "gained": {"accounts": 3, "abusive": 0, "benign": 1},
        "lost": {"accounts": 7, "abusive": 2, "benign": 0},
        "found": [{"campaign_id": "C-00000003", "tier": "A", "accounts": 3}],
        "missed": [{"campaign_id": "C-00000002", "tier": "B", "accounts": 3}],
        "tier": [{"campaign_id": "C-00000001", "from": "A", "to": "C"}],
    }
    assert backtest_text([found]) == (
        "1 night replayed, 1 would have been different\n"
        "\n"
        "2026-03-10: flagged 7, would be 3\n"
        "            more: 3 accounts, 0 judged abusive, 1 benign\n"
        "            fewer: 7 accounts, 2 judged abusive, 0 benign\n"
        "            found: C-00000003 (tier A, 3 accounts)\n"
        "            missed: C-00000002 (tier B, 3 accounts)\n"
        "            tier: C-00000001 from A to C\n"
    )


def test_campaigns_are_compared_by_their_accounts_whatever_they_are_called():
    was = published(10, campaign("C-00000001", "abcd"))
    (found,) = replayed([(march(10), was, scanned(10, campaign("C-00000009", "abcde")))])
    assert found["found"] == found["missed"] == []
    assert found["gained"]["accounts"] == 1


def test_a_night_of_the_replay_knows_the_nights_before_it_and_the_verdicts_of_its_day():
    ring = [campaign("C-00000001", "abcd"), campaign("C-00000009", "bcde", last=11)]
    nights = [(march(day), published(day, one), scanned(day, one)) for day, one in zip((10, 11), ring, strict=True)]
    benign = decided("C-00000001", "benign", "abcde", on=11, expires=30)
    first, second = replayed(nights, [benign])
    assert first["flagged"] == [4, 4]  # the verdict came a day later
    assert second["flagged"] == [4, 0]
    assert second["lost"] == {"accounts": 4, "abusive": 0, "benign": 4}
