"""Settings of a circle: benign accounts that have something in common, as alike or as different as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from detector.errors import UsageError

Bond = Literal["users", "gathering", "organisation"]
SignUps = Literal["over years", "launch", "within hours", "within days", "within weeks"]
Place = Literal["homes", "one hall", "servers", "exits"]
Card = Literal["own", "one", "by team", "none"]
Mailbox = Literal["own", "one domain"]
Client = Literal["own", "one", "versions"]
Tasks = Literal["own", "work", "sheet", "public set", "documents"]
Wording = Literal["none", "one", "modes", "own"]
Words = Literal["plain", "grading", "reasoning", "tags", "generation"]
WrittenIn = Literal["prompt", "system"]
When = Literal["evenings", "office", "flat", "two sittings"]
Settings = Literal["one", "few", "own"]

EXTRACTION = ("reasoning", "tags", "generation")


@dataclass(frozen=True)
class Circle:
    """Accounts of people who use the same tool, who met, or who work for one organisation, and what they ask.

    A circle is benign in one of three ways: its accounts have nothing but a tool or a text in common, they met, or they
    are one organisation that does not hide it. Settings that go with none of these are refused, and so is an
    organisation that has documents answered with reasoning, tags or training data, which only a contract tells from
    extraction.
    """

    name: str = "circle"  #: in the labels
    bond: Bond = "users"
    accounts: int = 60
    # who
    created: SignUps = "over years"
    place: Place = "homes"  #: where most requests come from; `exits` are those of a VPN
    card: Card = "own"
    mailbox: Mailbox = "own"
    client: Client = "own"
    # what
    tasks: Tasks = "own"  #: whatever people ask; their work, in English; exercises; parts of a set; documents once each
    wording: Wording = "none"  #: words round the tasks: the same, one of four, or each account its own
    words: Words = "plain"  #: what these ask for
    written_in: WrittenIn = "prompt"
    worded: float = 1.0  #: part of the prompts that stand in the words
    # how and when
    per_day: float = 6.0  #: requests of an account on a day
    unequal: float = 0.6  #: sigma of the accounts' loads
    hours: When = "evenings"
    request_settings: Settings = "own"
    answer_tokens: float = 400.0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing, or of which nobody could say that they are benign."""
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is Literal and getattr(self, name) not in get_args(kind):
                known = ", ".join(get_args(kind))
                raise UsageError(f"Circle: {name} = {getattr(self, name)!r} is not known; choose one of {known}.")
        if self.accounts < 1:
            raise UsageError(f"Circle: accounts = {self.accounts} is too small; give at least 1.")
        if not 0.0 <= self.worded <= 1.0:
            raise UsageError(f"Circle: worded = {self.worded} is a share; give a number from 0 to 1.")
        {"users": self._refuse_users, "gathering": self._refuse_gathering, "organisation": self._refuse_firm}[
            self.bond
        ]()

    def _refuse_users(self) -> None:
        if self.card in ("one", "by team") or self.mailbox == "one domain" or self.tasks == "documents":
            raise UsageError('Circle: users of a tool share neither cards, nor a mailbox domain, nor "documents".')
        if self.created.startswith("within") or self.hours == "two sittings" or self.unequal < 0.5:
            raise UsageError(
                "Circle: users of a tool come over years or at its launch, each at hours and loads of their own."
            )

    def _refuse_gathering(self) -> None:
        met = self.place == "one hall" or (self.place == "homes" and self.hours == "two sittings")
        if not met or self.hours == "flat" or not self.created.startswith("within"):
            raise UsageError(
                'Circle: a gathering signs up "within" a time and is in one hall, or at home in "two sittings".'
            )
        if self.card == "by team" or self.tasks == "documents":
            raise UsageError('Circle: a gathering has neither cards "by team" nor "documents".')

    def _refuse_firm(self) -> None:
        if self.mailbox == "own" or (self.card not in ("one", "by team") and self.place != "one hall"):
            raise UsageError('Circle: an organisation has "one domain", and cards of its own or one hall.')
        if self.tasks == "documents" and self.wording != "none" and self.words in EXTRACTION:
            raise UsageError('Circle: "documents" of an organisation go with words that are "plain" or "grading".')
