"""Wordings: passages that an account keeps to, and accounts that keep to the same.

Topics of a request are those of all its words, a frame's among them: accounts that each keep to one of many frames
differ by the frame whatever they ask. Those of one wording can be compared with each other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Ints
from detector.campaigns.grow import components
from detector.campaigns.verify.frames import COLUMNS, LEAST_SHARE

#: Columns in which passages of a prompt stand; a system prompt has no part in the topics of a request.
PASSAGES = tuple(column for kind, columns in COLUMNS.items() if kind != "system" for column in columns)
#: Share of an account's requests in which a passage stands that it keeps to, and in which one must for a wording.
LEAST_KEPT_TO, ONE_WORDING = 0.2, 0.8
#: Accounts that keep to a passage of a wording, over those that keep to the rarest one.
AS_RARE = 1.5
#: Share of an account's requests that makes a passage, which is no frame of the group, a wording of its own; requests
#: of it that it takes to know, and others that it takes to leave out those who have one.
LEAST_OWN, LEAST_SENT, LEAST_OTHERS = 0.5, 4, 10


def wordings(rows: pd.DataFrame) -> Ints:
    """Number of the wording that each request's account keeps to, 0 where it keeps to none that another does.

    Accounts are of one wording if they keep to the same passages; one that half as many more accounts keep to than to
    the rarest of an account says nothing of it, as a sentence that stands in several frames. Only accounts are
    considered that repeat one passage in nearly all their requests.

    Parameters
    ----------
    rows : DataFrame
        Requests with ``account`` and the columns in which passages stand.

    Returns
    -------
    ndarray of int64, shape (len(rows),)
    """
    kept = _kept_to(rows, PASSAGES, LEAST_KEPT_TO)
    kept = kept[kept.groupby("account")["share"].transform("max") >= ONE_WORDING]
    holders = kept.groupby("passage")["account"].transform("size")
    kept, holders = kept[holders > 1], holders[holders > 1]
    telling = kept[holders <= AS_RARE * holders.groupby(kept["account"]).transform("min")]
    _, number = np.unique(telling["passage"].to_numpy(), return_inverse=True)
    pairs = pd.DataFrame({"account": telling["account"].to_numpy(), "composite": number})
    account = rows["account"].to_numpy()
    found: Ints = components(pairs, int(account.max(initial=-1)) + 1)[account] + 1
    return found


def own_wordings(rows: pd.DataFrame) -> set[int]:
    """Accounts that keep to a wording which few others keep to."""
    kept = _kept_to(rows, PASSAGES, LEAST_OWN)
    kept = kept[kept["n"] >= LEAST_SENT]
    few = kept.groupby("passage")["account"].transform("size") < LEAST_SHARE * rows["account"].nunique()
    return set(kept.loc[few, "account"].tolist())


def without_own_wordings(rows: pd.DataFrame, own: set[int]) -> pd.DataFrame:
    """Requests without those of accounts with a wording of their own, where enough are left."""
    left = rows[~rows["account"].isin(own)]
    enough = left["account"].nunique() >= max(LEAST_OTHERS, 0.5 * rows["account"].nunique())
    return left if enough else rows


def _kept_to(rows: pd.DataFrame, columns: tuple[str, ...], least: float) -> pd.DataFrame:
    """Passages that stand in at least such a share of an account's requests: account, passage, n, share."""
    account = rows["account"].to_numpy()
    values = [rows[name].to_numpy() for name in columns]
    stands = [value != 0 for value in values]
    table = pd.DataFrame(
        {
            "account": np.concatenate([account[here] for here in stands]),
            "passage": np.concatenate([value[here] for value, here in zip(values, stands, strict=True)]),
        }
    )
    found = table.groupby(["account", "passage"], sort=True).size().reset_index(name="n")
    found["share"] = found["n"] / found["account"].map(rows.groupby("account").size())
    return found[found["share"] >= least]
