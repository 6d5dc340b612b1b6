"""Sessions: the conversations that an account's requests belong to, and the requests that open them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import order_by, run_starts
from detector.profiles.senders import sent_again

SLOT_US = 600_000_000
#: Share of the sessions of some requests that these must open for the others to be left aside.
LEAST_OPENED = 0.25
#: Times that each of its senders sends a text, and senders, from which it is no task.
LEAST_TIMES, LEAST_SENDERS = 2.0, 3


def unit_of(rows: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """The session of each request, or its ten minutes where it names none."""
    session = rows["session"].to_numpy()
    slot = (rows["timestamp"].to_numpy() // SLOT_US).astype(np.uint64)
    found: npt.NDArray[np.uint64] = np.where(session != 0, session, slot)
    return found


def n_units(rows: pd.DataFrame, n_accounts: int) -> npt.NDArray[np.int64]:
    """Number of sessions, or of ten minutes without one, of each account, shape (n_accounts,)."""
    unit, account = unit_of(rows), rows["account"].to_numpy()
    order = order_by(account, unit)
    found: npt.NDArray[np.int64] = np.bincount(
        account[order][run_starts(account[order], unit[order])], minlength=n_accounts
    )
    return found


def units(rows: pd.DataFrame) -> pd.DataFrame:
    """The first request of each account's session, or of its ten minutes where it names no session.

    Turns of one conversation are about one task: a session is the unit that is dealt out. Of requests of one moment it
    is the one with the smaller hash, in whatever order they come.
    """
    unit, account = unit_of(rows), rows["account"].to_numpy()
    order = order_by(account, unit, rows["timestamp"].to_numpy(), rows["request"].to_numpy())
    return rows.iloc[order[run_starts(account[order], unit[order])]]


def opening(rows: pd.DataFrame) -> pd.Index:
    """Which of a group's requests open a session.

    What follows in a conversation is about its task, and much of it what anybody would say next; a text that its
    senders send again and again says what is to be done with tasks. Requests that name no session are each one's own.
    """
    again = sent_again(rows["prompt"].to_numpy(), rows["account"].to_numpy(), LEAST_TIMES, LEAST_SENDERS)
    return _first_of_each(rows[~again])


def openings(rows: pd.DataFrame, first: pd.Index) -> pd.DataFrame:
    """The requests that are among the first of a session; all where they open few of theirs."""
    open_one = rows.index.isin(first)
    return rows[open_one] if open_one.sum() >= LEAST_OPENED * len(_first_of_each(rows)) else rows


def _first_of_each(rows: pd.DataFrame) -> pd.Index:
    """The first request of each session, and each that names none."""
    named = rows["session"].to_numpy() != 0
    return units(rows[named]).index.append(rows.index[~named])
