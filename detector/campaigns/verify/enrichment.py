"""Enrichment: facts that members hold far more often than the population does.

References
----------
.. [1] Rivals, I. et al. (2007), "Enrichment or depletion of a GO category within a class of genes",
       Bioinformatics 23(4): the hypergeometric test.
.. [2] Xiao, C. et al. (2015), "Detecting clusters of fake accounts in online social networks", AISec: frequency inside
       a cluster against rarity outside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence, chance, digits
from detector.campaigns.holdings import run_sizes, sums
from detector.campaigns.tails import hypergeometric_tail
from detector.profiles.keys import FAMILY_OF
from detector.profiles.orders import order_by, run_starts

#: Kinds worth a sentence: verb, thing, and what is remarkable about it.
SENTENCES = {
    "payment": ("pay with", "payment instrument", "shared by members"),
    "signup_address": ("signed up from", "address", "shared by members"),
    "signup_subnet": ("signed up from", "network", "shared by members"),
    "address": ("send from", "address", "shared by members"),
    "subnet": ("send from", "network", "shared by members"),
    "device": ("signed up on", "device", "shared by members"),
    "domain": ("have a mailbox under", "domain", "rare elsewhere"),
    "pattern": ("have a mailbox name of", "shape", "rare elsewhere"),
    "referrer": ("came by", "referral", "rare elsewhere"),
    "organization": ("name", "organisation", "that nobody has verified"),
    "client": ("use", "client version", "rare elsewhere"),
    "settings": ("send", "combination of request settings", "rare elsewhere"),
}
CAP = 4.0


def enrichment(cohort: Cohort, alpha: float = 1e-3) -> list[Evidence]:
    """One statement per kind of fact that is enriched among the members, strongest key's p, Bonferroni-corrected.

    The weight is that of the p-value times the share of members that hold an enriched key: a fact of a few members says
    little of the others. One that is half as common outside says nothing, however many accounts make it significant.

    A key is enriched where the members that hold it are more than the hypergeometric law gives for as many accounts
    drawn from all principals, and at least three. Facts of requests are counted on the held-back half.
    """
    principal = cohort.tables.accounts["principal"].to_numpy()
    total = cohort.reference.n_principals
    keys = cohort.keys
    names = keys["kind"].cat.categories
    code = keys["kind"].cat.codes.to_numpy()
    wanted = np.array([name in SENTENCES for name in names])[code]
    wanted &= keys["requests"].isna().to_numpy() | (keys["half_1"].to_numpy() > 0)
    code, key, account = code[wanted], keys["key"].to_numpy()[wanted], keys["account"].to_numpy()[wanted]
    order = order_by(code, key, principal[account])
    code, key, account = code[order], key[order], account[order]
    starts = run_starts(code, key)
    kind, tries = code[starts], np.bincount(code[starts], minlength=len(names))
    n = sums(run_starts(code, key, principal[account]).astype(np.int64), starts)
    degree = keys["degree"].to_numpy()[wanted][order][starts]
    p = np.ones(len(n))
    p[n >= 3] = hypergeometric_tail(n[n >= 3], total, degree[n >= 3], cohort.size) * tries[kind[n >= 3]]
    found = []
    for one in np.unique(kind[p <= alpha]):
        good = (kind == one) & (p <= alpha)
        covered = len(np.unique(account[np.repeat(good, run_sizes(starts))]))
        expected = float(min(cohort.size, (degree[good] * cohort.size / total).sum()))
        outside = float((degree[good] - n[good]).sum()) / max(1, total - cohort.size)
        common = outside * len(cohort.members) / max(1, covered)
        found.append(_statement(cohort, str(names[one]), covered, expected, p[good], max(0.0, 1.0 - 2.0 * common)))
    return [evidence for evidence in found if evidence.weight > 0]


def _statement(
    cohort: Cohort, kind: str, covered: int, expected: float, p: npt.NDArray[np.float64], rare: float
) -> Evidence:
    """Say that so many members hold one of the keys with these p-values, which are so rare elsewhere, from 0 to 1."""
    verb, thing, remark = SENTENCES[kind]
    which = f"one {thing} {remark}" if len(p) == 1 else f"one of {len(p)} {_plural(thing)} {remark}"
    sentence = f"{covered} of {len(cohort.members)} accounts {verb} {which}"
    least = float(min(1.0, p.min()))
    return Evidence(
        FAMILY_OF[kind],
        kind,
        f"{sentence} (expected {chance(expected)}).",
        float(covered),
        expected,
        least,
        digits(least, CAP) * rare * covered / len(cohort.members),
    )


def _plural(thing: str) -> str:
    if thing.startswith("combination"):
        return thing.replace("combination", "combinations", 1)
    return f"{thing}es" if thing.endswith("s") else f"{thing}s"
