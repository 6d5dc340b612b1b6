"""Baselines of a store: who may be in one, how far it has drifted, and that only an approval puts one in force."""

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest

from detector.anomaly.baseline import load
from detector.anomaly.drift import drift
from detector.errors import InputError, ModelError, UsageError
from detector.features import FEATURES
from detector.nightly.decisions import Decisions
from detector.nightly.promotions import current, promote, promoted, proposed
from detector.nightly.proposals import ordinary, proposal, propose
from detector.results import write_result
from detector.settings import Anomaly, Refit, Settings
from tests.nightly.faults import Killed, at_step, die
from tests.nightly.nights import march, scanned
from tests.nightly.test_decisions import decided

NIGHT = march(31)
SMALL = Settings(anomaly=Anomaly(trees=20, samples_per_tree=64, min_accounts=50))


def crowd(n=400, shift=0.0, weeks=40, **columns):
    """A night of n accounts, created over so many weeks up to the middle of March."""
    rng = np.random.default_rng(5)
    result = scanned(31)
    created = pd.Timestamp(2026, 3, 15, tz="UTC") - pd.to_timedelta(np.arange(n) % weeks, unit="W")
    values = {feature.name: rng.normal(shift, 1.0, n) for feature in FEATURES}
    seen = pd.Timestamp(2026, 3, 2, tz="UTC")
    table = {
        "account_id": [f"a{i:04d}" for i in range(n)], "score": 0.1, "flagged": False, "campaign_id": None,
        "tier": None, "reasons": [[] for _ in range(n)], "first_seen": seen, "last_seen": seen, "anomaly": 0.1,
        "tail": 0.1, "p": 0.5, "n_queries": 5, "created_at": created, "principal_size": 1, "explained_by": None,
    }  # fmt: skip
    result.accounts = pd.DataFrame(table | columns).assign(**values)
    return result


def left(result, decisions=(), settings=SMALL):
    population = ordinary(result, Decisions(tuple(decisions)).on(NIGHT), NIGHT, settings)
    return population, set(population.accounts["account_id"])


def test_flagged_accounts_their_groups_and_return_visitors_are_left_out():
    result = crowd()
    result.accounts["return_of"] = None
    result.accounts.loc[0, "flagged"] = True
    result.accounts.loc[1, "campaign_id"] = "C-00000001"
    result.accounts.loc[2, "return_of"] = "C-00000002"
    population, kept = left(result, [decided("a0003", "abusive", ["a0003"])])
    assert not kept & {"a0000", "a0001", "a0002", "a0003"}
    assert len(kept) == 396
    counts = {why: n for why, n in population.left_out.items() if n}
    assert counts == {"flagged": 1, "in groups": 1, "return visitors": 1, "judged abusive": 1}


def test_accounts_younger_than_two_weeks_are_left_out():
    result = crowd()
    end = pd.Timestamp(2026, 4, 1, tz="UTC")
    result.accounts.loc[0, "created_at"] = end - pd.Timedelta(days=13, hours=23)
    result.accounts.loc[1, "created_at"] = end - pd.Timedelta(days=14)
    result.accounts.loc[2, "created_at"] = pd.NaT  # then the first request tells
    result.accounts.loc[2, "first_seen"] = end - pd.Timedelta(days=3)
    _, kept = left(result)
    assert kept & {"a0000", "a0001", "a0002"} == {"a0001"}


def test_no_week_of_sign_ups_makes_up_more_than_a_tenth():
    result = crowd(400, weeks=40)
    burst = pd.Timestamp(2025, 10, 6, tz="UTC")
    result.accounts.loc[:199, "created_at"] = burst + pd.to_timedelta(np.arange(200), unit="h") / 10
    population, kept = left(result)
    of_burst = sum(name < "a0200" for name in kept)
    assert of_burst / len(kept) <= 0.1 + 1e-9
    assert population.largest_cohort <= 0.1 + 1e-9
    assert population.left_out["over a cohort's cap"] == 400 - len(kept) > 150
    assert len(kept) >= 200


def test_a_platform_of_few_weeks_is_capped_at_twice_an_even_share():
    result = crowd(300, weeks=4)  # 75 in each of four weeks: a tenth cannot be kept, a half is
    population, kept = left(result)
    assert len(kept) == 300
    assert population.largest_cohort == 0.25


def test_too_few_ordinary_accounts_are_refused_with_the_reasons():
    with pytest.raises(
        InputError, match=r"Only 0 accounts are left for a baseline, 50 are needed \(left out: 400 flagged\)"
    ):
        proposal(crowd(flagged=True), Decisions(), NIGHT, SMALL, {})


