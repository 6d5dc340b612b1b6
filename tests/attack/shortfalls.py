"""What falls short of its floor today, with the figure measured over ten seeds; each is an expected failure.

`ALWAYS` fails with one seed, too; `OVER_SEEDS` fails in some worlds, and not in that of the first seed.
"""

import pytest

from tests.attack.worlds import SEEDS

_LONE = (
    "found on two seeds of three: with unrelated identities and no frame in common, a published prompt explains it, too"
)
_NEIGHBOURS = "evaluators with a harness or judges with a rubric are taken into a campaign in some worlds"
ALWAYS = {
    "test_one_hot_template_in_all_prompts_hides_nothing_and_joins_nobody": "recall 0.89, where it is 0.98 without",
    "extraction mixed into a proxy's traffic, 5 percent": "recall 0.53, 0.90, 0.67: who shares no key is left out",
    "a data set dealt out with no frame and unrelated identities": _LONE,
    "aged accounts with a card, a residential address and a frame each": _LONE,
}
OVER_SEEDS = {
    "low and slow": "recall 0.87",
    "judges of unrelated firms with one published rubric": "0.11 of the accounts flagged",
    "test_a_calm_world_with_every_look_alike_and_a_new_model_has_no_campaign_of_tier_a_or_b": "1 campaign in 10 worlds",
    "loud": "0.0046 of the benign accounts flagged: " + _NEIGHBOURS,
    "mixed": "0.0076 of the benign accounts flagged: " + _NEIGHBOURS,
    "quiet": "0.0098 of the benign accounts flagged: " + _NEIGHBOURS,
    "test_the_campaigns_without_any_tampering_are_found": _NEIGHBOURS,
    "test_extreme_values_blind_nobody": _NEIGHBOURS,
    "test_a_flood_of_campaigns_of_more_than_half_of_the_benign_accounts_is_found": _NEIGHBOURS,
}


def marks(name):
    """Mark of a test by its plain name: strict, so that it has to go when the detector improves."""
    reason = ALWAYS.get(name) or (OVER_SEEDS.get(name) if len(SEEDS) > 1 else None)
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
