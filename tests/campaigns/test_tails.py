"""Chances of what is observed or more: against counting, and against SciPy's distributions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, gamma, norm

from detector.campaigns.tails import binomial_tail, gamma_tail, hypergeometric_tail, normal_tail


def counted(at_least, total, marked, drawn):
    """Draws with at least so many marked among all draws there are."""
    ways = sum(comb(marked, k) * comb(total - marked, drawn - k) for k in range(at_least, min(marked, drawn) + 1))
    return float(Fraction(ways, comb(total, drawn)))


def test_three_of_four_drawn_are_among_five_of_twenty():
    assert hypergeometric_tail([3], 20, [5], 4) == pytest.approx([(10 * 15 + 5) / 4845])


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))), st.data())
def test_a_hypergeometric_tail_is_what_counting_gives(sizes, data):
    total, marked, drawn = sizes
    at_least = data.draw(st.integers(0, 61))
    assert hypergeometric_tail([at_least], total, [marked], drawn)[0] == pytest.approx(
        counted(at_least, total, marked, drawn), rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize(
    ("at_least", "total", "marked", "drawn"),
    [(60, 1_000_000, 5_000, 400), (5, 1_000_000, 920_127, 315), (300, 5_000, 3_000, 400), (3, 1_000_000, 3, 300)],
    ids=["far above", "far below", "above, of many", "as many as there are"],
)
def test_a_hypergeometric_tail_is_what_counting_gives_in_large_populations(at_least, total, marked, drawn):
    found = hypergeometric_tail([at_least], total, [marked], drawn)[0]
    assert found == pytest.approx(counted(at_least, total, marked, drawn), rel=1e-7)


def test_a_binomial_tail_is_that_of_scipy_at_the_ends_too():
    at_least, n, rate = np.meshgrid(np.arange(12), [1, 3, 10], [1e-6, 0.2, 0.5, 1.0])
    np.testing.assert_allclose(binomial_tail(at_least, n, rate), binom.sf(at_least - 1, n, rate), rtol=1e-10)


@pytest.mark.parametrize("z", [-40.0, -1.0, 0.0, 3.0, 30.0])
def test_a_normal_tail_is_that_of_scipy(z):
    assert normal_tail(z) == pytest.approx(norm.sf(z), rel=1e-10)


@pytest.mark.parametrize(("value", "mean", "spread"), [(3.0, 1.0, 1.0), (10.0, 2.0, 0.5), (0.2, 1.0, 2.0)])
def test_a_gamma_tail_is_that_of_scipy(value, mean, spread):
    shape = (mean / spread) ** 2
    assert gamma_tail(value, mean, spread) == pytest.approx(gamma.sf(value, shape, scale=mean / shape), rel=1e-10)
