"""Second turns: a text that follows every answer asks for more about it; what is dealt out are the tasks before it.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": prompts that ask to write out the
       reasoning behind an answer which has been given.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort
from detector.campaigns.sessions import LEAST_TIMES, unit_of
from detector.profiles.senders import sent_again

#: Share of requests that must hold texts which are sent again and again for the tasks to be looked for before them.
LEAST_SHARE = 0.5


def tasks_of(work: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Requests that hold tasks: the given ones or, where most of them are one text again and again, what came before.

    Parameters
    ----------
    work : DataFrame
        Held-back requests of a group that stand in its frames.
    """
    again = sent_again(work["prompt"].to_numpy(), work["account"].to_numpy(), LEAST_TIMES)
    if not len(work) or again.mean() < LEAST_SHARE:
        return work
    back = cohort.held_back
    texts = np.unique(work["prompt"].to_numpy()[again])
    asked = pd.MultiIndex.from_arrays([work["account"].to_numpy()[again], unit_of(work)[again]])
    near = pd.MultiIndex.from_arrays([back["account"].to_numpy(), unit_of(back)]).isin(asked)
    found: pd.DataFrame = back[near & ~np.isin(back["prompt"].to_numpy(), texts)]
    return found
