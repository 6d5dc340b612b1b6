"""Enrichment: facts that members hold far more often than the population does.

References
----------
.. [1] Rivals, I. et al. (2007), "Enrichment or depletion of a GO category within a class of genes", Bioinformatics 23(4):
       the hypergeometric test.
.. [2] Xiao, C. et al. (2015), "Detecting clusters of fake accounts in online social networks", AISec: frequency inside
       a cluster against rarity outside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence, chance, digits

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
    little of the others.

    A key is enriched where the members that hold it are more than the hypergeometric law gives for as many accounts
    drawn from all principals, and at least three. Facts of requests are counted on the held-back half.
    """
    principal = cohort.tables.accounts["principal"].to_numpy()
    total = len(np.unique(principal))
    own = cohort.keys[cohort.keys["kind"].isin(list(SENTENCES))]
    own = own[own["requests"].isna() | (own["half_1"] > 0)]
    found = []
    for kind, rows in own.groupby("kind", observed=True):
        holders = rows.assign(principal=principal[rows["account"].to_numpy()])
        table = holders.groupby("key").agg(n=("principal", "nunique"), degree=("degree", "first"))
        table["p"] = hypergeom.sf(table["n"] - 1, total, table["degree"], cohort.size) * len(table)
        good = table[(table["p"] <= alpha) & (table["n"] >= 3)]
        if len(good):
            found.append(_statement(cohort, str(kind), holders, good, total))
    return found


def _statement(cohort: Cohort, kind: str, holders: pd.DataFrame, good: pd.DataFrame, total: int) -> Evidence:
    covered = holders[holders["key"].isin(good.index)]["account"].nunique()
    expected = float(min(cohort.size, (good["degree"] * cohort.size / total).sum()))
    verb, thing, remark = SENTENCES[kind]
    which = f"one {thing} {remark}" if len(good) == 1 else f"one of {len(good)} {_plural(thing)} {remark}"
    sentence = f"{covered} of {len(cohort.members)} accounts {verb} {which}"
    p = float(min(1.0, good["p"].min()))
    family = str(holders["family"].iloc[0])
    weight = digits(p, CAP) * covered / len(cohort.members)
    return Evidence(family, kind, f"{sentence} (expected {chance(expected)}).", float(covered), expected, p, weight)


def _plural(thing: str) -> str:
    if thing.startswith("combination"):
        return thing.replace("combination", "combinations", 1)
    return f"{thing}es" if thing.endswith("s") else f"{thing}s"
