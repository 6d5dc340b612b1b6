"""What falls short of its floor today, with the figure measured over ten seeds; each is an expected failure.

`ALWAYS` fails with one seed, too; `OVER_SEEDS` fails in some worlds, and not in that of the first seed.
"""

import pytest

from tests.attack.worlds import SEEDS

ALWAYS = {
    "test_one_hot_template_in_all_prompts_hides_nothing_and_joins_nobody": "recall 0.927, where it is 0.986 without",
}
OVER_SEEDS = {
    "lone": "0.0006 of the benign accounts flagged: four users of a rubric beside bare tasks, one world in ten",
}


def marks(name):
    """Mark of a test by its plain name: strict, so that it has to go when the detector improves."""
    reason = ALWAYS.get(name) or (OVER_SEEDS.get(name) if len(SEEDS) > 1 else None)
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
