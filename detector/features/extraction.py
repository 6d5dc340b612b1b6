"""What an account asks for and what it takes away: signs that the answers are the product."""

from __future__ import annotations

import numpy as np

from detector.features import samples
from detector.features.base import Floats, feature
from detector.features.counting import count_pairs, match_chance, ratio, where
from detector.features.daily import share
from detector.features.samples import hashes
from detector.profiles.tables import Tables


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def asks_reasoning_share(tables: Tables) -> Floats:
    """Share of prompts that ask for a whole train of thought to be written out.

    "Step by step" alone does not count: half the world writes that.

    Benign causes of a high value: tutoring, audit trails, tutorials on prompting.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": prompts that ask
           to imagine and write out the reasoning behind a completed response.
    """
    return share(tables, "asks_reasoning", "with_prompt")


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def asks_hidden_share(tables: Tables) -> Floats:
    """Share of prompts that ask for reasoning that is hidden or came before.

    Benign causes of a high value: red teams, debugging of agents, stories with inner monologue.

    References
    ----------
    .. [1] OpenAI (2026), "Disrupting a coordinated model-distillation campaign": protected
           reasoning copied into another conversation to be transcribed.
    .. [2] Google Threat Intelligence Group (2026), "AI threat tracker": reasoning trace coercion.
    """
    return share(tables, "asks_hidden", "with_prompt")


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def asks_grading_share(tables: Tables) -> Floats:
    """Share of prompts that have a text marked by a rubric.

    Benign causes of a high value: models as judges are one of the commonest honest workloads;
    schools.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": rubric-based
           grading, the model used as a reward model.
    """
    return share(tables, "asks_grading", "with_prompt")


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def asks_generation_share(tables: Tables) -> Floats:
    """Share of prompts that ask for training data to be made.

    Benign causes of a high value: permitted generation of synthetic data, test fixtures.

    References
    ----------
    .. [1] Wang, Y. et al. (2023), "Self-Instruct: aligning language models with self-generated
           instructions", ACL.
    """
    return share(tables, "asks_generation", "with_prompt")


@feature(unit="share of requests", suspicious="high", needs=("prompt",))
def asks_tags_share(tables: Tables) -> Floats:
    """Share of prompts that name tags to wrap a train of thought in.

    Benign causes of a high value: agent frameworks with scratchpads, advice of providers.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": reasoning forced into
           inline tags before the answer.
    """
    return share(tables, "asks_tags", "with_prompt")


@feature(unit="chance", suspicious="high", needs=("prompt",))
def elicitation_sameness(tables: Tables) -> Floats:
    """Chance that two requests that elicit anything do so in the same frame.

    The larger of the chances that two such requests share their opening or their end: curious
    people word it anew, a script does not. Needs three such requests.

    Benign causes of a high value: products that show their reasoning, automatic graders.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": one fixed prompt
           injected into each request.
    """
    eliciting = samples.integers(tables, "asks") != 0
    account, copies = samples.accounts_of(tables), samples.copies_of(tables)
    chances = []
    for column in ("head", "tail"):
        values = hashes(tables, column)
        rows = np.flatnonzero(eliciting & (values != 0))
        counts = count_pairs(account[rows], values[rows], copies[rows], len(tables.accounts))
        chances.append(where(match_chance(counts), counts.total >= 3))
    return np.fmax(*chances)


@feature(unit="tokens", suspicious="high", needs=("output_tokens",))
def answer_tokens(tables: Tables) -> Floats:
    """Length of an answer, on average.

    Benign causes of a high value: writing assistants, code generation, reasoning models.

    References
    ----------
    .. [1] Tramèr, F. et al. (2016), "Stealing machine learning models via prediction APIs",
           USENIX Security.
    """
    return share(tables, "output_tokens", "known_output")


