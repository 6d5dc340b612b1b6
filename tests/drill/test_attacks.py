import re

import numpy as np
import pandas as pd
import pytest

from detector.drill import SHAPES, Pool, Recipe, shape, simulate
from detector.drill.campaigns import LANGUAGES
from detector.drill.grammar import library
from detector.drill.launches import NEW
from detector.drill.voices import LANGUAGES as SPOKEN
from detector.errors import UsageError


def planted(*pools, days=6, accounts=0, **settings):
    world = simulate(Recipe(accounts=accounts, days=days, populations={}, campaigns=pools, **settings), seed=5)
    return world.queries.merge(world.labels, on="account_id")


def words_of(bank):
    return [text.partition("{")[0].strip() for text in library().operators[bank]["fixed"]]


def test_a_relay_wraps_real_requests_of_many_people_in_one_instruction():
    asked = planted(shape("relay", accounts=30))
    (frame,) = [head for head in words_of("tags") if asked["prompt"].iloc[0].startswith(head)]
    assert asked["prompt"].str.startswith(frame).all()
    assert asked["n_messages"].max() > 3  # conversations of people
    assert asked.groupby("account_id")["session_id"].nunique().median() > 5


def test_bare_items_have_no_frame_and_unrelated_identities():
    world = simulate(Recipe(accounts=0, days=6, populations={}, campaigns=(shape("bare_items", accounts=60),)), 5)
    for fact in ("payment_fingerprint", "device_id", "signup_ip"):
        assert world.accounts[fact].dropna().is_unique
    assert world.queries.groupby("client_ip")["account_id"].nunique().max() == 1
    heads = world.queries["prompt"].str.split().str[:4].str.join(" ")
    assert heads.value_counts(normalize=True).iloc[0] < 0.15
    assert (pd.Timestamp("2026-03-02", tz="UTC") - world.accounts["created_at"]).min() >= pd.Timedelta("60D")


def test_a_pool_that_wants_several_answers_sends_each_prompt_so_many_times_whichever_account_it_is():
    asked = planted(shape("several_answers", accounts=40, answers=8))
    times = asked["prompt"].value_counts()
    assert times.iloc[1:-1].eq(8).all()
    assert asked.groupby("prompt")["account_id"].nunique().median() >= 7


def test_a_frame_in_the_system_prompt_stands_above_items_with_no_frame():
    asked = planted(shape("system_frame", accounts=40, n_frames=3))
    assert asked["system_prompt"].nunique() == 3
    assert all(any(text.startswith(head) for head in words_of("reasoning")) for text in asked["system_prompt"].unique())
    assert not asked["prompt"].map(lambda text: any(text.startswith(head) for head in words_of("reasoning"))).any()


def test_a_frame_in_the_second_turn_follows_the_answer_to_an_item_in_its_conversation():
    asked = planted(shape("second_turn", accounts=40, n_frames=3)).sort_values("timestamp")
    follows = asked["n_messages"] == 3
    assert follows.mean() == pytest.approx(0.5, abs=0.01)
    assert asked.loc[follows, "prompt"].nunique() == 3
    assert asked[follows].merge(asked[~follows], on=["account_id", "session_id"]).shape[0] == follows.sum()


def test_a_technique_search_is_refused_until_one_variant_is_scaled_up_in_other_accounts():
    asked = planted(shape("technique_search", accounts=40, first_day=0.0, search_days=2.0))
    early = asked["timestamp"] < pd.Timestamp("2026-03-04", tz="UTC")
    tried, scaled = asked[early], asked[~early]
    assert set(tried["account_id"]).isdisjoint(scaled["account_id"])
    assert (tried["finish_reason"] == "filter").mean() > 0.7 > 0.3 > (scaled["finish_reason"] == "filter").mean()
    openings = {clause for clause in library().operators["techniques"]["clauses"][1]}
    used = scaled["prompt"].map(lambda text: next(words for words in openings if words in text))
    assert used.nunique() == 1
    assert tried["prompt"].map(lambda text: next(w for w in openings if w in text)).nunique() == len(openings)
    assert len(scaled) > 5 * len(tried)


@pytest.mark.parametrize("percent", [50, 25, 10, 5])
def test_proxies_mix_so_much_extraction_into_what_they_resell(percent):
    asked = planted(shape(f"proxy_{percent}", accounts=60), days=8)
    heads = words_of("reasoning")
    extracts = asked["prompt"].map(lambda text: any(text.startswith(head) for head in heads))
    assert extracts.mean() == pytest.approx(percent / 100, rel=0.25)


def test_an_account_with_a_frame_of_its_own_keeps_to_it():
    asked = planted(shape("own_frames", accounts=30))
    verbs = library().operators["reasoning"]["clauses"][1]
    used = asked["prompt"].map(lambda text: next(verb for verb in verbs if verb in text))
    assert (used.groupby(asked["account_id"]).nunique() == 1).all()
    assert used.nunique() > 4


