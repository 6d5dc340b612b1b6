"""How an account calls the interface: settings, limits, models."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.features.base import Floats, Hashes, Ints, feature
from detector.features.counting import principals_holding, ratio, share_of_largest, where
from detector.features.daily import share
from detector.features.samples import (
    accounts_of,
    copies_of,
    hashes,
    integers,
    n_principals,
    numbers,
    principals_of,
    value_counts,
)
from detector.profiles.tables import Tables
from detector.remembering import once

DAY_US = 86_400_000_000


@feature(unit="share of requests", suspicious="high", needs=("max_tokens",))
def dominant_settings_share(tables: Tables) -> Floats:
    """Share of requests that use the account's commonest combination of settings.

    Benign causes of a high value: nearly every program has one combination; read it with the
    rarity of that combination.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": identical patterns
           across accounts.
    """
    return share_of_largest(value_counts(tables, "settings"))


@feature(unit="-log10 share", suspicious="high", needs=("max_tokens",))
def settings_rarity(tables: Tables) -> Floats:
    """Rarity of the settings the account uses: 2 means one principal in a hundred uses them.

    Mean over the account's requests of the negative logarithm of the share of principals that
    used the same combination.

    Benign causes of a high value: careful tuning, an unusual limit, research.

    References
    ----------
    .. [1] Eckersley, P. (2010), "How unique is your web browser?", PETS: surprisal of a
           combination of ordinary settings.
    """
    counts = value_counts(tables, "settings")
    users = principals_holding(counts.value, counts.account, principals_of(tables))
    surprise = np.log10(n_principals(tables) / np.maximum(users, 1))
    return ratio(counts.sums(counts.count * surprise), counts.total)


@feature(unit="tokens", suspicious="high", needs=("max_tokens",))
def answer_limit(tables: Tables) -> Floats:
    """Limit on the answer that nine in ten of the account's requests stay within.

    Benign causes of a high value: long documents, reasoning models, limits left at the maximum.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: accounts kept at their maximum.
    """
    return _quantile(tables, "max_tokens", 0.9)


def _quantile(tables: Tables, column: str, level: float) -> Floats:
    """Nearest-rank quantile of each account's known values."""
    values = numbers(tables, column)
    known = np.isfinite(values)
    account, values = accounts_of(tables)[known], values[known]
    codes, levels = pd.factorize(values, sort=True)
    ordered = levels[np.sort(account * len(levels) + codes) % max(len(levels), 1)]
    size = np.bincount(account, minlength=len(tables.accounts))
    rank = np.maximum(np.ceil(level * size).astype(np.int64) - 1, 0)
    found = np.full(len(size), np.nan)
    found[size > 0] = ordered[(np.cumsum(size) - size + rank)[size > 0]]
    return found


@feature(unit="temperature", suspicious="low", needs=("temperature",))
def temperature_spread(tables: Tables) -> Floats:
    """How much the temperature varies over the account's requests.

    Its standard deviation.

    Benign causes of a low value: nearly every program has one temperature.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": identical patterns.
    """
    values = numbers(tables, "temperature")
    known = np.isfinite(values)
    account, copies, n = accounts_of(tables)[known], copies_of(tables)[known], len(tables.accounts)
    size = np.bincount(account, copies, n)
    mean = ratio(np.bincount(account, copies * values[known], n), size)
    squares = np.bincount(account, copies * (values[known] - mean[account]) ** 2, n)
    return where(np.sqrt(ratio(squares, size)), size >= 2)


@feature(unit="share of requests", suspicious="low", needs=("stream",))
def stream_share(tables: Tables) -> Floats:
    """Share of answers sent as a stream: somebody is waiting for them.

    Benign causes of a low value: every back end and batch job.

    References
    ----------
    .. [1] Wang, Y. et al. (2025), "BurstGPT: a real-world workload dataset to optimize LLM
           serving systems", KDD: conversations and programs differ.
    """
    return share(tables, "streamed", "known_stream")


@feature(unit="share of requests", suspicious="high", needs=("model",))
def dominant_model_share(tables: Tables) -> Floats:
    """Share of requests to the model the account uses most.

    Benign causes of a high value: most programs name one model.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": the vast majority of
           exchanges with the strongest model.
    """
    return share_of_largest(value_counts(tables, "model"))


@feature(unit="share of requests", suspicious="high", needs=("model",))
def new_model_share(tables: Tables) -> Floats:
    """Share of the account's requests that go to a new model in the model's first two days.

    New is a model that nobody used in the first two days of the window, and that one principal
    in a hundred, and at least three, came to use. Undefined without such a model.

    Benign causes of a high value: evaluators, enthusiasts, aliases that always mean the latest.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": within a day of a
           new model, nearly half of the traffic was redirected to it.
    """
    moment, model = integers(tables, "timestamp"), hashes(tables, "model")
    since, part = np.zeros(len(tables.accounts)), np.zeros(len(tables.accounts))
    account, copies = accounts_of(tables), copies_of(tables)
    launches = _launches(tables)
    early = np.zeros(len(model), dtype=bool)
    for launch in launches.values():
        early |= (moment >= launch) & (moment < launch + 2 * DAY_US)
    on_new = np.zeros(len(model), dtype=bool)
    for name, launch in launches.items():
        on_new |= (model == np.uint64(name)) & (moment < launch + 2 * DAY_US)
    np.add.at(since, account[early], copies[early])
    np.add.at(part, account[on_new], copies[on_new])
    return ratio(part, since)


@once
def _launches(tables: Tables) -> dict[int, int]:
    """First use of each model that came into use after the first two days of the window."""
    counts = value_counts(tables, "model")
    users = principals_holding(counts.value, counts.account, principals_of(tables))
    enough = max(3, 0.01 * n_principals(tables))
    popular = set(counts.value[users >= enough].tolist())
    first = _first_use(hashes(tables, "model"), integers(tables, "timestamp"))
    start = (tables.first_day + 2) * DAY_US
    return {name: at for name, at in first.items() if name in popular and at >= start}


def _first_use(model: Hashes, moment: Ints) -> dict[int, int]:
    codes, names = pd.factorize(model)
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, codes, moment)
    return dict(zip(names.tolist(), first.tolist(), strict=True))
