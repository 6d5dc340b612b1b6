"""Factory: nearly every prompt is a new task in one of the group's few frames.

People repeat themselves, ask follow-up questions and write as they please; a data set that is worked through gives many
different tasks in few wordings.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": variations of one prompt tens of
       thousands of times across hundreds of accounts, "a narrow set of capabilities".
.. [2] Wang, Y. et al. (2023), "Self-Instruct", ACL: one template, many instances.
"""

from __future__ import annotations

from detector.campaigns.cohort import Cohort, places
from detector.campaigns.evidence import Evidence, cap_for
from detector.campaigns.ramp import ramp
from detector.campaigns.verify.frames import Frames
from detector.campaigns.verify.overlap import overlap

#: Any batch job looks like this: it never suffices.
CAP = 2.5
#: Share of prompts in frames, of them that are new to their account, and of the other members that send one, too: from
#: none to all.
IN_FRAMES, DIFFERENT, REPEATED = (0.3, 0.8), (0.9, 0.98), (0.05, 0.15)


def factory(cohort: Cohort, found: Frames) -> list[Evidence]:
    """Share of the held-back prompts that are different tasks in the group's frames; ordinary groups have no frames."""
    rows = found.rows[found.rows["prompt"].to_numpy() != 0]
    if len(rows) < 20:
        return []
    different = float((~rows.duplicated(["account", "prompt"])).mean())
    weight = cap_for(cohort.size, CAP) * degree(found.share, different, overlap(rows))
    if weight < 1:
        return []
    frames = found.keys.loc[found.keys["kind"] != "system", "kind"].astype(str).value_counts()
    statement = (
        f"{found.share:.0%} of prompts stand in the group's {int(frames.max())} frames, and {different:.0%} of the "
        "tasks in them are new to their account."
    )
    return [Evidence("factory", "factory", statement, found.share * different, 0.0, 1.0, weight, places(rows))]


def degree(in_frames: float, different: float, repeated: float) -> float:
    """How much of a factory there is, from 0 to 1, by three shares."""
    return ramp(in_frames, *IN_FRAMES) * ramp(different, *DIFFERENT) * (1.0 - ramp(repeated, *REPEATED))
