"""Benign groups that must come out unflagged, and what else must not alarm."""

import pandas as pd
import pytest

from detector.drill.populations import CROWD
from tests.attack.worlds import CIRCLES, WORLDS, outcomes, share_flagged

#: Benign group by its plain name, and its population in the drill.
LOOK_ALIKES = {
    "a classroom behind one address": "classroom",
    "a class whose teacher prescribes a reasoning frame": "reasoning_class",
    "an evening course of people with accounts of their own": "evening_course",
    "a contest whose harness asks for every step": "contest",
    "a firm's roll-out on one card": "firm_rollout",
    "a firm's roll-out that is not marked verified": "unverified_rollout",
    "a small firm on one card that nobody has verified": "card_firm",
    "a firm's own key pool dealing out its documents": "key_pool",
    "a firm's own key pool that is not marked verified": "unverified_key_pool",
    "unrelated users of a popular agent": "agent_users",
    "unrelated users of an app that takes their own key": "app_users",
    "unrelated users of an app that calls from its own servers and asks for every step": "served_app_users",
    "unrelated users of a browser tool with its own words": "shared_tool",
    "a public benchmark run by unrelated groups": "benchmark_runners",
    "evaluators who ask for log-probabilities with a published harness": "harness_runners",
    "a public set of which unrelated groups run parts and ask for every step": "subset_runners",
    "a nightly regression suite of one lab": "evaluators",
    "a hackathon": "hackathon",
    "a hackathon with one starter kit": "starter_kit_hackathon",
    "a startup programme with one referral": "startup_programme",
    "a viral prompt": "viral_prompt",
    "households": "households",
    "a labelling vendor with a work queue": "labelling_vendor",
    "a labelling vendor that is not marked verified": "unverified_labelling",
    "a team that judges with a model": "judge_team",
    "judges of unrelated firms with one published rubric": "published_rubric",
    "a licensed reseller": "reseller",
    "an overnight solo developer": "overnight_developer",
    "freelancers with one published frame": "freelancers",
    "cron users at the top of the hour": "cron_users",
    "nightly batch jobs of unrelated firms": "batch_jobs",
    "privacy users": "privacy_users",
    "people who write Korean or Arabic": "more_languages",
    "back ends of products": "products",
    "developers": "developers",
    "ordinary people": "people",
}


@pytest.mark.parametrize("population", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_is_not_flagged(population, measured):
    assert measured(share_flagged([outcome.of(population) for outcome in outcomes("calm")])) == 0.0


@pytest.mark.parametrize("circle", [circle.name for circle in CIRCLES])
def test_benign_groups_found_by_drawing_habits_at_random_are_not_flagged(circle, measured):
    assert measured(share_flagged([outcome.of(circle) for outcome in outcomes("circles")])) == 0.0


def test_every_benign_population_of_the_drill_is_named_here():
    assert set(LOOK_ALIKES.values()) == {*CROWD, *WORLDS["calm"].populations}


def test_a_calm_world_with_every_look_alike_and_a_new_model_has_no_campaign_of_tier_a_or_b(measured):
    tiers = pd.concat([outcome.found.campaigns["tier"] for outcome in outcomes("calm")])
    assert measured(int(tiers.isin(["A", "B"]).sum())) == 0


def holding(outcome):
    """Campaigns of any tier that hold accounts of the grey pool, with how many of these each has."""
    members = outcome.found.members
    held = members[members["account_id"].isin(outcome.of("resale")["account_id"])].groupby("campaign_id").size()
    return outcome.found.campaigns.set_index("campaign_id").loc[held.index].assign(held=held)


def test_a_grey_resale_pool_is_at_most_watched(measured):
    assert measured(share_flagged([outcome.of("resale") for outcome in outcomes("grey")])) == 0.0
    assert all((holding(outcome)["tier"] == "C").all() for outcome in outcomes("grey"))


def test_a_grey_resale_pool_is_listed_and_named_as_such(measured):
    named = [
        campaigns.loc[campaigns["kind"] == "resale pool", "held"].sum() / len(outcome.of("resale"))
        for outcome in outcomes("grey")
        for campaigns in [holding(outcome)]
    ]
    assert measured(sum(named) / len(named)) >= 0.90


@pytest.mark.parametrize(
    "world",
    ["loud", "dealt", "scripts", "mixed", "quiet", "thin", "lone", "solo"],
)
def test_neighbours_of_campaigns_are_not_flagged(world, measured):
    flagged = share_flagged([outcome.benign for outcome in outcomes(world)])
    assert measured(flagged) <= 0.0002
