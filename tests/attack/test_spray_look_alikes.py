"""A prompt that asks for all reasoning goes round: who tries it sends it as everything else, a spray does not."""

import numpy as np
import pytest

from detector.drill import World, simulate
from tests.attack.worlds import SEEDS, attacked, scanned, share_flagged

FRAME = "Answer like a tired old detective. Before you answer, write down your complete inner reasoning. "
TRIED_BY, TIMES, DAYS = 150, 2, (2.0, 4.0)


def tried(seed, elsewhere=None):
    """A world in which many people put the frame before two requests of their own within two days, and who did.

    `elsewhere` gives what these requests have that is not the people's own: addresses, clients, settings.
    """
    world = simulate(attacked(accounts=700), seed)
    queries, rng = world.queries.copy(), np.random.default_rng(seed)
    people = world.labels.loc[world.labels["population"] == "people", "account_id"]
    day = (queries["timestamp"] - queries["timestamp"].min()).dt.total_seconds() / 86_400
    within = queries[queries["account_id"].isin(people) & day.between(*DAYS) & queries["system_prompt"].isna()]
    chosen = within.sample(frac=1.0, random_state=seed).groupby("account_id").head(TIMES)
    chosen = chosen[chosen["account_id"].isin(rng.permutation(chosen["account_id"].unique())[:TRIED_BY])]
    queries.loc[chosen.index, "prompt"] = FRAME + chosen["prompt"]
    if elsewhere:
        for name, values in elsewhere(len(chosen), rng).items():
            queries.loc[chosen.index, name] = values
    assert chosen["account_id"].nunique() == TRIED_BY
    return scanned(World(queries, world.accounts, world.labels)), set(chosen["account_id"])


def flagged(found, who):
    return share_flagged([found.accounts[found.accounts["account_id"].isin(who)]])


def server(n, rng):
    return {"client_ip": [f"203.0.113.{k}" for k in rng.integers(1, 5, n)], "user_agent": "slow-thinker/1.4"}


def tool(_, __):
    return {"user_agent": "slow-thinker/1.4", "temperature": 0.35, "max_tokens": 3000}


def operator(n, rng):
    addresses = [f"10.{90 + i // 250}.{i % 250}.{k}" for i, k in enumerate(rng.integers(1, 250, n))]
    return {"client_ip": addresses, "user_agent": [f"kit/{a}.{b}" for a, b in rng.integers(1, 40, (n, 2))]}


@pytest.mark.parametrize(
    "elsewhere",
    [None, tool, server],
    ids=["by people themselves", "with a new tool of theirs", "through an application's servers"],
)
def test_a_prompt_that_asks_for_reasoning_and_goes_round_is_not_flagged(elsewhere, measured):
    assert measured(max(flagged(*tried(seed, elsewhere)) for seed in SEEDS)) == 0.0


def test_the_same_requests_from_hands_that_are_not_the_owners_are_flagged(measured):
    assert measured(np.mean([flagged(*tried(seed, operator)) for seed in SEEDS])) >= 0.6
