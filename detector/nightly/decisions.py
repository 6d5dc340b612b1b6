"""What analysts decided: who, when, why, until when - and what follows from it on a given day.

A decision is about the accounts that were there when it was made. A benign one vouches for them until it expires: a
campaign at least half of which is vouched for is set aside and counted, and one that outgrows what was judged comes
back by itself. An abusive one leaves traces to watch for: other accounts that hold them are return visitors. The last
decision on an account counts; `unknown` takes back what was said before.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from detector.campaigns.allow import LEAST_SHARE
from detector.campaigns.traces import Trace
from detector.nightly.matching import known_by

VERDICTS = ("abusive", "benign", "unknown")


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes
    ----------
    at : datetime
        When it was made, UTC.
    expires : date, optional
        Last day on which it holds.
    target : str
        Campaign or account as it was named.
    night : date
        Night whose result it was made on.
    accounts : tuple of str
        Accounts it is about.
    traces : frozenset of (kind, hash)
        Traces that were theirs.
    """

    at: dt.datetime
    by: str
    target: str
    verdict: str
    reason: str
    expires: dt.date | None
    night: dt.date
    accounts: tuple[str, ...]
    traces: frozenset[Trace] = frozenset()

    @property
    def note(self) -> str:
        """Why, who, until when."""
        until = f", until {self.expires}" if self.expires else ""
        return f"{self.reason} ({self.by}{until})"

    def holds_on(self, day: dt.date) -> bool:
        """Whether it has not expired before a day."""
        return self.expires is None or day <= self.expires


@dataclass(frozen=True)
class Decisions:
    """Decisions in the order in which they were made, as of a day if one is given.

    Attributes
    ----------
    day : date, optional
        Day on which they are looked at; expired ones do not hold then.
    """

    made: tuple[Decision, ...] = ()
    day: dt.date | None = None

    def on(self, day: dt.date) -> Decisions:
        """Decisions as of the night of a day: those made on a later day do not count, whenever the night is run."""
        return Decisions(tuple(one for one in self.made if one.at.date() <= day), day)

    @cached_property
    def of_account(self) -> dict[str, int]:
        """Number of the decision that counts for each account: the last on it, if it holds and says anything."""
        last = {account: number for number, one in enumerate(self.made) for account in one.accounts}
        counts = [self._holds(one) and one.verdict != "unknown" for one in self.made]
        return {account: number for account, number in last.items() if counts[number]}

    @cached_property
    def expired(self) -> tuple[Decision, ...]:
        """Benign decisions that nothing later replaced and that do not hold any more."""
        last = {one.target: one for one in self.made}
        return tuple(one for one in last.values() if one.verdict == "benign" and not self._holds(one))

    def watched(self) -> frozenset[Trace]:
        """Traces to watch for: those of accounts judged abusive."""
        return frozenset(trace for one in self._abusive for trace in one.traces)

    def on_campaign(self, members: Sequence[str], verdict: str) -> Decision | None:
        """The decision that a verdict on a campaign rests on: at least half of its members are judged so."""
        given = Counter(self.of_account[name] for name in members if name in self.of_account)
        for number in [number for number in given if self.made[number].verdict != verdict]:
            del given[number]
        if not members or given.total() < LEAST_SHARE * len(members):
            return None
        return self.made[max(given, key=lambda number: (given[number], number))]

    def return_of(self, account: str, held: Iterable[Trace]) -> Decision | None:
        """The abusive decision whose traces an account holds that nobody has judged."""
        if account in self._judged:
            return None
        held = frozenset(held)
        return next((one for one in reversed(self._abusive) if known_by(sorted(held & one.traces))), None)

    @cached_property
    def _judged(self) -> frozenset[str]:
        """Accounts that any decision is about, also one that does not hold any more."""
        return frozenset(account for one in self.made for account in one.accounts)

    @cached_property
    def _abusive(self) -> list[Decision]:
        """Abusive decisions that count for at least one account."""
        counted = set(self.of_account.values())
        return [one for number, one in enumerate(self.made) if number in counted and one.verdict == "abusive"]

    def _holds(self, one: Decision) -> bool:
        return self.day is None or one.holds_on(self.day)
