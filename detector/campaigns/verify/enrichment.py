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
    total = cohort.reference.n_principals
    own = cohort.keys
    codes = own["kind"].cat.codes.to_numpy()
    wanted = np.array([name in SENTENCES for name in own["kind"].cat.categories])[codes]
    wanted &= own["requests"].isna().to_numpy() | (own["half_1"].to_numpy() > 0)
    own = own[wanted].assign(code=codes[wanted])
    own["principal"] = principal[own["account"].to_numpy()]
    once = own.drop_duplicates(["code", "key", "principal"]).groupby(["code", "key"])
    table = pd.DataFrame({"n": once.size(), "degree": once["degree"].first()}).reset_index()
    tries = table["code"].map(table["code"].value_counts())
    table = table.assign(tries=tries)[table["n"] >= 3]
    table["p"] = hypergeom.sf(table["n"] - 1, total, table["degree"], cohort.size) * table["tries"]
    found = []
    for code, good in table[table["p"] <= alpha].groupby("code"):
        kind = str(cohort.keys["kind"].cat.categories[int(str(code))])
        found.append(_statement(cohort, kind, own[own["code"] == code], good, total))
    return found


def _statement(cohort: Cohort, kind: str, holders: pd.DataFrame, good: pd.DataFrame, total: int) -> Evidence:
    covered = holders[holders["key"].isin(good["key"])]["account"].nunique()
    expected = float(min(cohort.size, (good["degree"] * cohort.size / total).sum()))
    verb, thing, remark = SENTENCES[kind]
    which = f"one {thing} {remark}" if len(good) == 1 else f"one of {len(good)} {_plural(thing)} {remark}"
    sentence = f"{covered} of {len(cohort.members)} accounts {verb} {which}"
    p = float(min(1.0, good["p"].min()))
    family = str(holders["family"].iloc[0])
    weight = digits(p, CAP) * covered / len(cohort.members)
    return Evidence(
        family,
        kind,
        f"{sentence} (expected {chance(expected)}).",
        float(covered),
        expected,
        p,
        weight,
    )


def _plural(thing: str) -> str:
    if thing.startswith("combination"):
        return thing.replace("combination", "combinations", 1)
    return f"{thing}es" if thing.endswith("s") else f"{thing}s"
