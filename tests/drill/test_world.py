import re
from ipaddress import ip_address, ip_network

import numpy as np
import pandas as pd
import pytest

from detector.drill import SHAPES, Pool, Recipe, shape, simulate
from detector.drill.grammar import library
from detector.drill.occasions import OCCASIONS
from detector.drill.populations import CROWD
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES

ALL_SHAPES = tuple(
    shape(name, accounts=min(pool.accounts, 12), per_day=min(pool.per_day, 8.0)) for name, pool in SHAPES.items()
)


@pytest.fixture(scope="module")
def world():
    return simulate(Recipe(accounts=250, days=5, campaigns=ALL_SHAPES), seed=11)


@pytest.fixture(scope="module")
def labelled(world):
    return world.queries.merge(world.labels, on="account_id")


def test_same_seed_gives_the_same_world():
    recipe = Recipe(accounts=60, days=2, populations={"classroom": [6]}, campaigns=(Pool(8),))
    one, two = simulate(recipe, seed=3), simulate(recipe, seed=3)
    pd.testing.assert_frame_equal(one.queries, two.queries)
    pd.testing.assert_frame_equal(one.accounts, two.accounts)
    pd.testing.assert_frame_equal(one.labels, two.labels)
    assert not simulate(recipe, seed=4).queries["prompt"].equals(one.queries["prompt"])


def test_an_ingredient_more_leaves_what_the_others_write_unchanged():
    calm = simulate(Recipe(accounts=60, days=2, populations={}), seed=3)
    hit = simulate(Recipe(accounts=60, days=2, populations={}, campaigns=(Pool(8),)), seed=3)
    benign = hit.labels.loc[hit.labels["kind"] == "benign", "account_id"]
    kept = hit.queries[hit.queries["account_id"].isin(benign)]
    assert sorted(kept["prompt"]) == sorted(calm.queries["prompt"])


def test_tables_have_the_canonical_columns(world):
    assert tuple(world.queries.columns) == QUERY_NAMES
    assert tuple(world.accounts.columns) == ACCOUNT_NAMES


def test_every_account_is_labelled_once_and_no_query_is_a_stranger(world):
    assert sorted(world.labels["account_id"]) == sorted(world.accounts["account_id"])
    assert world.labels["account_id"].is_unique
    counted = world.queries["account_id"].value_counts()
    given = world.labels.set_index("account_id")["n_queries"]
    assert (counted.reindex(given.index, fill_value=0) == given).all()


def test_every_population_and_shape_is_there_with_queries(world):
    queries = world.labels.groupby("population")["n_queries"].sum()
    assert set(queries.index) == {*CROWD, *OCCASIONS, *SHAPES}
    assert (queries > 0).all()


def test_kinds_follow_the_ingredient(world):
    kinds = world.labels.groupby("population")["kind"].unique().map(list)
    for name in (*CROWD, *OCCASIONS):
        assert kinds[name] == ["benign"]
    assert kinds["resale"] == ["resale"]
    assert kinds["takeover"] == ["distillation"]
    assert world.labels["campaign"].notna().eq(world.labels["kind"] != "benign").all()


def test_benign_accounts_never_write_an_operators_words(labelled):
    frames = [
        words
        for bank in library().operators.values()
        for text in bank["fixed"]
        for words in re.split(r"\{\w+\}", text)
        if len(words) > 20
    ]
    benign = "\n".join(labelled.loc[labelled["kind"] != "distillation", "prompt"])
    assert not [words for words in frames if words in benign]


def test_campaigns_do_write_an_operators_words(labelled):
    asked = labelled[labelled["population"] == "balanced"]["prompt"]
    heads = [text.split("{")[0][:25] for text in library().operators["reasoning"]["fixed"]]
    assert all(any(prompt.startswith(head) for head in heads) for prompt in asked)


def test_operators_do_not_share_their_frames():
    pools = tuple(shape("balanced", accounts=8, per_day=10.0) for _ in range(4))
    world = simulate(Recipe(accounts=0, days=3, populations={}, campaigns=pools), seed=9)
    asked = world.queries.merge(world.labels, on="account_id")
    asked["head"] = asked["prompt"].str.split().str[:7].str.join(" ")
    operators = asked.groupby("head")["campaign"].nunique()
    assert operators.max() == 1


