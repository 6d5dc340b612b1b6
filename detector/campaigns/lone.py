"""Accounts that no campaign holds and that extract by themselves, by extreme evidence of their own.

An account is looked at only if it works like a factory of a data set: at least a thousand different tasks, nearly all
in a few wordings of its own, and answers of a size that people publish as training data. Batch jobs, benchmarks and
judges do that, too, so it says nothing yet. Evidence is what is asked for, answers longer than nearly everybody gets,
how many tokens were taken, and, where a handful of accounts on one card share out the work, that they do. No two of the
first three that a busy honest customer may show - volume and long answers - reach the threshold together.

References
----------
.. [1] Zhou, C. et al. (2023), "LIMA: less is more for alignment", NeurIPS: a thousand examples suffice to tune a model.
.. [2] Taori, R. et al. (2023), "Stanford Alpaca": 52,000 answers, about three million tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import digits
from detector.campaigns.examine import Group
from detector.campaigns.reference import Reference
from detector.campaigns.verify.elicitation import CLASSES, FLOOR, asks_for
from detector.profiles.tables import Tables
from detector.remembering import once
from detector.settings import Campaigns

WORDINGS = ("head", "tail", "phrase_0", "phrase_1", "phrase_2", "phrase_3")
#: Share of an account's requests that makes a wording one of its frames, share that must stand in frames, and share of
#: other accounts from which a wording is nobody's own.
LEAST_FRAME, LEAST_IN_FRAMES, MOST_COMMON = 0.05, 0.8, 0.05
#: Different tasks, and tokens of answers to them, of the smallest data set worth the name.
LEAST_TASKS, LEAST_TOKENS = 1_000, 1_000_000
#: Share of requests that must ask for a thing; marking answers is what honest judges do, and counts for nothing here.
LEAST_ASKING, HONEST = 0.2, ("grading",)
#: Answers it takes to know how long they are, and accounts it takes to know how long others' are.
MANY_ANSWERS, MANY_ACCOUNTS = 20, 50
#: Evidence: what is asked for, long answers, tokens (two digits from a tenth of the least to ten times it), a handful.
CAP_ASKING, CAP_LONG, CAP_TOKENS, HANDFUL = 3.0, 2.0, 2.0, 1.5
#: Part of the evidence of a second thing that counts: honest customers have one use for the model's reasoning.
ANOTHER = 0.5
MOST_IN_HAND = 6


@dataclass(frozen=True)
class Lone:
    """An account that is flagged by itself.

    Attributes
    ----------
    account : int
    digits : float
        Its evidence, decimal digits.
    reasons : tuple of str
        Sentences for the report.
    """

    account: int
    digits: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Factory:
    """A data set's worth of tasks in few wordings, sent by one account."""

    account: int
    rows: pd.DataFrame
    frames: frozenset[int]
    in_frames: float
    tasks: float
    tokens: float


