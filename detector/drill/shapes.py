"""Known shapes of campaigns, ready to be changed."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import replace

from detector.drill.campaigns import Pool
from detector.errors import UsageError

_SCRIPTS = ("zh", "ru", "ar", "ja", "hi", "ko", "es")
_QUIET = Pool(per_card=1.0, per_address=1.0, per_device=1.0, throwaway=0.1, prepaid=0.2)
#: Accounts that have nothing in common but what they ask for.
_UNRELATED = replace(
    _QUIET, created="aged", throwaway=0.0, same_client=0.0, unequal=0.3, hours="diurnal", request_settings="own"
)
_PROXY = Pool(created="drip", per_card=3.0, per_address=3.0, hours="diurnal", unequal=0.3, same_client=0.3)

#: Attack shapes and one grey pool.
SHAPES: dict[str, Pool] = {
    "balanced": Pool(),
    "paraphrased": Pool(shape="paraphrased", paraphrase=1.0, per_card=3.0, unequal=0.2),
    "system_frame": Pool(shape="system_frame", framed_by="system"),
    "second_turn": Pool(shape="second_turn", framed_by="second turn"),
    "several_answers": Pool(shape="several_answers", answers=8),
    "other_script": Pool(shape="other_script", languages=_SCRIPTS, n_frames=len(_SCRIPTS)),
    "proxy_mixed": replace(_PROXY, shape="proxy_mixed", share=0.2, per_day=6.0),
    "proxy_50": replace(_PROXY, shape="proxy_50", share=0.5, per_day=12.0),
    "proxy_25": replace(_PROXY, shape="proxy_25", share=0.25, per_day=6.0),
    "proxy_10": replace(_PROXY, shape="proxy_10", share=0.1, per_day=3.0),
    "proxy_5": replace(_PROXY, shape="proxy_5", share=0.05, per_day=1.5),
    "relay": replace(_PROXY, shape="relay", items="strangers", frames="tags", n_frames=1, per_day=8.0),
    "bare_items": replace(_UNRELATED, shape="bare_items", frames="bare", per_day=12.0),
    "low_and_slow": replace(
        _QUIET,
        shape="low_and_slow", per_day=3.0, created="drip", hours="diurnal", unequal=0.3,
        paraphrase=0.3, same_client=0.2, per_card=2.0,
    ),
    "thin_spray": replace(
        _QUIET,
        shape="thin_spray", per_day=1.0, days=2.0, share=0.3, besides="own", n_frames=1,
        created="aged", hours="burst", unequal=0.3, same_client=0.0,
    ),
    "graders": Pool(shape="graders", accounts=30, per_day=150.0, frames="grading", n_frames=4, per_card=4.0),
    "technique_search": Pool(
        shape="technique_search", accounts=60, per_day=40.0, searchers=0.15, per_card=4.0, request_settings="few"
    ),
    "logprob_harvest": Pool(
        shape="logprob_harvest", accounts=25, per_day=200.0, frames="harvest", n_frames=2, top_logprobs=20
    ),
    "takeover": Pool(
        shape="takeover", accounts=40, per_day=30.0, share=0.9, besides="own", created="aged",
        first_day=4.0, per_address=4.0, same_client=0.9, per_card=1.0, per_device=1.0,
        throwaway=0.0, prepaid=0.1,
    ),
    "failover": Pool(shape="failover", banned_after=3.0),
    "solo": replace(
        _QUIET,
        shape="solo", accounts=1, per_day=700.0, frames="mixed", n_frames=4, created="aged", same_client=0.0,
    ),
    "individuals": replace(_UNRELATED, shape="individuals", per_day=15.0, n_frames=2),
    "own_frames": replace(_UNRELATED, shape="own_frames", per_day=15.0, own_frame=True),
    "slow_drift": Pool(
        shape="slow_drift", per_day=12.0, share=0.6, ramp_days=40.0, created="aged", per_card=3.0, per_address=3.0,
        hours="diurnal", unequal=0.3, same_client=0.3,
    ),
    "resale": Pool(
        shape="resale", frames="none", per_day=12.0, share=0.0, created="drip", hours="diurnal",
        unequal=0.5, per_address=5.0,
    ),
}  # fmt: skip


def shape(name: str, **changes: object) -> Pool:
    """Pool of a known shape, with some settings changed.

    Raises
    ------
    UsageError
        If there is no such shape or setting.
    """
    if name not in SHAPES:
        raise UsageError(_unknown("shape of campaign", name, tuple(SHAPES)))
    settings = tuple(field.name for field in dataclasses.fields(Pool))
    for setting in changes:
        if setting not in settings:
            raise UsageError(_unknown("setting of a campaign", setting, settings))
    return replace(SHAPES[name], **changes)  # type: ignore[arg-type]


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"No {what} is called {name}.{hint} Known: {', '.join(known)}."
