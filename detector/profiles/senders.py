"""Senders: how often a text is sent, and by how many accounts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.profiles.orders import Ints, Whole, order_by, run_starts


def sent_again(prompt: Whole, account: Whole, least_times: float, least_senders: int = 1) -> npt.NDArray[np.bool_]:
    """Requests whose prompt each of its senders sends so many times on average, and so many accounts send.

    Parameters
    ----------
    prompt, account : ndarray of whole numbers, shape (n,)
        Hash of the prompt, 0 for none, and account of each request.
    """
    order = order_by(prompt, account)
    first = np.flatnonzero(run_starts(prompt[order]))
    size = np.diff(first, append=len(order))
    starts: Ints = run_starts(prompt[order], account[order]).astype(np.int64)
    senders = np.add.reduceat(starts, first) if len(first) else starts
    found = np.zeros(len(prompt), bool)
    found[order] = np.repeat((senders >= least_senders) & (size >= least_times * senders), size)
    found &= np.asarray(prompt != 0)
    return found
