"""Halves: requests that find groups, and requests on which what was found is verified.

References
----------
.. [1] Cox, D. (1975), "A note on data-splitting for the evaluation of significance levels", Biometrika 62.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.profiles.orders import Ints
from detector.profiles.senders import sent_again

Hashes = npt.NDArray[np.uint64]

#: Accounts that send a text, and how often each does on average, from which it is a frame by itself.
LEAST_SENDERS, LEAST_TIMES = 10, 3.0
#: Bits of a prompt's hash by which prompts are counted before those that may be frequent are looked at one by one.
COUNTED_BITS = 22


def halves(prompt: Hashes, request: Hashes, account: Ints) -> Ints:
    """Half, 0 or 1, of each request.

    It is a bit of the keyed hash of the prompt (of the request, where there is none): a prompt that occurs twice falls
    into one half both times, so that what is verified on one half was not seen in the other. A text that many accounts
    send again and again ("now write down how you got there") is a frame without a task: it would stand in one half with
    all its requests, and there would be nothing left to find or to verify it by. Its requests fall into halves by
    themselves, as those of any other frame do.

    Parameters
    ----------
    prompt, request : ndarray of uint64, shape (n,)
        Keyed hashes; 0 for no prompt.
    account : ndarray of int64, shape (n,)
        Account that sent it.
    """
    told_by = np.where((prompt != 0) & ~_sent_often(prompt, account), prompt, request)
    found: Ints = ((told_by >> np.uint64(1)) & np.uint64(1)).astype(np.int64)
    return found


def _sent_often(prompt: Hashes, account: Ints) -> npt.NDArray[np.bool_]:
    """Requests whose prompt many accounts send again and again."""
    place = (prompt >> np.uint64(64 - COUNTED_BITS)).astype(np.int64)
    many = np.bincount(place, minlength=1 << COUNTED_BITS) >= LEAST_TIMES * LEAST_SENDERS
    rows = np.flatnonzero(many[place] & (prompt != 0))
    found = np.zeros(len(prompt), bool)
    found[rows] = sent_again(prompt[rows], account[rows], LEAST_TIMES, LEAST_SENDERS)
    return found
