"""Settings of a campaign: many accounts of one operator, as strong or as sly as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from detector.errors import UsageError

Frames = Literal["reasoning", "grading", "generation", "tags", "harvest", "mixed", "bare", "none"]
FramedBy = Literal["prompt", "system", "second turn"]
Items = Literal["data_set", "strangers"]
RequestSettings = Literal["one", "few", "own"]
Created = Literal["burst", "drip", "aged"]
Hours = Literal["flat", "diurnal", "burst"]
Besides = Literal["strangers", "own"]

#: Languages in which operators have frames.
LANGUAGES = ("en", "es", "ru", "zh", "ja", "th", "hi", "ko", "ar")


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
    frames: Frames = "reasoning"  #: `bare` deals a data set out with no words round its items
    framed_by: FramedBy = "prompt"  #: round the item, in a system prompt above it, or asked after its answer
    n_frames: int = 3
    own_frame: bool = False  #: every account words a frame of its own, once
    paraphrase: float = 0.0  #: part of the requests whose frame is worded anew
    languages: tuple[str, ...] = ("en",)
    items: Items = "data_set"  #: what a frame stands round: `strangers` are real users' requests, relayed
    subjects: int = 0  #: subjects of the data set; 0: all there are
    answers: int = 1  #: times each item is asked for, to choose from the answers, whichever accounts ask
    searchers: float = 0.0  #: part of the accounts that first try techniques; the others scale the best one
    search_days: float = 2.0
    # how
    request_settings: RequestSettings = "one"  #: combinations of settings: one, a few, or each account its own
    top_logprobs: int = 0
    answer_tokens: float = 0.0  #: median length of an answer; 0: what the frames call for
    answer_spread: float = 0.5
    pivot: float = 0.0  #: part of the requests that goes to a new model within a day of its launch
    # when
    first_day: float = 1.0
    days: float = 365.0  #: length, cut at the end of the log
    hours: Hours = "flat"
    unequal: float = 0.0  #: sigma of the accounts' loads; 0 deals evenly
    ramp_days: float = 0.0  #: days over which extraction grows from nothing, a little each day
    created: Created = "burst"
    burst_hours: float = 10.0
    banned_after: float = 0.0  #: half of the accounts are closed after so many days; 0: never
    handover_hours: float = 3.0  #: from the ban until the other half takes over; the banned get 403
    # who
    pools: int = 1  #: parts with cards, exits, devices, clients and sign-ups of their own
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
        for name in ("share", "paraphrase", "searchers", "pivot", "prepaid", "throwaway", "same_client"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                found = getattr(self, name)
                raise UsageError(f"Pool: {name} = {found} is a share; give a number from 0 to 1.")
        for name in ("pools", "per_card", "per_address", "per_device", "n_frames", "accounts", "answers"):
            if getattr(self, name) < 1:
                found = getattr(self, name)
                raise UsageError(f"Pool: {name} = {found} is too small; give at least 1.")
        for language in self.languages:
            if language not in LANGUAGES:
                raise UsageError(f"Pool: languages has {language!r}; choose from {', '.join(LANGUAGES)}.")
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        if (self.own_frame or self.items == "strangers") and self.frames not in ("reasoning", "tags"):
            raise UsageError('Pool: own_frame and items = "strangers" need frames = "reasoning" or "tags".')
        if self.answers > 1 and (self.own_frame or self.items == "strangers" or self.searchers):
            raise UsageError('Pool: answers goes with none of own_frame, items = "strangers", searchers; choose one.')
        if self.framed_by != "prompt" and (
            self.frames not in ("reasoning", "generation", "tags")
            or (self.languages != ("en",) or self.own_frame or self.paraphrase or self.searchers)
            or self.items == "strangers"
        ):
            raise UsageError(
                f'Pool: framed_by = "{self.framed_by}" needs frames = "reasoning", "generation" or "tags", in '
                "English, fixed and one for all accounts, and items of a data set."
            )
        if self.frames == "bare" and self.paraphrase:
            raise UsageError('Pool: paraphrase words frames anew, and frames = "bare" has none; leave it out.')
        if self.banned_after and (self.items == "strangers" or self.searchers):
            raise UsageError('Pool: banned_after goes with neither items = "strangers" nor searchers; choose one.')
        if self.searchers and (self.items == "strangers" or self.own_frame):
            raise UsageError('Pool: searchers goes with neither items = "strangers" nor own_frame; choose one.')
        if self.share == 0.0 and self.frames != "none":
            raise UsageError('Pool: share = 0 extracts nothing; say frames = "none" for resale.')