def lone_extractors(tables: Tables, groups: Sequence[Group], settings: Campaigns) -> list[Lone]:
    """Accounts to be flagged by themselves, in order of their codes.

    Members of campaigns that are flagged or suppressed, and accounts of verified organisations, are left out.
    """
    held, grouped = np.zeros(len(tables.accounts), bool), np.zeros(len(tables.accounts), bool)
    for group in groups:
        grouped[group.cohort.members] = True
        held[group.cohort.members] |= group.flags or group.suppressed is not None
    verified = tables.accounts["organization_verified"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    busy = (Reference(tables, np.flatnonzero(~grouped)).totals >= LEAST_TASKS) & ~held & ~verified
    reference = Reference(tables, np.flatnonzero(~grouped & ~busy))
    able = busy & (tables.n_distinct["prompt"].to_numpy() >= LEAST_TASKS) & (_answered(tables) >= LEAST_TOKENS)
    found = [factory for account in np.flatnonzero(able).tolist() if (factory := _factory(account, reference))]
    weighed = [_weighed(factory, found, reference) for factory in found]
    return [one for one in weighed if one.digits >= settings.alone]


@once
def _answered(tables: Tables) -> npt.NDArray[np.float64]:
    """Tokens of all answers to each account, shape (n_accounts,)."""
    sums = np.bincount(tables.days["account"], tables.days["output_tokens"], len(tables.accounts))
    return sums.astype(np.float64)


def _factory(account: int, reference: Reference) -> Factory | None:
    """What an account works through, if that is a data set."""
    tables = reference.tables
    cohort = Cohort(np.array([account]), np.ones(1, bool), reference)
    rows, frames = cohort.rows, _frames(cohort)
    framed = np.isin(rows[list(WORDINGS)].to_numpy(dtype=np.uint64), list(frames)).any(axis=1)
    share = float(np.average(framed, weights=rows["weight"])) if len(rows) else 0.0
    tasks = share * float(tables.n_distinct["prompt"].get(account, 0))
    tokens = share * float(_answered(tables)[account])
    if share < LEAST_IN_FRAMES or tasks < LEAST_TASKS or tokens < LEAST_TOKENS:
        return None
    return Factory(account, rows.iloc[np.flatnonzero(framed)], frames, share, tasks, tokens)


def _frames(cohort: Cohort) -> frozenset[int]:
    """Wordings that the account keeps to and hardly anybody else uses."""
    rows, shared = cohort.rows, cohort.keys
    weight = rows["weight"].to_numpy()
    own: set[int] = set()
    for name in WORDINGS:
        values, at = np.unique(rows[name].to_numpy(dtype=np.uint64), return_inverse=True)
        kept = np.bincount(at, weights=weight) >= LEAST_FRAME * weight.sum()
        own |= {int(value) for value in values[kept] if value}
    common = shared["degree"].to_numpy() > MOST_COMMON * cohort.reference.n_principals
    return frozenset(own.difference(shared["key"].to_numpy(dtype=np.uint64)[common].tolist()))


def _weighed(one: Factory, factories: Sequence[Factory], reference: Reference) -> Lone:
    parts = [_tokens(one), _asking(one, reference), _long_answers(one, reference), _handful(one, factories, reference)]
    return Lone(one.account, sum(weight for weight, _ in parts), tuple(said for weight, said in parts if weight > 0))


def _tokens(one: Factory) -> tuple[float, str]:
    said = (
        f"{one.in_frames:.0%} of its prompts are tasks in {len(one.frames)} wordings of its own, about "
        f"{one.tasks:,.0f} different ones, with {one.tokens / 1e6:.1f} million tokens of answers."
    )
    return float(np.clip(math.log10(10 * one.tokens / LEAST_TOKENS), 0.0, CAP_TOKENS)), said


def _asking(one: Factory, reference: Reference) -> tuple[float, str]:
    """The strongest thing that many of its tasks ask for, and half of what many others ask for besides."""
    asks, weight = one.rows["asks"].to_numpy(), one.rows["weight"].to_numpy()
    first, chosen, said = _strongest(asks, weight, reference, HONEST)
    second, _, more = _strongest(np.where(chosen, 0, asks), weight, reference, ())
    return (first + ANOTHER * second, " ".join((said, more)).strip()) if first else (0.0, "")


def _strongest(
    asks: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], reference: Reference, but: tuple[str, ...]
) -> tuple[float, npt.NDArray[np.bool_], str]:
    """Digits, requests and sentence of the strongest thing that these requests ask for, but for some."""
    found = (0.0, np.zeros(len(asks), bool), "")
    for name, (bits, words, worth) in CLASSES.items():
        asking = asks_for(asks, bits)
        share = float(np.average(asking, weights=weight))
        if name in but or share < LEAST_ASKING:
            continue
        rate = max(FLOOR, reference.share_asking(bits, LEAST_ASKING))
        said = f"{share:.0%} of its tasks ask for {words}; {rate:.1%} of other accounts ask for that so often."
        found = max(found, (worth * digits(rate, CAP_ASKING), asking, said), key=lambda each: each[0])
    return found


def _long_answers(one: Factory, reference: Reference) -> tuple[float, str]:
    answers = one.rows["output_tokens"].dropna()
    others = _middle_answers(reference)
    if len(answers) < MANY_ANSWERS or len(others) < MANY_ACCOUNTS:
        return 0.0, ""
    middle = float(answers.median())
    p = (1 + int((others >= middle).sum())) / (1 + len(others))
    said = f"Its answers have {middle:.0f} tokens in the middle; {p:.1%} of other accounts get as long ones."
    return (digits(p, CAP_LONG), said) if p <= 0.1 else (0.0, "")


@once
def _middle_answers(reference: Reference) -> npt.NDArray[np.float64]:
    """Median answer of each other account with enough of them."""
    known = reference.rows[["account", "output_tokens"]].dropna().groupby("account")["output_tokens"]
    found: npt.NDArray[np.float64] = known.median()[known.size() >= MANY_ANSWERS].to_numpy(dtype=np.float64)
    return found


def _handful(one: Factory, factories: Sequence[Factory], reference: Reference) -> tuple[float, str]:
    """Whether a few accounts on one card or device work through one set of tasks: one would run into its limits."""
    people = reference.tables.accounts
    for fact, words in (("payment_fingerprint", "card"), ("device_id", "device")):
        own = people[fact].iloc[one.account]
        if pd.isna(own):
            continue
        hand = [other for other in factories if other.frames & one.frames and people[fact].iloc[other.account] == own]
        if 2 <= len(hand) <= MOST_IN_HAND:
            return HANDFUL, f"{len(hand)} accounts on one {words} work through such tasks in the same words."
    return 0.0, ""
