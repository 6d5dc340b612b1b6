"""The detector as a target: what an attacker sends in order to blind it."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

from detector.campaigns.allow import AllowList, Entry
from detector.text.fingerprint import Fingerprinter
from tests.attack.tampering import with_decoys, with_extremes, with_hot_template
from tests.attack.worlds import SEEDS, made, outcome, outcomes, scanned, share_flagged

ONE, OTHER = b"the first key of the suite 00001", b"another key of the suite 0000002"


def distilling(found):
    return found.accounts[found.accounts["kind"] == "distillation"]


def unmoved(measured, tampered, seeds=SEEDS):
    """Recall is within 0.02 of what it was without the tampering, and no bystander is flagged."""
    before = share_flagged([distilling(outcome("target", seed)) for seed in seeds])
    after = measured(share_flagged([distilling(outcome) for outcome in tampered]))
    assert after >= before - 0.02
    assert share_flagged([outcome.benign for outcome in tampered]) <= 0.0002


def test_the_campaigns_without_any_tampering_are_found(measured):
    assert measured(share_flagged([distilling(outcome) for outcome in outcomes("target")])) >= 0.95
    assert share_flagged([outcome.benign for outcome in outcomes("target")]) <= 0.0002


def test_fifty_loud_decoys_draw_no_attention_away(measured):
    rng = np.random.default_rng(5)
    unmoved(measured, [scanned(with_decoys(made("target", seed), rng)) for seed in SEEDS])


def test_extreme_values_blind_nobody(measured):
    rng = np.random.default_rng(6)
    unmoved(measured, [scanned(with_extremes(made("target", seed), rng)) for seed in SEEDS])


def test_one_hot_template_in_all_prompts_hides_nothing_and_joins_nobody(measured):
    unmoved(measured, [scanned(with_hot_template(made("target", seed))) for seed in SEEDS])


def test_a_flood_of_campaigns_of_more_than_half_of_the_benign_accounts_is_found(measured):
    floods = outcomes("flood")
    assert all(len(distilling(flood)) > 0.5 * len(flood.benign) for flood in floods)
    assert measured(share_flagged([distilling(flood) for flood in floods])) >= 0.96
    assert share_flagged([flood.benign for flood in floods]) <= 0.0002


def test_a_slow_drift_over_forty_nights_is_found(measured):
    assert measured(share_flagged([distilling(drift) for drift in outcomes("drift")])) >= 0.90
    assert share_flagged([drift.benign for drift in outcomes("drift")]) <= 0.0002


def test_prompts_that_collide_under_one_key_do_not_under_another():
    rng = np.random.default_rng(7)
    words = np.array(["".join(letters) for letters in rng.choice(list("abcdefghijklmnop"), size=(3000, 6))])
    texts = [" ".join(line) for line in words[rng.integers(words.size, size=(40_000, 5))]]
    asked = pa.array(texts, pa.large_string())
    known = pd.Series(Fingerprinter(ONE).texts(asked).topic)
    # an attacker who knew the key could put all prompts into the fullest cell
    cell = known.value_counts().index[0]
    chosen = pa.array([text for text, topic in zip(texts, known, strict=True) if topic == cell], pa.large_string())
    assert len(chosen) >= 4
    elsewhere = Fingerprinter(OTHER).texts(chosen)
    assert pd.Series(elsewhere.topic).value_counts().iloc[0] <= 2
    hashes = Fingerprinter(ONE).texts(chosen).hashes
    assert not np.isin(hashes[hashes != 0], elsewhere.hashes[elsewhere.hashes != 0]).any()


def test_another_key_finds_the_same_campaigns(measured):
    # a key draws anew which words are looked at: the 130 accounts of one world do not tell 0.02 from chance
    seeds = SEEDS if len(SEEDS) >= 3 else (101, 102, 103)
    others = [scanned(made("target", seed), key=OTHER) for seed in seeds]
    unmoved(measured, others, seeds)


def vouched(*entries):
    return AllowList(tuple(Entry(*entry, "a vendor under contract", "jo", dt.date(2099, 1, 1)) for entry in entries))


def test_a_campaign_cannot_hide_behind_an_allowed_client_and_an_allowed_account(measured):
    recalls = []
    for seed in SEEDS:
        world = made("target", seed)
        pool = world.labels.loc[world.labels["population"] == "balanced", "account_id"]
        client = world.queries.loc[world.queries["account_id"].isin(pool), "user_agent"].mode()[0]
        found = scanned(world, allow=vouched(("client", client), ("account", pool.iloc[0]))).of("balanced")
        recalls.append(found[found["account_id"] != pool.iloc[0]])
    assert measured(share_flagged(recalls)) >= 0.90


def test_an_allow_listed_look_alike_is_left_out_and_counted():
    seed = SEEDS[0]
    world = made("target", seed)
    listed = world.labels.loc[world.labels["population"] == "balanced", "account_id"]
    found = scanned(world, allow=vouched(*(("account", name) for name in listed)))
    assert not found.of("balanced")["flagged"].any()
    before = outcome("target", seed)
    for population in ("low_and_slow", "graders"):
        assert found.of(population)["flagged"].sum() >= before.of(population)["flagged"].sum() - 1