@pytest.mark.parametrize(("wanted", "least", "most"), [("one", 1, 1), ("few", 2, 4), ("own", 10, 60)])
def test_a_campaign_sends_as_many_combinations_of_settings_as_asked(wanted, least, most):
    asked = planted(Pool(40, request_settings=wanted))
    combined = asked["temperature"].map(str) + asked["max_tokens"].map(str) + asked["stream"].map(str)
    assert least <= combined.nunique() <= most
    assert (combined.groupby(asked["account_id"]).nunique() == 1).all()


def test_answers_are_as_long_as_asked():
    asked = planted(Pool(40, answer_tokens=100.0))
    assert 60 < asked["output_tokens"].median() < 160


def test_a_drifting_pool_extracts_a_little_more_each_day():
    asked = planted(shape("slow_drift", accounts=40, first_day=0.0), days=40)
    heads = words_of("reasoning")
    extracts = asked["prompt"].map(lambda text: any(text.startswith(head) for head in heads))
    week = (asked["timestamp"] - asked["timestamp"].min()).dt.days // 10
    share = extracts.groupby(week).mean()
    assert share.is_monotonic_increasing and share.iloc[0] < 0.2 and share.iloc[3] > 0.45


def test_every_language_of_operators_has_frames_and_items():
    assert set(LANGUAGES) - {"en"} <= set(library().languages)
    assert {*SPOKEN[1:], "ko", "ar"} <= set(library().languages)
    for language in ("zh", "ru", "ar", "ja", "hi", "ko", "es"):
        asked = planted(Pool(6, languages=(language,), n_frames=3), days=3)
        heads = words_of(language)
        assert asked["prompt"].map(lambda text, h=heads: any(text.startswith(head) for head in h)).all()


def test_ordinary_accounts_take_up_a_new_model_over_days_and_a_campaign_within_one():
    pivoting = Pool(40, pivot=0.5, created="drip", first_day=0.0)
    asked = planted(pivoting, accounts=400, days=10, launch=4.0)
    launch = pd.Timestamp("2026-03-06", tz="UTC")
    assert not (asked.loc[asked["timestamp"] < launch, "model"] == NEW).any()
    next_day = asked["timestamp"].between(launch + pd.Timedelta("1D"), launch + pd.Timedelta("2D"))
    last_day = asked["timestamp"] > launch + pd.Timedelta("5D")
    new = asked["model"] == NEW
    campaign = asked["campaign"].notna()
    assert new[next_day & campaign].mean() == pytest.approx(0.5, abs=0.06)
    assert new[next_day & ~campaign].mean() < 0.2
    assert new[last_day & ~campaign].mean() > 1.5 * new[next_day & ~campaign].mean()


def test_bridging_accounts_work_for_two_campaigns():
    one, two = shape("balanced", accounts=50, n_frames=2), shape("balanced", accounts=50, n_frames=2)
    asked = planted(one, two, bridges=0.02)
    heads = words_of("reasoning")
    asked["head"] = asked["prompt"].map(lambda text: next(head for head in heads if text.startswith(head)))
    mine = asked.groupby("campaign")["head"].agg(lambda values: set(values.value_counts().index[:2]))
    foreign = asked[[head not in mine[name] for head, name in zip(asked["head"], asked["campaign"], strict=True)]]
    assert foreign["account_id"].nunique() == 1
    assert set(foreign["campaign"]) == {"balanced-1"}
    assert len(foreign) > 20


def test_pools_of_a_campaign_share_frames_and_no_card_exit_or_client():
    pool = Pool(40, pools=2, same_client=1.0)
    world = simulate(Recipe(accounts=0, days=4, populations={}, campaigns=(pool,)), seed=5)
    cards = world.accounts.groupby("payment_fingerprint")["created_at"].max()
    parts = cards > cards.max() - pd.Timedelta("24h")
    newest = set(world.accounts.loc[world.accounts["payment_fingerprint"].isin(cards[parts].index), "account_id"])
    asked = world.queries.assign(newest=world.queries["account_id"].isin(newest))
    assert len(newest) == 20
    for fact in ("client_ip", "user_agent"):
        assert set(asked.loc[asked["newest"], fact]).isdisjoint(asked.loc[~asked["newest"], fact])
    heads = asked["prompt"].str[:25].groupby(asked["newest"]).agg(set)
    assert heads[True] == heads[False]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"own_frame": True, "frames": "grading"}, "need frames"),
        ({"items": "strangers", "frames": "mixed"}, "need frames"),
        ({"items": "books"}, "choose one of data_set, strangers"),
        ({"frames": "bare", "paraphrase": 0.5}, "has none; leave it out"),
        ({"banned_after": 2.0, "searchers": 0.1}, "banned_after goes with neither"),
        ({"items": "strangers", "searchers": 0.1}, "searchers goes with neither"),
        ({"answers": 4, "own_frame": True}, "answers goes with none of"),
        ({"framed_by": "system", "frames": "grading"}, 'framed_by = "system" needs'),
        ({"framed_by": "system", "languages": ("ru",)}, 'framed_by = "system" needs'),
        ({"pivot": 2.0}, "pivot = 2.0 is a share"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        Pool(**settings)


def test_every_shape_names_itself():
    assert all(pool.shape == name for name, pool in SHAPES.items())
    assert np.all([pool.kind == ("resale" if name == "resale" else "distillation") for name, pool in SHAPES.items()])
