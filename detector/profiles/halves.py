"""Halves: requests that find groups, and requests on which what was found is verified.

References
----------
.. [1] Cox, D. (1975), "A note on data-splitting for the evaluation of significance levels", Biometrika 62.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import Ints, order_by, run_starts
from detector.profiles.senders import sent_again

Hashes = npt.NDArray[np.uint64]

#: Accounts that send a text, and how often each does on average, from which it is a frame by itself.
LEAST_SENDERS, LEAST_TIMES = 10, 3.0
#: Bits of a prompt's hash by which prompts are counted before those that may be frequent are looked at one by one.
COUNTED_BITS = 22


def halves(prompt: Hashes, request: Hashes, account: Ints, ids: npt.NDArray[np.object_]) -> Ints:
    """Half, 0 or 1, of each request.

    It is a bit of the keyed hash of the prompt (of the request, where there is none): a prompt that occurs twice falls
    into one half both times, so that what is verified on one half was not seen in the other. A text that many accounts
    send again and again ("now write down how you got there") would stand in one half with all its requests, and there
    would be nothing left to verify it by: it falls into one half for some accounts and into the other for others. Of
    several such texts an account has every other one in this half, so that both halves show what it keeps to; which
    ones differs from account to account, so that all still hold them together.

    Parameters
    ----------
    prompt, request : ndarray of uint64, shape (n,)
        Keyed hashes; 0 for no prompt.
    account : ndarray of int64, shape (n,)
        Place of the account among `ids`.
    ids : ndarray of object, shape (n_accounts,)
        Ids of accounts.
    """
    found = _bit(np.where(prompt != 0, prompt, request))
    often = np.flatnonzero(_sent_often(prompt, account))
    if len(often):
        found[often] = _in_turn(prompt[often], account[often], pd.util.hash_array(ids, categorize=False))
    return found


def _in_turn(prompt: Hashes, account: Ints, of_account: Hashes) -> Ints:
    """Half of each request: an account's texts, in an order of its own, fall into one and the other in turn."""
    mixed = pd.util.hash_array(of_account[account] ^ prompt, categorize=False)
    order = order_by(account, mixed)
    first, text = run_starts(account[order]), run_starts(account[order], mixed[order])
    number: Ints = np.cumsum(text, dtype=np.int64)
    number -= np.repeat(number[first], np.diff(np.flatnonzero(first), append=len(order)))
    found = np.empty(len(prompt), np.int64)
    found[order] = (number & 1) ^ _bit(of_account)[account[order]]
    return found


def _bit(hashes: Hashes) -> Ints:
    found: Ints = ((hashes >> np.uint64(1)) & np.uint64(1)).astype(np.int64)
    return found


def _sent_often(prompt: Hashes, account: Ints) -> npt.NDArray[np.bool_]:
    """Requests whose prompt many accounts send again and again."""
    place = (prompt >> np.uint64(64 - COUNTED_BITS)).astype(np.int64)
    many = np.bincount(place, minlength=1 << COUNTED_BITS) >= LEAST_TIMES * LEAST_SENDERS
    rows = np.flatnonzero(many[place] & (prompt != 0))
    found = np.zeros(len(prompt), bool)
    found[rows] = sent_again(prompt[rows], account[rows], LEAST_TIMES, LEAST_SENDERS)
    return found
