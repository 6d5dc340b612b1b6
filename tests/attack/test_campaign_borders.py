"""Two campaigns stay two, one stays one."""

import pandas as pd

from detector.drill.evaluation import pair_agreement
from tests.attack.worlds import outcomes


def pairs(world):
    judged = pd.concat(
        [
            outcome.accounts.assign(
                campaign=outcome.accounts["campaign"] + f"@{number}",
                found=(outcome.accounts["campaign_id"] + f"@{number}").where(outcome.accounts["flagged"]),
            )
            for number, outcome in enumerate(outcomes(world))
        ]
    )
    precision, recall = pair_agreement(judged["campaign"], judged["found"])
    return precision or 0.0, recall


def test_bridging_accounts_do_not_merge_two_campaigns(measured):
    precision, recall = pairs("bridged")
    assert measured(precision) >= 0.97  # a bridge belongs to both, and is labelled with one
    assert recall >= 0.95


def test_a_campaign_is_not_split_by_its_pools(measured):
    precision, recall = pairs("pools")
    assert measured(recall) >= 0.95
    assert precision >= 0.99


def test_many_campaigns_at_once_are_told_apart(measured):
    precision, recall = pairs("flood")
    assert measured(precision) >= 0.97
    assert recall >= 0.93
