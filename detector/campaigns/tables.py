"""Groups as tables: campaigns, members, evidence, timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.calendar import DAY_US, HOUR_US, SLOTS_PER_HOUR
from detector.campaigns.examine import Group
from detector.campaigns.verify.elicitation import CLASSES
from detector.profiles.tables import Tables
from detector.schema import ABUSIVE, BENIGN, CAMPAIGN_COLUMNS, EVIDENCE_COLUMNS, MEMBER_COLUMNS

PERIPHERY = 0.97
#: Values of the accounts file's ``status`` that end an account.
CLOSED = ("suspended", "closed")


def campaign_table(groups: Sequence[Group]) -> pd.DataFrame:
    """One row per campaign, in the order of the groups; chances by labels are left to `calibration.with_chances`."""
    return pd.DataFrame([_campaign(group) for group in groups], columns=list(CAMPAIGN_COLUMNS))


def _campaign(group: Group) -> dict[str, object]:
    cohort, weighed = group.cohort, group.weighed
    days = _days(group)
    created = cohort.people["created_at"]
    active_days = len(days)
    return {
        "campaign_id": group.id,
        "tier": weighed.tier,
        "kind": kind_of(group),
        "title": _title(group),
        "log_evidence": weighed.total,
        "n_accounts": len(cohort.members),
        "n_core": int(cohort.core.sum()),
        "n_principals": cohort.size,
        "n_queries": int(cohort.loads.sum()),
        "queries_per_account_day": float(cohort.loads.sum() / max(1, active_days)),
        "first_seen": _moment(days["first_us"].min()),
        "last_seen": _moment(days["last_us"].max()),
        "created_first": created.min(),
        "created_last": created.max(),
        "families": [name for name, weight in weighed.families.items() if weight >= 1],
        "asked": asked(group),
        "models": _models(group),
        "benign_explanation": group.explanation.name,
        "set_aside": group.explanation.why_not + ".",
        "look_at": group.explanation.look_at + ".",
        "against": against(group),
        "suppressed": group.suppressed.note if group.suppressed else None,
        **_latest_model(group),
        "since": None,
        "verdict": None,
        "labelled_abusive": int(cohort.people["label"].eq(ABUSIVE).sum()),
        "labelled_benign": int(cohort.people["label"].eq(BENIGN).sum()),
    }


def _days(group: Group) -> pd.DataFrame:
    days = group.cohort.tables.days
    return days[np.isin(days["account"].to_numpy(), group.cohort.members)]


def _moment(us: float) -> pd.Timestamp:
    return pd.Timestamp(int(us), unit="us", tz="UTC")


def kind_of(group: Group) -> str:
    """What a group is called: by its tier, and a coordinated pool that extracts nothing by its resale of access."""
    if group.weighed.tier in ("A", "B"):
        return "distillation"
    pool = group.cohort.size >= 10 and group.traits.tied >= 8 and group.frames.share < 0.05
    return "resale pool" if pool and group.explanation.fit < 0.5 else "coordinated group"


def _title(group: Group) -> str:
    n = len(group.cohort.members)
    kind = kind_of(group)
    if kind == "resale pool":
        return f"{n} accounts that look like one pool carrying strangers' requests"
    strong = [e.name for e in group.evidence if e.weight >= 1]
    wanted = [CLASSES[name][1] for name in strong if name in CLASSES]
    wanted += [name for name in strong if name == "log-probabilities"]
    if kind == "distillation":
        return f"{n} accounts that " + (f"ask for {wanted[0]}" if wanted else "work through one set of tasks")
    return f"{n} accounts that belong together"


def asked(group: Group) -> list[str]:
    """What the group's prompts have in common and what they ask for, without their text."""
    rows = group.cohort.rows
    found = [_framing(group)]
    for name, (bits, words, _) in CLASSES.items():
        share = float(((rows["asks"].to_numpy() & bits) > 0).mean()) if len(rows) else 0.0
        if share >= 0.05 and not (name == "reasoning" and any("hidden" in s for s in found)):
            found.append(f"{share:.0%} of prompts ask for {words}.")
    answers = rows["output_tokens"].dropna()
    if len(answers):
        found.append(
            f"Answers have {answers.median():.0f} tokens in the middle; {rows['truncated'].mean():.0%} end at the "
            "limit."
        )
    return found


def _framing(group: Group) -> str:
    frames = group.frames
    kinds = frames.keys["kind"].astype(str).value_counts()
    n = max(int(kinds.get("head", 0)), int(kinds.get("tail", 0)), 1 if len(frames.keys) else 0)
    if not len(frames.rows):
        return "Prompts share no frame; system prompts do." if len(frames.in_system) else "Prompts share no frame."
    prompts = frames.rows["prompt"]
    return (
        f"{frames.share:.0%} of prompts stand in {n} shared frame{'s' if n != 1 else ''}; within, "
        f"{prompts.nunique() / max(1, len(prompts)):.0%} of the tasks looked at are different."
    )


