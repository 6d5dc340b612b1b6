"""Attacks that must be found: recall of each at the shipped threshold."""

from dataclasses import dataclass

import pytest

from tests.attack.worlds import SCRIPTS, outcomes, share_flagged


@dataclass(frozen=True)
class Attack:
    name: str
    world: str
    population: str
    floor: float = 0.90


LANGUAGE_NAMES = dict(
    zip(SCRIPTS, ("Chinese", "Russian", "Arabic", "Japanese", "Hindi", "Korean", "Spanish"), strict=True)
)
ATTACKS = (
    Attack("a load-balanced pool with a fixed frame", "loud", "balanced"),
    Attack("a load-balanced pool whose accounts each have settings of their own", "loud", "own_settings"),
    Attack("a load-balanced pool with paraphrased frames", "loud", "paraphrased"),
    Attack("a data set asked for sixteen times over", "dealt", "several_answers"),
    Attack("a data set asked for four times over by a careful operator", "dealt", "careful_answers"),
    Attack("a frame in the system prompt", "dealt", "system_frame"),
    Attack("a frame in the system prompt of a careful operator", "dealt", "careful_system_frame"),
    Attack("a frame in the second turn of a careful operator", "dealt", "careful_second_turn"),
    *(Attack(f"frames in {LANGUAGE_NAMES[one]}", "scripts", f"script_{one}") for one in SCRIPTS),
    Attack("extraction mixed into a proxy's traffic, 50 percent", "mixed", "proxy_50"),
    Attack("extraction mixed into a proxy's traffic, 25 percent", "mixed", "proxy_25"),
    Attack("extraction mixed into a proxy's traffic, 10 percent", "mixed", "proxy_10"),
    Attack("extraction mixed into a proxy's traffic, 5 percent", "mixed", "proxy_5"),
    Attack("strangers' real requests relayed with one injected instruction", "mixed", "relay"),
    Attack("a data set dealt out with no frame and unrelated identities", "lone", "bare_items", floor=0.60),
    Attack("low and slow", "quiet", "low_and_slow"),
    Attack("a thin spray", "thin", "thin_spray", floor=0.60),
    Attack("graders", "loud", "graders"),
    Attack("a technique search that is scaled up", "quiet", "technique_search"),
    Attack("a harvest of log-probabilities", "loud", "logprob_harvest"),
    Attack("a takeover of aged accounts", "quiet", "takeover"),
    Attack("failover after a ban", "quiet", "failover"),
    Attack("a solo account at full speed", "solo", "solo"),
    Attack("aged accounts with a card and a residential address each", "lone", "individuals", floor=0.60),
    Attack("aged accounts with a card, a residential address and a frame each", "lone", "own_frames", floor=0.60),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_is_found(attack, measured):
    recall = measured(share_flagged([outcome.of(attack.population) for outcome in outcomes(attack.world)]))
    assert recall >= attack.floor


def test_campaigns_of_ten_accounts_at_26_queries_a_day_are_found(measured):
    found = [
        own["flagged"].mean() >= 0.5
        for outcome in outcomes("small")
        for _, own in outcome.accounts.dropna(subset=["campaign"]).groupby("campaign")
    ]
    assert measured(sum(found) / len(found)) >= 0.80
