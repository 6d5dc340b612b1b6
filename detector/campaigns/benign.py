"""Innocent explanations: which ordinary group fits best, how well, and what that takes from the evidence.

An explanation is weighed against what the accounts are said to take, not against their belonging together: a course
or a firm's roll-out *is* coordinated. The priors are in the same decimal digits as evidence.

References
----------
.. [1] Stringhini, G. et al. (2015), "EvilCohort", USENIX Security (communities of benign accounts behind one address).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from detector.campaigns.ramp import ramp
from detector.campaigns.traits import Traits


@dataclass(frozen=True)
class Explanation:
    """An innocent reading of a group.

    Attributes
    ----------
    name : str
        The benign class.
    fit : float
        How well the group matches it, in [0, 1].
    prior : float
        Evidence it takes away where it fits fully, in decimal digits.
    why_not : str
        What does not fit.
    look_at : str
        What would decide.
    """

    name: str
    fit: float
    prior: float
    why_not: str
    look_at: str

    @property
    def weight(self) -> float:
        """Evidence that is taken away."""
        return self.fit * self.prior


def _organisation(t: Traits) -> Explanation:
    overt = t.owner.overt
    return Explanation(
        "one organisation that does not hide",
        ramp(overt, 0.6, 0.9) if t.size >= 3 else 0.0,
        12.0,
        f"at most {overt:.0%} of the accounts share "
        + ("two of card, mailbox domain, place of sign-up and organisation" if t.owner.known else "one network")
        + "; an organisation's would all",
        "whether a contract, invoice or domain record ties the accounts to one customer",
    )


def _course(t: Traits) -> Explanation:
    fit = min(
        ramp(max(t.owner.signup, t.owner.domain, t.owner.address, t.one_referrer), 0.3, 0.7),
        max(ramp(t.unpaid, 0.4, 0.8) * max(0.1, t.own_interests, ramp(t.replay, 0.02, 0.1)), ramp(t.replay, 0.1, 0.3)),
        1.0 - t.dealt,
        # students pay for themselves, or one payer does for all; their mailboxes are the school's, or all sorts
        1.0 - _bought(t),
    )
    return Explanation(
        "a course or workshop",
        fit,
        6.0,
        f"{t.unpaid:.0%} of the accounts are unpaid, {max(t.owner.signup, t.owner.address):.0%} come from one "
        f"place, {t.one_referrer:.0%} by one link, {t.replay:.1%} of prompts are alike; "
        "a class shares place or link, and exercises",
        "whether the sign-up address or mailbox domain belongs to a school, and whether the use ends with the term",
    )


def _bought(t: Traits) -> float:
    """How much cards and mailboxes look like an operator's stock, from 0 to 1."""
    return max(ramp(t.pooled, 0.2, 0.5), ramp(t.mailboxes, 1.0, 3.0))


def _household(t: Traits) -> Explanation:
    fit = 1.0 if t.size <= 6 and max(t.owner.address, t.owner.signup) >= 0.6 else 0.0
    return Explanation(
        "a household or small team",
        fit,
        4.0,
        f"{t.size} accounts are more than share a home, or they do not share an address",
        "whether the address is residential and the accounts are used at different hours",
    )


def _application(t: Traits) -> Explanation:
    return Explanation(
        "users of one application",
        min(ramp(t.in_system, 0.2, 0.6), ramp(t.own_interests, 0.3, 0.7)),
        5.0,
        f"{t.in_system:.0%} of prompts stand under a shared system prompt; {_interests(t)}",
        "whether the shared text is published with a tool or an application",
    )


def _interests(t: Traits) -> str:
    return f"by their topics alone, that members have interests of their own has a chance of {t.own_interests:.0%}"


def _loose(t: Traits) -> float:
    """How little ties the accounts of a group to one owner, from 0 to 1."""
    # strangers have cards of their own, two accounts to a card are a tie however many cards there are
    return 1.0 - max(ramp(t.tied, 2.0, 5.0), ramp(t.pooled, 0.5, 0.9))


def _signs(t: Traits) -> float:
    """How many signs of a scheduler there are beside what is asked, from 0 to 3."""
    return sum(ramp(sign, 1.0, 3.0) for sign in (t.equal, t.begun, t.rotated))


def _scheduled(t: Traits) -> float:
    """How far tasks are dealt out by a scheduler: what users of one tool ask looks like it, too, from 0 to 1."""
    return t.dealt * min(1.0, _signs(t))


