"""Elicitation: members ask for reasoning, grades or training data far more often than others do.

References
----------
.. [1] Anthropic (23 Feb 2026): reasoning behind completed answers, rubric grading.
.. [2] CISA, NSA, FBI (8 Sep 2026), AA26-251A: chain-of-thought, rubric grading among the targeted abilities.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for, coverage, digits
from detector.campaigns.tails import binomial_tail
from detector.text.kernel import GENERATION, GRADING, HIDDEN, REASONING, TAGS

#: What is asked for: bits, words for the report, and how much of its evidence counts - grading one's own product's
#: answers is one of the commonest honest workloads, asking for hidden reasoning is not.
CLASSES = {
    "hidden reasoning": (HIDDEN, "the model's hidden or prior reasoning", 1.0),
    "reasoning": (REASONING, "its whole train of thought", 0.8),
    "tagged reasoning": (TAGS, "thinking wrapped in tags", 1.0),
    "grading": (GRADING, "grades by a rubric", 0.6),
    "generation": (GENERATION, "training data", 0.8),
}
#: What no honest workload asks for by the thousand; marking answers is one.
ELICITING = HIDDEN | REASONING | TAGS | GENERATION
LEAST_SHARE = 0.1
FLOOR = 0.003
CAP = 6.0


def asks_for(asks: Ints, bits: int) -> npt.NDArray[np.bool_]:
    """Which requests ask for a class of things; a grade with its reasons is asked for as a grade."""
    found: npt.NDArray[np.bool_] = (asks & bits) > 0
    return found & ((asks & GRADING) == 0) if bits == REASONING else found


def asks_to_extract(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which requests ask for anything that extraction takes, marks among it."""
    return asks_for(rows["asks"].to_numpy(), ELICITING | GRADING)


def elicitation(cohort: Cohort, rows: pd.DataFrame) -> list[Evidence]:
    """One statement per class of which many members ask in the given held-back requests.

    A member asks where at least a tenth of its requests do; the number of such members is compared with the share of
    reference accounts that do, by a binomial tail.
    """
    found = []
    accounts = rows["account"].to_numpy()
    _, position = np.unique(accounts, return_inverse=True)
    n = int(position.max()) + 1 if len(position) else 0
    for name, (bits, words, worth) in CLASSES.items():
        asking = asks_for(rows["asks"].to_numpy(), bits)
        if asking.sum() < 3:
            continue
        share = np.bincount(position, weights=asking) / np.bincount(position)
        members = int((share >= LEAST_SHARE).sum())
        rate = max(FLOOR, cohort.reference.share_asking(bits, LEAST_SHARE))
        p = float(binomial_tail(members, n, rate))
        weight = worth * digits(p, cap_for(cohort.size, CAP)) * coverage(members, len(cohort.members))
        if members < 3 or members < 0.2 * n or weight < 1:
            continue
        statement = (
            f"{members} of {n} accounts ask for {words} ({asking.mean():.0%} of their prompts looked at); "
            f"{rate:.1%} of other accounts do."
        )
        found.append(
            Evidence(
                "elicitation",
                name,
                statement,
                float(members),
                rate * n,
                p,
                weight,
                places(rows[asking]),
            )
        )
    return found
