"""The file of decisions in a store, and how one is made on the newest night's result."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from detector.errors import InputError, UsageError
from detector.nightly.decisions import VERDICTS, Decision, Decisions
from detector.nightly.journal import append, read_journal
from detector.results import ScanResult, last_day, load_result

FILE = "decisions.jsonl"
#: Link in a store to the folder of the newest night's result.
LATEST = "latest"
LONGEST_REASON = 1000
#: Share of a trace's known holders that must be judged for it to be watched for.
LEAST_JUDGED = 0.5


def read_decisions(store: Path) -> Decisions:
    """Every decision of a store.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = store / FILE
    try:
        return Decisions(tuple(_decision(entry) for entry in read_journal(path)))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: was not written by this version of the detector.") from error


def decide(
    store: Path, target: str, verdict: str, reason: str, by: str, at: dt.datetime, expires: dt.date | None
) -> Decision:
    """Write down a verdict on a campaign or an account of the newest night.

    Raises
    ------
    UsageError
        If the newest night does not know it, or a benign verdict has no end.
    InputError
        If the store has no night yet.
    """
    _check(verdict, reason, by, at, expires)
    if not (store / LATEST / "run.json").exists():
        raise InputError(f"{store}: holds no night yet. Run detector nightly --store {store} first.")
    result = load_result(store / LATEST)
    accounts = _accounts(result, target)
    night, traces = last_day(result.run), _traces(result, accounts, verdict)
    decision = Decision(at, by, target, verdict, reason.strip(), expires, night, accounts, traces)
    append(store / FILE, entry_of(decision))
    return decision


def _check(verdict: str, reason: str, by: str, at: dt.datetime, expires: dt.date | None) -> None:
    if verdict not in VERDICTS:
        raise UsageError(f"No verdict is called {verdict}. Known: {', '.join(VERDICTS)}.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(f"Give a reason that the next analyst understands, in up to {LONGEST_REASON:,} characters.")
    if not by.strip():
        raise UsageError("It is not known who decides. Say so: --by NAME.")
    if verdict == "benign" and expires is None:
        raise UsageError("A benign verdict needs a day on which it is looked at again: --expires DATE.")
    if expires is not None and expires < at.date():
        raise UsageError(f"--expires {expires} is past.")


def _accounts(result: ScanResult, target: str) -> tuple[str, ...]:
    """Accounts that a name stands for."""
    members = result.members[result.members["campaign_id"] == target]
    if len(members):
        return tuple(sorted(map(str, members["account_id"])))
    if result.accounts["account_id"].eq(target).any():
        return (target,)
    night = last_day(result.run)
    raise UsageError(
        f"The night of {night} has no campaign or account called {target!r}. Write the id as in its report."
    )


def _traces(result: ScanResult, accounts: tuple[str, ...], verdict: str) -> frozenset[tuple[str, str]]:
    """Traces that mostly the judged accounts hold, of all whose traces the night knows."""
    if verdict != "abusive" or not len(result.traces):
        return frozenset()
    judged = result.traces["account_id"].isin(accounts)
    share = judged.groupby([result.traces["kind"], result.traces["trace"]]).mean()
    return frozenset((str(kind), str(trace)) for kind, trace in share.index[share.to_numpy() >= LEAST_JUDGED])


def entry_of(decision: Decision) -> dict[str, Any]:
    """A decision as plain values, the same for the same decision."""
    return {
        "at": decision.at.isoformat(timespec="microseconds"),
        "by": decision.by,
        "target": decision.target,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "expires": decision.expires.isoformat() if decision.expires else None,
        "night": decision.night.isoformat(),
        "accounts": list(decision.accounts),
        "traces": sorted(map(list, decision.traces)),
    }


def _decision(entry: dict[str, Any]) -> Decision:
    return Decision(
        at=dt.datetime.fromisoformat(entry["at"]).astimezone(dt.UTC),
        by=entry["by"],
        target=entry["target"],
        verdict=entry["verdict"],
        reason=entry["reason"],
        expires=dt.date.fromisoformat(entry["expires"]) if entry["expires"] else None,
        night=dt.date.fromisoformat(entry["night"]),
        accounts=tuple(entry["accounts"]),
        traces=frozenset((kind, trace) for kind, trace in entry["traces"]),
    )
