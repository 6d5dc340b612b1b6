"""Settings of a campaign: many accounts of one operator, as strong or as sly as asked."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass, replace
from typing import Literal, get_args, get_origin, get_type_hints

from detector.errors import UsageError

Frames = Literal["reasoning", "grading", "generation", "tags", "harvest", "mixed", "none"]
Created = Literal["burst", "drip", "aged"]
Hours = Literal["flat", "diurnal", "burst"]
Besides = Literal["strangers", "own"]

#: Languages in which operators have frames.
LANGUAGES = ("en", "es", "ru", "zh", "ja", "th", "hi")


@dataclass(frozen=True)
class Pool:
    """One operator's accounts and what they do.

    The defaults are a load-balanced pool with a few fixed frames, the loudest shape. Reported
    campaigns asked between 2 and about 1,100 requests of an account a day; what else can be set
    here is nowhere reported and has to be swept, not believed.
    """

    accounts: int = 120
    per_day: float = 25.0  #: extraction requests per account on a day of the campaign
    share: float = 1.0  #: part of an account's requests that extracts; below 1, the rest is …
    besides: Besides = "strangers"  #: … resold traffic, or the owner's own use at its own pace
    shape: str = "balanced"  #: name in the labels
    # what is asked
    frames: Frames = "reasoning"
    n_frames: int = 3
    paraphrase: float = 0.0  #: part of the requests whose frame is worded anew
    languages: tuple[str, ...] = ("en",)
    top_logprobs: int = 0
    # when
    first_day: float = 1.0
    days: float = 365.0  #: length, cut at the end of the log
    hours: Hours = "flat"
    unequal: float = 0.0  #: sigma of the accounts' loads; 0 deals evenly
    created: Created = "burst"
    burst_hours: float = 10.0
    banned_after: float = 0.0  #: half of the accounts are closed after so many days; 0: never
    # who
    per_card: float = 6.0  #: accounts per payment instrument; 1: a card each
    prepaid: float = 0.8  #: part of the accounts on prepaid cards
    per_address: float = 8.0  #: accounts per exit address; 1: residential exits, none shared
    per_device: float = 5.0
    throwaway: float = 0.6  #: part of the accounts with a disposable mailbox
    same_client: float = 0.8  #: part of the accounts with the operator's own client

    @property
    def kind(self) -> Literal["distillation", "resale"]:
        """What an analyst would call it: a pool without extraction is resale."""
        return "resale" if self.frames == "none" else "distillation"

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is Literal and getattr(self, name) not in get_args(kind):
                known = ", ".join(get_args(kind))
                found = getattr(self, name)
                raise UsageError(f"Pool: {name} = {found!r} is not known; choose one of {known}.")
        for name in ("share", "paraphrase", "prepaid", "throwaway", "same_client"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                found = getattr(self, name)
                raise UsageError(f"Pool: {name} = {found} is a share; give a number from 0 to 1.")
        for name in ("per_card", "per_address", "per_device", "n_frames", "accounts"):
            if getattr(self, name) < 1:
                found = getattr(self, name)
                raise UsageError(f"Pool: {name} = {found} is too small; give at least 1.")
        for language in self.languages:
            if language not in LANGUAGES:
                raise UsageError(f"Pool: languages has {language!r}; choose from {', '.join(LANGUAGES)}.")
        if self.share == 0.0 and self.frames != "none":
            raise UsageError('Pool: share = 0 extracts nothing; say frames = "none" for resale.')


_QUIET = Pool(per_card=1.0, per_address=1.0, per_device=1.0, throwaway=0.1, prepaid=0.2)

#: Known attack shapes and one grey pool, ready to be changed.
SHAPES: dict[str, Pool] = {
    "balanced": Pool(),
    "paraphrased": Pool(shape="paraphrased", paraphrase=1.0, per_card=3.0, unequal=0.2),
    "proxy_mixed": Pool(
        shape="proxy_mixed", share=0.2, per_day=6.0, created="drip", per_card=3.0, per_address=3.0,
        hours="diurnal", unequal=0.3, same_client=0.3,
    ),
    "low_and_slow": replace(
        _QUIET,
        shape="low_and_slow", per_day=3.0, created="drip", hours="diurnal", unequal=0.3,
        paraphrase=0.3, same_client=0.2, per_card=2.0,
    ),
    "graders": Pool(
        shape="graders", accounts=30, per_day=150.0, frames="grading", n_frames=4, per_card=4.0
    ),
    "solo": replace(
        _QUIET,
        shape="solo", accounts=1, per_day=700.0, frames="mixed", n_frames=4, created="aged",
        same_client=0.0,
    ),
    "thin_spray": replace(
        _QUIET,
        shape="thin_spray", per_day=1.0, days=2.0, share=0.3, besides="own", n_frames=1,
        created="aged", hours="burst", unequal=0.3, same_client=0.0,
    ),
    "takeover": Pool(
        shape="takeover", accounts=40, per_day=30.0, share=0.9, besides="own", created="aged",
        first_day=4.0, per_address=4.0, same_client=0.9, per_card=1.0, per_device=1.0,
        throwaway=0.0, prepaid=0.1,
    ),
    "logprob_harvest": Pool(
        shape="logprob_harvest", accounts=25, per_day=200.0, frames="harvest", n_frames=2,
        top_logprobs=20,
    ),
    "failover": Pool(shape="failover", banned_after=3.0),
    "other_script": Pool(shape="other_script", languages=("zh", "ja", "ru", "th", "hi")),
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