def test_prompts_of_people_practically_never_repeat_across_accounts(labelled):
    people = labelled[(labelled["population"] == "people") & (labelled["prompt"].str.len() > 30)]
    holders = people.groupby("prompt")["account_id"].nunique()
    assert (holders > 1).mean() < 0.001


def test_no_account_asks_before_it_exists(world):
    born = world.accounts.set_index("account_id")["created_at"]
    assert (world.queries["timestamp"] > born.reindex(world.queries["account_id"]).to_numpy()).all()


def test_queries_lie_within_the_days_of_the_recipe_in_order(world):
    when = world.queries["timestamp"]
    assert when.is_monotonic_increasing
    assert str(when.min().date()) >= "2026-03-02" and str(when.max().date()) <= "2026-03-06"


def test_addresses_and_domains_belong_to_nobody(world):
    reserved = [
        ip_network(text)
        for text in (
            "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "198.18.0.0/15", "192.0.2.0/24",
            "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32",
        )
    ]  # fmt: skip
    for text in {*world.queries["client_ip"], *world.accounts["signup_ip"]}:
        address = ip_address(text)
        assert any(address in net for net in reserved if net.version == address.version), text
    assert world.accounts["email_domain"].str.endswith((".example", ".test")).all()


def test_a_balanced_pool_shares_its_work_out_evenly_and_a_crowd_does_not():
    recipe = Recipe(accounts=200, days=6, populations={}, campaigns=(Pool(40, per_day=25.0),))
    labels = simulate(recipe, seed=5).labels

    def spread(population: str) -> float:
        counts = labels.loc[labels["population"] == population, "n_queries"]
        return float(counts.std() / counts.mean())

    # 125 queries each, by chance only: 1/sqrt(125) = 0.09
    assert spread("balanced") < 0.15
    assert spread("people") > 0.5


def test_failover_hands_the_work_to_the_second_half_after_the_ban():
    pool = shape("failover", accounts=20, first_day=1.0, banned_after=2.0)
    world = simulate(Recipe(accounts=0, days=6, populations={}, campaigns=(pool,)), seed=5)
    closed = world.accounts.set_index("account_id")["closed_at"]
    served = world.queries[world.queries["status_code"] != 403]
    last = served.groupby("account_id")["timestamp"].max()
    banned = closed[closed.notna()]
    assert banned.size == 10
    assert (last[banned.index] <= banned).all()
    denied = world.queries[world.queries["status_code"] == 403]
    assert set(denied["account_id"]) <= set(banned.index)
    lag = denied["timestamp"] - banned.iloc[0]
    assert len(denied) > 10 and lag.min() >= pd.Timedelta(0) and lag.max() < pd.Timedelta("3h")
    first = world.queries.groupby("account_id")["timestamp"].min().drop(banned.index)
    assert (first > banned.iloc[0]).all()


def test_an_empty_recipe_gives_empty_tables():
    world = simulate(Recipe(accounts=0, days=1, populations={}), seed=1)
    assert world.queries.empty and world.accounts.empty and world.labels.empty
    assert tuple(world.queries.columns) == QUERY_NAMES


def test_verified_groups_are_verified_and_the_card_firm_is_not(world):
    facts = world.accounts.merge(world.labels, on="account_id")
    verified = facts.groupby("population")["organization_verified"].agg(lambda v: v.eq(True).all())
    for name in ("firm_rollout", "labelling_vendor", "judge_team", "reseller", "key_pool"):
        assert verified[name]
    for name in ("card_firm", "unverified_rollout", "unverified_labelling", "unverified_key_pool"):
        assert not facts.loc[facts["population"] == name, "organization_verified"].eq(True).any()
        assert facts.loc[facts["population"] == name, "payment_fingerprint"].nunique() == 1


def test_log_probabilities_are_asked_for_by_harvesters_and_by_evaluators_with_a_harness(labelled):
    asking = labelled.loc[labelled["top_logprobs"] > 0, "population"]
    assert set(asking) == {"logprob_harvest", "harness_runners"}
    assert np.isfinite(labelled["max_tokens"].dropna()).all()
