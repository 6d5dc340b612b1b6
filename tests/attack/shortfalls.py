"""What falls short of its floor today, with the figure measured over ten seeds; each is an expected failure."""

import pytest

SHORTFALLS = {
    "test_one_hot_template_in_all_prompts_hides_nothing_and_joins_nobody": "recall 0.927, where it is 0.986 without",
}


def marks(name):
    """Mark of a test by its plain name: strict, so that it has to go when the detector improves."""
    return [pytest.mark.xfail(strict=True, reason=SHORTFALLS[name])] if name in SHORTFALLS else []