def test_a_proposal_is_the_same_whatever_the_order_of_accounts():
    result = crowd()
    one = proposal(result, Decisions(), NIGHT, SMALL, {})
    result.accounts = result.accounts.sample(frac=1, random_state=3).reset_index(drop=True)
    other = proposal(result, Decisions(), NIGHT, SMALL, {})
    assert one.card == other.card
    assert np.array_equal(one.reference, other.reference)


def test_drift_is_small_where_nothing_moved_and_shows_what_did():
    names = [feature.name for feature in FEATURES]
    base = proposal(crowd(2000), Decisions(), NIGHT, SMALL, {})
    still = drift(base, crowd(2000).accounts[names])
    assert 0.0 < still["tail"] < 0.03
    assert all(abs(rank - 0.5) < 0.05 for rank in still["moved"].values())
    moved = crowd(2000).accounts[names]
    name = next(feature.name for feature in FEATURES if feature.suspicious == "high")
    moved[name] += 6.0
    found = drift(base, moved)
    assert found["tail"] > 0.5
    assert next(iter(found["moved"])) == name
    assert found["moved"][name] > 0.99


@pytest.fixture
def store(tmp_path):
    write_result(crowd(), tmp_path / "night")
    (tmp_path / "latest").symlink_to("night")
    return tmp_path


def at(day, hour=12):
    return dt.datetime(2026, 4, day, hour, tzinfo=dt.UTC)


def april(day):
    return dt.date(2026, 4, day)


def test_a_proposal_is_not_in_force_until_it_is_promoted_and_then_from_that_day_on(store):
    name, _ = propose(store, SMALL)
    assert proposed(store) == [name]
    assert current(store, april(30)) is None
    promote(store, name, "looked through", "jo", at(2))
    assert current(store, april(1)) is None  # a replay of the day before does not know it
    assert current(store, april(2)) == store / "baselines" / name
    assert [(one.name, one.by, one.reason) for one in promoted(store)] == [(name, "jo", "looked through")]


def test_proposing_again_changes_nothing(store):
    name, _ = propose(store, SMALL)
    files = {path.name: path.read_bytes() for path in (store / "baselines" / name).iterdir()}
    assert propose(store, SMALL)[0] == name
    assert {path.name: path.read_bytes() for path in (store / "baselines" / name).iterdir()} == files


def test_a_proposal_may_be_killed_before_every_step_and_made_again_to_the_same_bytes(store):
    with at_step(0, None) as steps:
        name, _ = propose(store, SMALL)
    folder = store / "baselines" / name
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert len(steps) > 8
    for number in range(1, len(steps) + 1):
        shutil.rmtree(store / "baselines")
        with pytest.raises(Killed), at_step(number, die):
            propose(store, SMALL)
        assert proposed(store) in ([], [name])
        assert propose(store, SMALL)[0] == name
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
        assert proposed(store) == [name]


def test_drift_from_the_first_and_from_the_last_baseline_stands_in_the_card(store):
    first, _ = propose(store, SMALL)
    promote(store, first, "first", "jo", at(1))
    names = [first]
    for step in (0.5, 1.0):
        write_result(crowd(shift=step), store / "night")
        name, _ = propose(store, SMALL)
        promote(store, name, "next", "jo", at(1 + len(names)))
        names.append(name)
    said = load(store / "baselines" / names[2]).card["drift"]
    assert (said["first"]["from"], said["last"]["from"]) == (names[0], names[1])
    far, near = (np.abs(np.array(list(said[end]["moved"].values())) - 0.5).max() for end in ("first", "last"))
    assert far > near > 0.1  # each step is smaller than what they add up to


def test_a_baseline_that_was_changed_after_its_approval_is_refused(store):
    name, _ = propose(store, SMALL)
    promote(store, name, "looked through", "jo", at(2))
    path = store / "baselines" / name / "baseline.json"
    path.write_text(path.read_text().replace("detector nightly", "detector nightlx"))
    with pytest.raises(ModelError, match="is not what was promoted"):
        current(store, april(3))


def test_only_a_proposal_of_the_store_can_be_promoted_and_only_with_a_reason(store):
    name, _ = propose(store, SMALL)
    with pytest.raises(UsageError, match=f"no baseline is called 'B-0'. Known: {name}"):
        promote(store, "B-0", "because", "jo", at(2))
    with pytest.raises(UsageError, match="Say why"):
        promote(store, name, " ", "jo", at(2))
    assert promoted(store) == []


def test_a_smaller_cap_is_a_setting():
    _, kept = left(crowd(400, weeks=40), settings=Settings(anomaly=SMALL.anomaly, refit=Refit(least_age_days=100)))
    assert 0 < len(kept) < 400
