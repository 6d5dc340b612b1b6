"""Overlap: whether accounts send the same prompts, and whether all run through one set or draw from it.

A public set is run by everybody from end to end, so a prompt of one runner is sent by most others. A data set that is
dealt out is at most asked for a few times over, for the sake of several answers to choose from: a prompt then has a few
senders, however many accounts there are.

References
----------
.. [1] Wang, X. et al. (2023), "Self-Consistency Improves Chain of Thought Reasoning", ICLR (several answers to one
       prompt); Yuan, Z. et al. (2023), "Scaling Relationship on Learning Mathematical Reasoning", arXiv:2308.01825
       (rejection sampling for fine-tuning).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import run_starts


def collision_share(rows: pd.DataFrame) -> float:
    """κ: share of the prompts of each account that at least one other account of the rows sends too.

    A prompt that an account sends again and again counts once: it is a frame, not a task.
    """
    senders = _senders(rows)
    return float(senders[senders > 1].sum() / senders.sum()) if len(senders) else 0.0


def overlap(rows: pd.DataFrame) -> float:
    """Share of the other accounts that send a prompt of one of them: near 1 where all run through one set.

    Requests are a sample, and a prompt that two accounts send may be in the sample of one only: the share is divided by
    the sampled part of all requests, which is too much where accounts repeat themselves.

    Parameters
    ----------
    rows : DataFrame
        Requests with ``account``, ``prompt`` and ``weight``, the number of requests that each stands for.
    """
    senders, people = _senders(rows), rows["account"].nunique()
    if people < 2 or not len(senders):
        return 0.0
    seen = (senders * (senders - 1)).sum() / ((people - 1) * senders.sum())
    return float(min(1.0, seen * rows["weight"].sum() / len(rows)))


def _senders(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Number of accounts that send each prompt."""
    prompt, account = rows["prompt"].to_numpy(), rows["account"].to_numpy()
    order = np.lexsort((account, prompt))
    order = order[prompt[order] != 0]
    prompt, account = prompt[order], account[order]
    prompt = prompt[run_starts(prompt, account)]
    first = np.flatnonzero(run_starts(prompt))
    found: npt.NDArray[np.int64] = np.diff(first, append=len(prompt))
    return found
