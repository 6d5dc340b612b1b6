"""What an account has in common with accounts it should have nothing to do with."""

from __future__ import annotations

import numpy as np

from detector.features import frames
from detector.features.base import Floats, feature
from detector.features.phrases import has_phrase, repeated_phrase_rarity
from detector.features.samples import (
    dominant_value,
    hashes,
    n_principals,
    weighted_share,
)
from detector.features.sharing import (
    fact_codes,
    frame_rarity,
    is_own_prompt,
    joint_surprise,
    rare_families,
    rarity,
    rarity_of,
    signup_bins,
    users,
)
from detector.profiles.tables import Tables


@feature(unit="weighted share", suspicious="high", needs=("prompt",))
def shared_head(tables: Tables) -> Floats:
    """Share of requests whose opening other principals use too, weighted by its rarity.

    0 when nobody else, or everybody, opens like that; near 1 when all requests open with words
    that only a handful of others use. To count, an opening needs three holders and must stand in
    two requests of the account: a frame, not a question that several people happen to ask.

    Benign causes of a high value: tools that bring their own prompt, assignments, benchmarks.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": variations of one
           prompt over hundreds of coordinated accounts.
    """
    return weighted_share(tables, frame_rarity(tables, "head"), hashes(tables, "head") != 0)


@feature(unit="weighted share", suspicious="high", needs=("prompt",))
def shared_tail(tables: Tables) -> Floats:
    """Share of requests whose ending other principals use too, weighted by its rarity.

    Benign causes of a high value: tools that append their rules for the output, assignments.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": one fixed prompt
           injected into each request.
    """
    return weighted_share(tables, frame_rarity(tables, "tail"), hashes(tables, "tail") != 0)


