"""How varied an account's requests are: the frames and what fills them, kept apart.

Template diversity falls and payload diversity rises when a script pours a data set into a fixed
prompt; one number for both would cancel itself out.
"""

from __future__ import annotations

import numpy as np

from detector.features import counting, samples
from detector.features.base import Floats, Ints, feature
from detector.features.clock import steps
from detector.features.counting import (
    distinct_in_ten,
    match_chance,
    ratio,
    share_of_largest,
    where,
)
from detector.features.daily import total
from detector.features.phrases import requests_with_commonest_phrase, requests_with_phrase
from detector.features.ranges import in_ranges
from detector.features.samples import hashes, uses_of_value, value_counts
from detector.profiles.tables import Tables


@feature(unit="templates", suspicious="low", needs=("prompt",))
def templates_in_ten(tables: Tables) -> Floats:
    """Distinct templates expected among ten of the account's requests.

    1 is one fixed skeleton, 10 never the same twice. Rarefied, so that busy and quiet accounts
    compare; undefined below ten sampled requests.

    Benign causes of a low value: products with one prompt, classification and translation jobs.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": variations of one
           prompt, tens of thousands of times over hundreds of accounts.
    """
    return distinct_in_ten(value_counts(tables, "template"))


@feature(unit="openings", suspicious="low", needs=("prompt",))
def heads_in_ten(tables: Tables) -> Floats:
    """Distinct openings, the first dozen words, expected among ten of the account's requests.

    Benign causes of a low value: products with one prompt, agents that open with instructions.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    return distinct_in_ten(value_counts(tables, "head"))


@feature(unit="chance", suspicious="high", needs=("prompt",))
def template_repetition(tables: Tables) -> Floats:
    """Chance that two of the account's requests have one template.

    2 to the power of minus the (collision) entropy of the templates. Needs two requests.

    Benign causes of a high value: products with one prompt, classification and translation jobs.

    References
    ----------
    .. [1] Simpson, E. H. (1949), "Measurement of diversity", Nature 163.
    """
    return match_chance(value_counts(tables, "template"))


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def dominant_head_share(tables: Tables) -> Floats:
    """Share of requests that open with the account's commonest first dozen words.

    Benign causes of a high value: products with one prompt, accounts with one or two requests.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": one fixed prompt
           injected into each request.
    """
    return share_of_largest(value_counts(tables, "head"))


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def dominant_tail_share(tables: Tables) -> Floats:
    """Share of requests that end with the account's commonest last dozen words.

    Benign causes of a high value: products that end with rules for the output format.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": one fixed prompt
           injected into each request.
    """
    return share_of_largest(value_counts(tables, "tail"))


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def dominant_phrase_share(tables: Tables) -> Floats:
    """Share of requests that hold the account's commonest run of words, wherever it stands.

    Benign causes of a high value: products with one prompt, signatures, quoted e-mail footers.

    References
    ----------
    .. [1] Schleimer, S., Wilkerson, D. S. and Aiken, A. (2003), "Winnowing: local algorithms
           for document fingerprinting", SIGMOD.
    """
    return ratio(requests_with_commonest_phrase(tables), requests_with_phrase(tables))


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def distinct_prompt_share(tables: Tables) -> Floats:
    """Distinct prompts per request with a prompt, over the whole window.

    Benign causes of a high value: anybody with something new to ask, data pipelines.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": unique tasks by
           the ten thousand under few structures.
    """
    distinct = tables.n_distinct["prompt"].reindex(tables.accounts.index).to_numpy(np.float64)
    return np.minimum(ratio(distinct, total(tables, "with_prompt")), 1)


@feature(unit="chance", suspicious="high", needs=("prompt",))
def payload_in_frame(tables: Tables) -> Floats:
    """Chance that two requests with the account's commonest opening are otherwise different.

    1 when the frame is filled anew each time, as when a data set is poured into a prompt.
    Needs five requests in the frame.

    Benign causes of a high value: every pipeline over documents, tickets or translations.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    frame = samples.dominant_value(tables, "head")
    account, prompt = samples.accounts_of(tables), hashes(tables, "prompt")
    inside = (hashes(tables, "head") == frame[account]) & (prompt != 0)
    copies = samples.copies_of(tables)[inside]
    counts = counting.count_pairs(account[inside], prompt[inside], copies, len(tables.accounts))
    return where(1 - match_chance(counts), counts.total >= 5)


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def framed_novelty_share(tables: Tables) -> Floats:
    """Share of requests that fill an opening used at least three times with a prompt sent once.

    Benign causes of a high value: every pipeline over documents, tickets or translations.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    framed = uses_of_value(tables, "head") >= 3
    known = hashes(tables, "prompt") != 0
    return samples.weighted_share(tables, framed & (uses_of_value(tables, "prompt") == 1), known)


@feature(unit="chance", suspicious="high", needs=("prompt",))
def topic_repetition(tables: Tables) -> Floats:
    """Chance that two of the account's requests share a topic, one of 256 buckets of like words.

    Benign causes of a high value: products for one field, such as support or law.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": massive volume
           concentrated in a few areas.
    """
    return match_chance(value_counts(tables, "topic"))


@feature(unit="topics", suspicious="high", needs=("prompt",))
def topics_in_ten(tables: Tables) -> Floats:
    """Distinct topics expected among ten of the account's requests.

    10 when a wide field is swept evenly; people come back to what they work on.

    Benign causes of a high value: evaluation suites, assistants for many people, curiosity.

    References
    ----------
    .. [1] Google Threat Intelligence Group (2026), "AI threat tracker": breadth of questions.
    """
    return distinct_in_ten(value_counts(tables, "topic"))


@feature(unit="difference of chances", suspicious="low", needs=("prompt",))
def topic_persistence(tables: Tables) -> Floats:
    """How much likelier two requests in a row share a topic than any two of the account do.

    People stay with a task; a shuffled data set has no memory and gives 0. Needs twenty requests.

    Benign causes of a low value: services whose many users act independently, batch jobs.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": work shared out
           over accounts.
    """
    in_a_row, size = map(np.concatenate, zip(*map(_topic_in_a_row, in_ranges(tables)), strict=True))
    return where(in_a_row - match_chance(value_counts(tables, "topic")), size >= 19)


def _topic_in_a_row(tables: Tables) -> tuple[Floats, Ints]:
    """Share of the pairs of requests in a row that share a topic, and number of such pairs."""
    topic, pairs, n = samples.integers(tables, "topic"), steps(tables), len(tables.accounts)
    known = (topic[pairs.before] >= 0) & (topic[pairs.after] >= 0)
    same = known & (topic[pairs.before] == topic[pairs.after])
    size = np.bincount(pairs.account[known], minlength=n)
    return ratio(np.bincount(pairs.account[same], minlength=n), size), size


@feature(unit="ratio", suspicious="low", needs=("prompt",))
def prompt_length_variation(tables: Tables) -> Floats:
    """Spread of the lengths of the account's prompts, relative to their mean.

    Needs five requests with a prompt.

    Benign causes of a low value: forms and other products that fill a fixed template.

    References
    ----------
    .. [1] Juuti, M. et al. (2019), "PRADA: protecting against DNN model stealing attacks",
           EuroS&P: queries of an extraction are spaced unlike those of people.
    """
    return samples.variation(tables, "prompt_chars", least=5)


@feature(unit="system prompts", suspicious="high", needs=("system_prompt",))
def systems_in_ten(tables: Tables) -> Floats:
    """Distinct system prompts expected among ten of the account's requests that have one.

    An account that relays for many applications shows many of them.

    Benign causes of a high value: agencies, gateways, agents that keep notes in that prompt.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": real users' requests
           relayed through pools of accounts.
    """
    return distinct_in_ten(value_counts(tables, "system"))
