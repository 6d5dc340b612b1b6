"""How well a scan found what was planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.errors import InputError

Bools = npt.NDArray[np.bool_]


def evaluate(accounts: pd.DataFrame, labels: pd.DataFrame) -> dict[str, Any]:
    """Figures of merit of a scan against known labels.

    Parameters
    ----------
    accounts
        Accounts of a scan: account_id, score, flagged, campaign_id.
    labels
        The truth: account_id, kind (benign, resale or distillation), population and campaign;
        with n_queries, accounts without a query are left out.

    Returns
    -------
    dict
        `resale` accounts are against the terms but extract nothing: they count neither as hits nor
        as false alarms, and appear only under `populations`. A labelled account that the scan does
        not list has score 0 and is not flagged. Undefined figures are None.
    """
    for name, table, wanted in (
        ("the scan's accounts", accounts, {"account_id", "score", "flagged", "campaign_id"}),
        ("labels", labels, {"account_id", "kind", "population", "campaign"}),
    ):
        missing = sorted(wanted - set(table.columns))
        if missing:
            raise InputError(f"Cannot evaluate: {name} lack the columns {', '.join(missing)}.")
    both = _joined(accounts, labels)
    judged = both[both["kind"] != "resale"]
    truth = (judged["kind"] == "distillation").to_numpy(dtype=bool)
    flagged = judged["flagged"].to_numpy(dtype=bool)
    score = judged["score"].to_numpy(dtype=float)
    found = judged["campaign_id"].where(judged["flagged"])
    pair_precision, pair_recall = pair_agreement(judged["campaign"], found)
    return {
        "accounts": len(judged),
        "distillation_accounts": int(truth.sum()),
        "average_precision": average_precision(truth, score),
        "recall_at_0.1%_fpr": recall_at(truth, score, 0.001),
        "precision": _share(truth, flagged),
        "recall": _share(flagged, truth),
        "benign_flagged": int((flagged & ~truth).sum()),
        "benign_flagged_rate": _share(flagged, ~truth),
        "pair_precision": pair_precision,
        "pair_recall": pair_recall,
        "campaigns_found": int(found.nunique()),
        "campaigns_mostly_benign": _mostly_benign(judged, found),
        "populations": _by_population(both),
    }


def average_precision(truth: Bools, score: npt.NDArray[np.float64]) -> float | None:
    """Mean of the precision at each true account, from the highest score down.

    Accounts of equal score are taken together, so that their order cannot matter.
    """
    if not truth.any():
        return None
    threshold, group = np.unique(-score, return_inverse=True)
    hits = np.bincount(group, weights=truth, minlength=threshold.size)
    taken = np.cumsum(np.bincount(group, minlength=threshold.size))
    return float((hits * np.cumsum(hits) / taken).sum() / truth.sum())


def recall_at(truth: Bools, score: npt.NDArray[np.float64], false_positive_rate: float) -> float | None:
    """Share of true accounts above the lowest threshold that keeps the false positive rate."""
    if not truth.any():
        return None
    benign = np.sort(score[~truth])[::-1]
    allowed = int(np.floor(false_positive_rate * benign.size))
    if allowed >= benign.size:
        return 1.0
    # strictly above the first benign score that would be one too many
    return float((score[truth] > benign[allowed]).mean())


def pair_agreement(truth: pd.Series, found: pd.Series) -> tuple[float | None, float | None]:
    """Precision and recall over pairs of accounts that are put into one campaign."""
    both = pd.DataFrame({"truth": truth, "found": found})
    planted = _pairs(both.dropna(subset=["truth"]).groupby("truth").size())
    claimed = _pairs(both.dropna(subset=["found"]).groupby("found").size())
    right = _pairs(both.dropna().groupby(["truth", "found"]).size())
    return (right / claimed if claimed else None, right / planted if planted else None)


def _joined(accounts: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    if "n_queries" in labels.columns:
        labels = labels[labels["n_queries"] > 0]
    given = accounts[["account_id", "score", "flagged", "campaign_id"]]
    truth = labels[["account_id", "population", "campaign", "kind"]]
    both = truth.merge(given, on="account_id", how="left", validate="one_to_one")
    both["flagged"] = both["flagged"].map(lambda value: value is True or value == 1).astype(bool)
    return both.fillna({"score": 0.0})


def _pairs(sizes: pd.Series) -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _share(part: Bools, whole: Bools) -> float | None:
    return float(part[whole].mean()) if whole.any() else None


def _mostly_benign(judged: pd.DataFrame, found: pd.Series) -> int:
    benign = (judged["kind"] == "benign").groupby(found).mean()
    return int((benign > 0.5).sum())


def _by_population(both: pd.DataFrame) -> list[dict[str, Any]]:
    grouped = both.groupby(["kind", "population"], sort=True)["flagged"]
    return [
        {
            "kind": kind,
            "population": population,
            "accounts": int(flags.size),
            "flagged": int(flags.sum()),
            "flagged_rate": float(flags.mean()),
        }
        for (kind, population), flags in grouped
    ]
