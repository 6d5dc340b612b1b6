"""A new baseline, proposed from the newest night: fitted on accounts that nobody has reason to doubt.

Whoever wants to be ordinary tomorrow only needs to be among the many today. So a proposal leaves out flagged accounts,
everybody in their groups, whom an analyst judged abusive and who came back, and accounts younger than two weeks; and no
week of sign-ups may make up more than a tenth of it. What it says of its own distance from the first and from the last
baseline shows a slow push that no single step does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.anomaly import baseline as anomaly
from detector.anomaly.drift import drift
from detector.anomaly.model import Baseline
from detector.anomaly.storage import MANIFEST_NAME, files_of
from detector.errors import InputError
from detector.features import FEATURES
from detector.nightly import writes
from detector.nightly.decision_log import LATEST, read_decisions
from detector.nightly.decisions import Decisions
from detector.nightly.promotions import FOLDER, promoted
from detector.results import ScanResult, last_day, load_result
from detector.settings import Settings


@dataclass(frozen=True)
class Population:
    """Accounts that a baseline may be made of, and how many were left out for which reason."""

    accounts: pd.DataFrame
    left_out: dict[str, int]
    largest_cohort: float


def propose(store: Path, settings: Settings, note: str = "") -> tuple[str, Baseline]:
    """Fit a baseline on the newest night and keep it in the store; it is not in force until it is promoted.

    Returns
    -------
    name : str
        Of the proposal: the same night, decisions and settings give the same name and bytes.

    Raises
    ------
    InputError
        If the store has no night yet, or too few accounts are left.
    """
    if not (store / LATEST / "run.json").exists():
        raise InputError(f"{store}: holds no night yet. Run detector nightly --store {store} first.")
    result, approved = load_result(store / LATEST), promoted(store)
    day = last_day(result.run)
    ends = {"first": approved[:1], "last": approved[-1:]}
    known = {end: (one[0].name, anomaly.load(one[0].folder)) for end, one in ends.items() if one}
    model = proposal(result, read_decisions(store), day, settings, known, note)
    name = f"B-{day}-{_digest(model)}"
    folder = store / FOLDER / name
    if not (folder / MANIFEST_NAME).exists():
        writes.make(folder)
        for file, data in files_of(model).items():
            writes.write(folder / file, data)
    return name, model


def proposal(
    result: ScanResult,
    decisions: Decisions,
    day: dt.date,
    settings: Settings,
    known: Mapping[str, tuple[str, Baseline]],
    note: str = "",
) -> Baseline:
    """Baseline of a night's ordinary accounts.

    Parameters
    ----------
    known : mapping of str to (str, Baseline)
        ``first`` and ``last`` baseline that were promoted, each with its name: how far the proposal is from them stands
        in its card.

    Raises
    ------
    InputError
        If fewer accounts are left than `anomaly.min_accounts`.
    """
    population = ordinary(result, decisions.on(day), day, settings)
    n = len(population.accounts)
    if n < settings.anomaly.min_accounts:
        listed = ", ".join(f"{count:,} {why}" for why, count in population.left_out.items() if count)
        raise InputError(
            f"Only {n:,} accounts are left for a baseline, {settings.anomaly.min_accounts:,} are needed (left out: "
            f"{listed or 'none'})."
        )
    names = [feature.name for feature in FEATURES if feature.name in population.accounts]
    features = population.accounts[names].astype("float64")
    card = {
        "source": note or "detector nightly",
        "made_by": "detector baseline fit --store",
        "night": str(day),
        "accounts": n,
        "left_out": population.left_out,
        "largest_cohort": round(population.largest_cohort, 4),
        "drift": {end: {"from": name, **drift(model, features)} for end, (name, model) in sorted(known.items())},
    }
    directions = {feature.name: feature.suspicious for feature in FEATURES}
    return anomaly.fit(features, directions, settings.anomaly, _seed(features), card)


def ordinary(result: ScanResult, decisions: Decisions, day: dt.date, settings: Settings) -> Population:
    """Accounts of a night that a baseline may be made of, in order of account."""
    table = result.accounts.sort_values("account_id", ignore_index=True)
    abusive = {name for name, number in decisions.of_account.items() if decisions.made[number].verdict == "abusive"}
    back = table["return_of"].notna() if "return_of" in table else pd.Series(False, index=table.index)
    reasons = {
        "flagged": table["flagged"].to_numpy(dtype=bool),
        "in groups": table["campaign_id"].notna().to_numpy(),
        "judged abusive": table["account_id"].isin(abusive).to_numpy(),
        "return visitors": back.to_numpy(dtype=bool),
        "too young": _age_days(table, day) < settings.refit.least_age_days,
    }
    left, counts = np.ones(len(table), bool), {}
    for why, out in reasons.items():
        counts[why] = int((left & out).sum())
        left &= ~out
    table = table[left].reset_index(drop=True)
    kept, largest = _capped(table, settings)
    return Population(table[kept].reset_index(drop=True), counts | {"over a cohort's cap": int((~kept).sum())}, largest)


def _age_days(table: pd.DataFrame, day: dt.date) -> npt.NDArray[np.float64]:
    """Days since sign-up at the end of a day, or since the first request where the sign-up is not known."""
    since = pd.to_datetime(table["created_at"], utc=True)
    since = since.where(since.notna(), pd.to_datetime(table["first_seen"], utc=True))
    end = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=1)
    return np.asarray((end - since) / pd.Timedelta(days=1), dtype=np.float64)


def _capped(table: pd.DataFrame, settings: Settings) -> tuple[npt.NDArray[np.bool_], float]:
    """Accounts within the cap of their cohort of sign-ups, and the share of the largest cohort that is left.

    Of a cohort over the cap, those stay whose ids have the smallest hashes.
    With fewer cohorts than the cap asks for, no cohort may have more than twice its even share.
    """
    created = pd.to_datetime(table["created_at"], utc=True)
    known = created.notna().to_numpy()
    cohort = (created[known] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(days=settings.refit.cohort_days)
    sizes = cohort.value_counts()
    if not len(sizes):
        return np.ones(len(table), bool), 0.0
    share = max(settings.refit.most_of_cohort, 2.0 / len(sizes))
    others, cap = int((~known).sum()), int(sizes.max())
    while cap > 1 and cap > share * (np.minimum(sizes, cap).sum() + others):
        cap = max(1, min(cap - 1, int(share * (np.minimum(sizes, cap).sum() + others))))
    hashes = [hashlib.sha256(str(name).encode()).hexdigest() for name in table["account_id"]]
    order = pd.DataFrame({"cohort": cohort, "hash": pd.Series(hashes)[known]}).sort_values(["cohort", "hash"])
    kept = ~known
    kept[order.index[order.groupby("cohort").cumcount().to_numpy() < cap]] = True
    return kept, float(min(cap, sizes.max()) / max(1, kept.sum()))


def _seed(features: pd.DataFrame) -> int:
    """Seed of the forest: from what nobody outside knows, and the same for the same accounts."""
    values = np.ascontiguousarray(features.to_numpy(dtype=np.float64))
    return int.from_bytes(hashlib.sha256(values.tobytes()).digest()[:4], "little")


def _digest(model: Baseline) -> str:
    said = repr((model.seed, sorted(model.card.items()), model.settings, model.feature_names))
    return hashlib.sha256(said.encode()).hexdigest()[:8]