@feature(unit="weighted share", suspicious="high", needs=("system_prompt",))
def shared_system(tables: Tables) -> Floats:
    """Share of requests whose system prompt other principals use too, weighted by its rarity.

    Benign causes of a high value: open-source agents and applications to which users bring
    their own key.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    everywhere = np.ones(len(tables.requests), dtype=bool)
    return weighted_share(tables, rarity_of(tables, "system", hashes(tables, "system")), everywhere)


@feature(unit="weighted share", suspicious="high", needs=("prompt",))
def shared_phrase(tables: Tables) -> Floats:
    """Share of requests that hold a run of words other principals use too, weighted by rarity.

    Of a request's phrases the one of greatest weight counts: a frame that moves about, or is
    reworded in part, still leaves some. A phrase must stand in two requests of the account.

    Benign causes of a high value: quoted texts, boilerplate, assignments, public benchmarks.

    References
    ----------
    .. [1] Schleimer, S., Wilkerson, D. S. and Aiken, A. (2003), "Winnowing: local algorithms
           for document fingerprinting", SIGMOD.
    """
    return weighted_share(tables, repeated_phrase_rarity(tables), has_phrase(tables))


@feature(unit="weighted share", suspicious="high", needs=("prompt",))
def tiled_share(tables: Tables) -> Floats:
    """Share of requests in a frame that others use too, on a prompt that nobody else sent.

    Work that is shared out tiles a list: the same frame everywhere, no task twice. Weighted by
    the rarity of the frame.

    Benign causes of a high value: users of one application, who share nothing but its frame.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": load balancing.
    """
    frame = np.maximum(frame_rarity(tables, "head"), frame_rarity(tables, "tail"))
    return weighted_share(tables, frame * is_own_prompt(tables), hashes(tables, "prompt") != 0)


@feature(unit="weighted share", suspicious="high", needs=("session_id",))
def handed_session_share(tables: Tables) -> Floats:
    """Share of requests in conversations that another principal continues, weighted by rarity.

    Pools that rotate their accounts hand a conversation from one to the next.

    Benign causes of a high value: clients that use one fixed session id, keys of one owner.

    References
    ----------
    .. [1] Qian, Z., ChinaTalk (2026), "How to buy cheap Claude tokens in China": relay pools.
    """
    weight = rarity(users(tables, "session"), n_principals(tables), least=2)
    return weighted_share(tables, weight, hashes(tables, "session") != 0)


@feature(unit="families", suspicious="high")
def rare_key_families(tables: Tables) -> Floats:
    """How many families of facts hold a rare one that the account shares with others.

    Rare: at least three holders and at most one principal in a hundred (or ten principals, if
    that is more). Families are network, payment, client, identity and content: an hour of sign-up
    is shared by chance.

    Benign causes of a high value: a workplace or class that is not known as one organisation.

    References
    ----------
    .. [1] Pacheco, D. et al. (2021), "Uncovering coordinated networks on social media: methods
           and case studies", ICWSM.
    """
    return rare_families(tables)


@feature(unit="-log10 p", suspicious="high", needs=("prompt", "accounts.payment_fingerprint"))
def content_and_payment(tables: Tables) -> Floats:
    """Surprise at how many principals have both the account's frame and its payment instrument.

    Benign causes of a high value: several accounts of one firm that is not known as one.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": shared payment
           methods and identical patterns.
    """
    return joint_surprise(tables, [fact_codes(tables, "payment_fingerprint")])


@feature(unit="-log10 p", suspicious="high", needs=("prompt", "accounts.created_at"))
def content_and_signup(tables: Tables) -> Floats:
    """Surprise at how many principals have both the account's frame and its hour or day of sign-up.

    Given how many signed up in that hour or day at all: on a launch day many are expected.

    Benign causes of a high value: classes and workshops, the first users of a new application.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": banned accounts are
           replaced by new ones.
    .. [2] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts in online
           social networks" (SynchroTrap), CCS.
    """
    return joint_surprise(tables, signup_bins(tables))


@feature(unit="-log10 p", suspicious="high", needs=("prompt", "client_ip"))
def content_and_network(tables: Tables) -> Floats:
    """Surprise at how many principals have both the account's frame and its usual network.

    Benign causes of a high value: classes, offices, one application hosted in one place.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": addresses and
           metadata of requests.
    """
    places = [dominant_value(tables, column) for column in ("address", "subnet")]
    return joint_surprise(tables, places)


@feature(unit="squared ratio", suspicious="low", needs=("prompt",))
def frame_load_variation(tables: Tables) -> Floats:
    """How unequal the loads of the accounts are that work in the same frame.

    Variance of their requests per active day, less what counting by chance gives, over the
    squared mean: people differ by factors of ten, a balanced pool gives about 0. Undefined
    where fewer than five principals share the account's frame.

    Benign causes of a low value: work queues, classes with one assignment, nightly suites.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": load balancing.
    """
    return frames.load_variation(tables)


@feature(unit="χ² / df", suspicious="low", needs=("prompt",))
def frame_topic_deviation(tables: Tables) -> Floats:
    """How far the account's topics differ from those of all who work in the same frame.

    Pearson's χ² over its degrees of freedom. Shards of one data set are random samples of it
    and give 1; people have their own tastes and give more. Each distinct prompt counts once.
    Undefined where fewer than five principals share the frame, or below ten prompts.

    Benign causes of a low value: evaluation suites, light users of an application for one field.

    References
    ----------
    .. [1] Pearson, K. (1900), "On the criterion that a given system of deviations …",
           Philosophical Magazine 50.
    .. [2] Anthropic (2026), "Detecting and preventing distillation attacks": load balancing.
    """
    return frames.topic_deviation(tables)


@feature(unit="ratio", suspicious="high", needs=("prompt",))
def frame_synchrony(tables: Tables) -> Floats:
    """How much likelier the others in the account's frame are active when the account is.

    Their activity in the hours in which the account works, over that of the whole platform in
    the same hours; 1 is what chance gives. Undefined where fewer than five principals share
    the frame, and below ten active hours.

    Benign causes of a high value: a class or shift that works at one time, users of an
    application in one part of the world, jobs on the hour.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": synchronized
           traffic, coordinated timing.
    .. [2] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts in online
           social networks" (SynchroTrap), CCS.
    """
    return frames.synchrony(tables)
