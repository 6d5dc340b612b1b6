"""Harvest: answers are the product - long ones, with probabilities or many alternatives asked for.

References
----------
.. [1] Carlini, N. et al. (2024), "Stealing part of a production language model", ICML (log-probabilities).
.. [2] Gudibande, A. et al. (2023), "The false promise of imitating proprietary LLMs", arXiv 2305.15717 (answers as
       training data).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort, places
from detector.campaigns.evidence import Evidence, cap_for, coverage, digits
from detector.campaigns.tails import binomial_tail

LONG = 0.95
#: Long answers alone are how writers and programmers work: they never suffice.
CAP_LONG = 2.5
CAP_PROBABILITIES = 6.0


def harvest(cohort: Cohort, rows: pd.DataFrame) -> list[Evidence]:
    """Members with long answers, and members that ask for log-probabilities, in the given held-back requests."""
    return [*_long_answers(cohort, rows), *_probabilities(cohort, rows)]


def _long_answers(cohort: Cohort, rows: pd.DataFrame) -> list[Evidence]:
    reference = cohort.reference.answer_lengths
    medians = rows.groupby("account")["output_tokens"].median().dropna()
    if len(reference) < 50 or len(medians) < 3:
        return []
    limit = float(np.quantile(reference, LONG))
    n = int((medians > limit).sum())
    p = float(binomial_tail(n, len(medians), 1 - LONG))
    weight = digits(p, cap_for(cohort.size, CAP_LONG)) * coverage(n, len(medians))
    if weight < 1:
        return []
    statement = (
        f"{n} of {len(medians)} accounts get answers longer than {LONG:.0%} of other accounts do: "
        f"{medians.median():.0f} tokens in the middle, where others get {np.median(reference):.0f}."
    )
    return [
        Evidence(
            "harvest",
            "long answers",
            statement,
            float(medians.median()),
            float(np.median(reference)),
            p,
            weight,
            places(rows),
        )
    ]


def _probabilities(cohort: Cohort, rows: pd.DataFrame) -> list[Evidence]:
    shares = rows.groupby("account")["logprobs"].mean()
    n, rate = int((shares >= 0.5).sum()), max(0.005, cohort.reference.share_with_probabilities)
    p = float(binomial_tail(n, len(shares), rate))
    weight = digits(p, cap_for(cohort.size, CAP_PROBABILITIES)) * coverage(n, len(shares))
    if n < 3 or weight < 1:
        return []
    statement = (
        f"{n} of {len(shares)} accounts ask for log-probabilities in most requests; {rate:.1%} of other accounts do."
    )
    return [
        Evidence(
            "harvest",
            "log-probabilities",
            statement,
            float(n),
            rate * len(shares),
            p,
            weight,
            places(rows),
        )
    ]
