"""Results written by hand: accounts are letters, days are days of March 2026."""

import datetime as dt

import pandas as pd

from detector.nightly.decisions import Decisions
from detector.nightly.sequel import sequel
from detector.results import ScanResult
from detector.schema import CAMPAIGN_COLUMNS, EVIDENCE_COLUMNS, MEMBER_COLUMNS, TIMELINE_COLUMNS, TRACE_COLUMNS
from detector.settings import Settings


def march(day):
    return dt.date(2026, 3, day)


def noon(day):
    return pd.Timestamp(2026, 3, day, 12, tz="UTC")


def campaign(name, core, *, around="", first=1, last=10, tier="A", model="m1", share=0.9, closed="", **traces):
    """A campaign; `first` and `last` are days, or a dict of days by account; traces are `payment={"a": 1}`."""

    def day_of(given, account):
        return given[account] if isinstance(given, dict) else given

    names = [*core, *around]
    return {
        "campaign_id": name,
        "tier": tier,
        "members": [(a, "core" if a in core else "periphery", day_of(first, a), day_of(last, a)) for a in names],
        "closed": closed,
        "latest_model": model,
        "latest_model_share": share,
        "traces": [(a, kind, f"{value:016x}") for kind, held in traces.items() for a, value in held.items()],
    }


def scanned(day, *campaigns, others=None, traces=()):
    """The result of a scan up to a day; `others` are accounts of no campaign and the days of their last requests."""
    rows, members, accounts = [], [], []
    for one in campaigns:
        dates = {"first_seen": noon(1), "last_seen": noon(day)}
        rows.append({**dict.fromkeys(CAMPAIGN_COLUMNS), **one, **dates, "kind": "distillation", "log_evidence": 9.0})
        rows[-1] |= {"n_accounts": len(one["members"]), "n_queries": 10 * len(one["members"])}
        for account, role, first, last in one["members"]:
            seen = {"first_seen": noon(first), "last_seen": noon(last), "score": 0.9}
            ids = {"campaign_id": one["campaign_id"], "account_id": account}
            members.append({**ids, **seen, "role": role, "closed": account in one["closed"]})
            reasons = [f"Member of {one['campaign_id']}, tier {one['tier']}."]
            accounts.append({**ids, **seen, "tier": one["tier"], "flagged": one["tier"] != "C", "reasons": reasons})
    for account, last in (others or {}).items():
        quiet = {"campaign_id": None, "tier": None, "flagged": False, "reasons": [], "score": 0.1}
        accounts.append({**quiet, "account_id": account, "first_seen": noon(1), "last_seen": noon(last)})
    held = [row for one in campaigns for row in one["traces"]] + list(traces)
    columns = ["account_id", "score", "flagged", "campaign_id", "tier", "reasons", "first_seen", "last_seen"]
    known = pd.DataFrame(accounts, columns=columns)
    return ScanResult(
        accounts=known.assign(
            anomaly=0.2, tail=0.2, n_queries=10, created_at=pd.NaT, principal_size=1, p=0.5, explained_by=None
        ),
        campaigns=pd.DataFrame(rows, columns=list(CAMPAIGN_COLUMNS)),
        members=pd.DataFrame(members, columns=list(MEMBER_COLUMNS)),
        evidence_table=pd.DataFrame(columns=list(EVIDENCE_COLUMNS)),
        timeline_table=pd.DataFrame(columns=list(TIMELINE_COLUMNS)),
        rejects=pd.DataFrame(),
        run={"population": {"accounts": len(known)}, "window": {"last": f"{march(day)}T12:00:00Z"}, "key_id": "k"},
        traces=pd.DataFrame(sorted(held), columns=list(TRACE_COLUMNS)),
    )


def night(previous, day, *campaigns, decisions=(), others=None, traces=()):
    """A night after another."""
    result = scanned(day, *campaigns, others=others, traces=traces)
    return sequel(previous, result, Decisions(tuple(decisions)), march(day), Settings())


def told(night):
    """Kind, campaign and sentence of each change."""
    return [(change.kind, change.campaign, change.statement) for change in night.changes]


def ids(night):
    """Ids of the campaigns of a night."""
    return sorted(night.result.campaigns["campaign_id"])