@feature(unit="ratio", suspicious="low", needs=("output_tokens",))
def answer_length_variation(tables: Tables) -> Floats:
    """Spread of the lengths of answers, relative to their mean.

    Needs five answers of known length.

    Benign causes of a low value: classification, short fixed formats.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": narrow, repetitive
           prompts.
    """
    return samples.variation(tables, "output_tokens", least=5)


@feature(unit="log2 ratio", suspicious="high", needs=("input_tokens", "output_tokens"))
def output_against_input(tables: Tables) -> Floats:
    """Tokens written against tokens read: 0 equal, 1 twice as many written.

    Benign causes of a high value: writers, generation of code and of permitted synthetic data.

    References
    ----------
    .. [1] Wang, Y. et al. (2023), "Self-Instruct: aligning language models with self-generated
           instructions", ACL.
    """
    against = ratio(share(tables, "output_tokens", "known_output"), share(tables, "input_tokens", "known_input"))
    positive = np.nan_to_num(against) > 0
    return where(np.log2(np.where(positive, against, 1.0)), positive)


@feature(unit="share of requests", suspicious="high", needs=("finish_reason",))
def truncated_share(tables: Tables) -> Floats:
    """Share of answers that were cut at the limit on their length.

    Benign causes of a high value: small limits set to save money, long documents.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: accounts kept at their maximum.
    """
    return share(tables, "truncated", "known_finish")


@feature(unit="share of requests", suspicious="high", needs=("finish_reason",))
def refused_share(tables: Tables) -> Floats:
    """Share of answers that a filter ended: many are the mark of a search for a technique.

    Benign causes of a high value: red teams, moderation, terms that a filter misreads.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": one elicitation
           technique per request, the vast majority rejected.
    """
    return share(tables, "refused", "known_finish")


@feature(unit="share of requests", suspicious="high", needs=("n_messages",))
def single_turn_share(tables: Tables) -> Floats:
    """Share of requests that continue no conversation.

    A harvest has no follow-up: at most a system message and one of the user.

    Benign causes of a high value: every batch job, classification, search, autocompletion.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    return 1 - share(tables, "multi_turn", "known_messages")


@feature(unit="share of requests", suspicious="high", needs=("top_logprobs",))
def logprobs_share(tables: Tables) -> Floats:
    """Share of requests that ask for the log-probabilities of alternatives.

    Benign causes of a high value: classifiers with a threshold, calibration, research.

    References
    ----------
    .. [1] Carlini, N. et al. (2024), "Stealing part of a production language model", ICML.
    """
    return share(tables, "with_logprobs", "known_logprobs")


@feature(unit="share of requests", suspicious="high", needs=("n_choices",))
def multi_choice_share(tables: Tables) -> Floats:
    """Share of requests that ask for several answers at once.

    Benign causes of a high value: self-consistency, products that offer alternatives.

    References
    ----------
    .. [1] Yuan, Z. et al. (2023), "Scaling relationship on learning mathematical reasoning with
           large language models", arXiv 2308.01825: rejection sampling.
    """
    return share(tables, "multi_choice", "known_choices")


@feature(unit="share of prompts", suspicious="high", needs=("prompt",))
def constant_repeats_share(tables: Tables) -> Floats:
    """Share of prompts that are sent one and the same number of times, two or more.

    Sampling k answers to each task gives each prompt a count of exactly k; people repeat
    themselves irregularly and seldom. Needs five distinct prompts.

    Benign causes of a high value: evaluation suites run every night, self-consistency.

    References
    ----------
    .. [1] Yuan, Z. et al. (2023), "Scaling relationship on learning mathematical reasoning with
           large language models", arXiv 2308.01825: rejection sampling.
    """
    prompts, n = tables.distinct[tables.distinct["kind"] == "prompt"], len(tables.accounts)
    account, times = prompts["account"].to_numpy(np.int64), prompts["requests"].to_numpy(np.uint64)
    again = times >= 2
    by_count = count_pairs(account[again], times[again], np.ones(again.sum()), n)
    distinct = np.bincount(account, minlength=n)
    return where(ratio(by_count.largest(), distinct), distinct >= 5)
