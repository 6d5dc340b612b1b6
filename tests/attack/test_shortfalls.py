"""The list of shortfalls names tests that exist."""

from tests.attack import test_attacks, test_campaign_borders, test_look_alikes, test_target
from tests.attack.shortfalls import SHORTFALLS
from tests.attack.worlds import WORLDS


def test_every_shortfall_is_a_test_of_the_suite():
    modules = (test_attacks, test_campaign_borders, test_look_alikes, test_target)
    functions = {name for module in modules for name in vars(module) if name.startswith("test_")}
    attacks = {attack.name for attack in test_attacks.ATTACKS}
    assert set(SHORTFALLS) <= {*functions, *attacks, *test_look_alikes.LOOK_ALIKES, *WORLDS}