def _models(group: Group) -> list[str]:
    weights = group.cohort.rows.groupby("model")["weight"].sum().sort_values(ascending=False, kind="stable")
    names = group.cohort.tables.models
    total = max(1, int(weights.sum()))
    top = weights.head(3)
    return [f"{names.get(int(m), 'unknown')} ({w / total:.0%})" for m, w in zip(top.index, top, strict=True)]


def against(group: Group) -> list[str]:
    """What speaks against the finding, in sentences."""
    found = [e.statement for e in group.evidence if e.weight < 0]
    if group.explanation.weight >= 0.5:
        found.append(f"It could be {group.explanation.name}: that fits by {group.explanation.fit:.0%}.")
    if not group.cohort.people["has_account_row"].any():
        found.append(
            "Nothing is known of the accounts themselves: sign-up, payment and mailboxes could not be compared."
        )
    if group.weighed.extraction < 1:
        found.append("Prompts do not ask for reasoning, grades or training data more than others' do.")
    return found


def _latest_model(group: Group) -> dict[str, object]:
    """The model that got most of the requests of the last day on which any went to a known one."""
    rows = group.cohort.rows
    known = rows[rows["model"].to_numpy() != 0]
    if not len(known):
        return {"latest_model": None, "latest_model_share": None}
    day = known["timestamp"].to_numpy() // DAY_US
    weights = known[day == day.max()].groupby("model")["weight"].sum().sort_values(ascending=False, kind="stable")
    name = group.cohort.tables.models.get(int(weights.index[0]))
    return {"latest_model": name, "latest_model_share": float(weights.iloc[0] / weights.sum())}


def member_table(groups: Sequence[Group], scores: npt.NDArray[np.float64]) -> pd.DataFrame:
    """One row per member, with its role."""
    parts = [_members(group, scores) for group in groups]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MEMBER_COLUMNS))


def _members(group: Group, scores: npt.NDArray[np.float64]) -> pd.DataFrame:
    cohort = group.cohort
    days = _days(group).groupby("account")
    return pd.DataFrame(
        {
            "campaign_id": group.id,
            "account_id": cohort.people["account_id"].to_numpy(),
            "role": np.where(cohort.core, "core", "periphery"),
            "membership": membership(group),
            "score": scores[cohort.members],
            "n_queries": cohort.loads.astype(np.int64),
            "n_composites": group.composites,
            "first_seen": pd.to_datetime(days["first_us"].min().to_numpy(), unit="us", utc=True),
            "last_seen": pd.to_datetime(days["last_us"].max().to_numpy(), unit="us", utc=True),
            "created_at": cohort.people["created_at"].to_numpy(),
            "closed": _closed(cohort.people),
        },
        columns=list(MEMBER_COLUMNS),
    )


def _closed(people: pd.DataFrame) -> list[bool | None]:
    """Whether each account was suspended or closed; None where the accounts file does not tell."""
    status = people["status"].to_numpy(dtype=object)
    known = pd.notna(status) | people["closed_at"].notna().to_numpy()
    closed = np.isin(status.astype(str), CLOSED) | people["closed_at"].notna().to_numpy()
    return [bool(is_closed) if is_known else None for is_closed, is_known in zip(closed, known, strict=True)]


def membership(group: Group) -> npt.NDArray[np.float64]:
    """How surely each member belongs: 1 for the core, less for accounts attached to it."""
    return np.where(group.cohort.core, 1.0, PERIPHERY)


def evidence_table(groups: Sequence[Group], place: Callable[[int, int], str]) -> pd.DataFrame:
    """One row per statement; `place` words the rows to look at, from the number of a file and a row."""
    rows = [
        (
            g.id,
            e.family,
            e.name,
            e.statement,
            e.observed,
            e.expected,
            e.p,
            e.weight,
            [place(*map(int, pair.split(":"))) for pair in e.rows],
        )
        for g in groups
        for e in g.evidence
    ]
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def timeline_table(groups: Sequence[Group], tables: Tables) -> pd.DataFrame:
    """Requests and active accounts of each campaign by hour."""
    parts = []
    for group in groups:
        own = tables.activity[np.isin(tables.activity["account"].to_numpy(), group.cohort.members)]
        hour = own["day"].to_numpy() * 24 + own["slot"].to_numpy() // SLOTS_PER_HOUR
        by = own.assign(hour=hour).groupby("hour").agg(requests=("requests", "sum"), accounts=("account", "nunique"))
        moments = pd.to_datetime(by.index.to_numpy() * HOUR_US, unit="us", utc=True)
        parts.append(
            pd.DataFrame(
                {
                    "campaign_id": group.id,
                    "hour": moments,
                    "requests": by["requests"].to_numpy(),
                    "accounts": by["accounts"].to_numpy(),
                }
            )
        )
    empty = pd.DataFrame({"campaign_id": [], "hour": pd.to_datetime([], utc=True), "requests": [], "accounts": []})
    return pd.concat(parts, ignore_index=True) if parts else empty