def _of_many(t: Traits, owned: float) -> float:
    """How far accounts behind one network are those of many, by what ties them to one owner, from 0 to 1."""
    return (1.0 - ramp(owned, 1.0, 3.0)) * (1.0 - 0.5 * ramp(t.equal, 1.0, 3.0)) * (1.0 - _scheduled(t))


def _service(t: Traits) -> Explanation:
    return Explanation(
        "users of an application that calls from its own servers",
        ramp(t.owner.address, 0.6, 0.9) * _of_many(t, t.owned + t.signed_up),
        9.0,
        f"{t.owner.address:.0%} of the accounts send mostly from one network; cards, mailboxes, sign-ups and first "
        f"requests tie them together by {t.owned + t.signed_up:.0f} decimal digits of evidence, which users' would not",
        "whether the network belongs to an application that takes keys of its users",
    )


def _place(t: Traits) -> Explanation:
    # who meets in a place signs up there and then, too
    return Explanation(
        "people in one place",
        ramp(min(t.owner.address, t.owner.signup), 0.6, 0.9) * _of_many(t, t.owned),
        9.0,
        f"{min(t.owner.address, t.owner.signup):.0%} of the accounts sign up and send from one network; cards, "
        f"devices, mailboxes and first requests tie them together by {t.owned:.0f} decimal digits of evidence",
        "whether the network is that of a hall, a library or a shared office",
    )


def _benchmark(t: Traits) -> Explanation:
    return Explanation(
        "a public benchmark that several groups run",
        _loose(t) * ramp(t.replay, 0.1, 0.4),
        9.0,
        f"only {t.replay:.1%} of prompts are sent by more than one account; a benchmark's all are",
        "whether the prompts are those of a published test set",
    )


def _event(t: Traits) -> Explanation:
    # who comes to an event has ideas of their own, or all work at what the event has set; nobody's cards are shared out
    free, set_ = ramp(t.own_interests, 0.3, 0.7), min(ramp(t.replay, 0.1, 0.4), 1.0 - _bought(t))
    # who spreads a data set over many accounts does not have one card pay for all of them, a sponsor does
    own_way = (1.0 - 0.5 * ramp(t.equal, 1.0, 3.0)) * (1.0 - ramp(t.devices, 1.0, 2.5)) * (1.0 - t.dealt)
    sponsored = ramp(t.owner.payment, 0.6, 0.9) * own_way
    return Explanation(
        "a hackathon or promotion",
        min(ramp(t.created_72h, 0.6, 0.95), max(free, set_, sponsored)),
        4.0 + 4.0 * sponsored,
        f"{t.created_72h:.0%} of the accounts were created within three days, one card pays for "
        f"{t.owner.payment:.0%}; {t.replay:.1%} of prompts are alike; " + _interests(t),
        "whether a promotion or event was on at the time of sign-up",
    )


def _published(t: Traits) -> Explanation:
    # many an honest firm has its answers marked, as many as it gives; whole trains of thought, hardly one
    even = 0.0 if t.judging else min(0.7, 0.35 * _signs(t))
    return Explanation(
        "unrelated users of a published prompt",
        _loose(t) * (1.0 - even) * (1.0 - _scheduled(t)) * t.worded,
        9.0,
        f"payment, network, identity and time of sign-up tie the accounts together by {t.tied:.0f} decimal digits of "
        f"evidence, equal loads, a start in the same hours and frames in equal proportions by "
        f"{t.equal + t.begun + t.rotated:.0f}, which unrelated users' would "
        "not",
        "whether the shared text can be found in public",
    )


def _strangers(t: Traits) -> Explanation:
    # a prompt that asks for nothing and that nobody keeps to is none: strangers have other loads then, too
    return Explanation(
        "accounts that have nothing to do with each other",
        _loose(t) * (1.0 - ramp(t.equal, 1.0, 3.0)) * (1.0 - t.dealt) * (not t.worded),
        9.0,
        f"loads are equal by {t.equal:.0f} decimal digits of evidence, which strangers' are not",
        "whether anything but what they share here connects the accounts",
    )


EXPLANATIONS: tuple[Callable[[Traits], Explanation], ...] = (
    _organisation,
    _course,
    _household,
    _application,
    _service,
    _place,
    _benchmark,
    _event,
    _published,
    _strangers,
)


def best_explanation(traits: Traits) -> Explanation:
    """The innocent explanation that takes most from the evidence."""
    return max((explain(traits) for explain in EXPLANATIONS), key=lambda e: (e.weight, e.fit, e.prior))
