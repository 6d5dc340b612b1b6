"""The tables that features are computed from: profiles of a window, merged, beside the accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Exact int64 counters of an account's day. ``known_x`` counts the rows in which the column is not
#: null, so that a share is ``x / known_x`` and is undefined where nothing was known.
DAY_COUNTERS: tuple[str, ...] = (
    "requests",
    "known_input",
    "input_tokens",
    "known_cached",
    "cached_tokens",
    "known_output",
    "output_tokens",
    "with_prompt",
    "prompt_chars",
    "known_status",
    "client_errors",
    "throttled",
    "server_errors",
    "known_finish",
    "refused",
    "truncated",
    "known_stream",
    "streamed",
    "known_logprobs",
    "with_logprobs",
    "known_choices",
    "multi_choice",
    "known_messages",
    "multi_turn",
    "known_tools",
    "with_tools",
    "with_system",
    "with_session",
    "asks_reasoning",
    "asks_hidden",
    "asks_grading",
    "asks_generation",
    "asks_tags",
    "first_us",
    "last_us",
)


@dataclass(frozen=True, eq=False)
class Tables:
    """Everything known of a window's accounts, as tables that refer to an account by its row.

    An *account code* is the row of an account in `accounts`. Hashes are keyed 64-bit numbers
    and 0 stands for *not known*. Counts in `days` and `activity` are exact; `requests` and
    `distinct` are samples by hash, uniform within an account, and whole for small accounts. Two
    sets of tables are equal only when they are the same object, so that they can be remembered.

    Attributes
    ----------
    accounts : pandas.DataFrame
        One row per account with at least one query, in bytes order of ``account_id``, under a
        RangeIndex. The columns of `detector.schema.ACCOUNTS` (None, NaT or NaN where unknown;
        ``created_at`` in UTC, ``organization_verified`` True, False or None), then
        ``principal`` (int64: accounts of one verified organisation share a number) and
        ``has_account_row`` (bool).
    days : pandas.DataFrame
        ``account``, ``day`` (days since the epoch) and `DAY_COUNTERS`. ``client_errors`` are 4xx
        answers but 429, which are ``throttled``; ``multi_turn`` requests hold more than two
        messages; ``first_us`` and ``last_us`` are µs UTC.
    activity : pandas.DataFrame
        ``account``, ``day``, ``slot`` (0..143: ten minutes of the UTC day), ``requests``.
    requests : pandas.DataFrame
        ``account``, ``request`` (hash), ``copies`` (identical rows), ``timestamp`` (µs UTC),
        ``half`` (0 or 1); the hashes ``prompt``, ``template``, ``head``, ``tail``, ``system``,
        ``phrase_0`` … ``phrase_3``, ``address``, ``subnet``, ``client``, ``settings``,
        ``model``, ``end_user``, ``session``; ``themes`` (16 topic bits, -1 unknown), ``topic`` (their low 8,
        0..255, -1 unknown), ``weight``
        (requests of the day that it stands for), ``asks`` (bits:
        1 reasoning, 2 hidden, 4 grading, 8 generation, 16 tags); ``prompt_chars``,
        ``input_tokens``, ``output_tokens``, ``max_tokens``, ``temperature``, ``n_messages``
        (float64, NaN unknown); ``refused``, ``truncated``, ``failed``, ``logprobs`` (bool);
        ``file``, ``row``.
    distinct : pandas.DataFrame
        ``account``, ``kind`` (prompt, template or address), ``key`` (hash), ``requests``: a
        bottom-k sample of distinct values, with exact counts over the window.
    n_distinct : pandas.DataFrame
        Index account code; ``prompt``, ``template``, ``address``: estimated number of distinct
        values, exact when small.
    keys : pandas.DataFrame
        ``account``, ``family`` (network, payment, client, identity, content, time), ``kind``
        (address, subnet, signup_address, payment, client, settings, device, domain, head, tail,
        system, template, phrase, prompt, created_1h …), ``key`` (hash), ``requests`` (NaN for
        a fact of the account), ``degree`` (number of principals that hold the key).
    signups : numpy.ndarray of int64
        Sign-up moments, µs UTC, sorted, of all accounts of the accounts file, also of those
        without a query.
    span_days : float
        Length of the window.
    first_day, last_day : int
        First and last day of the window, in days since the epoch.
    models : dict of int to str
        Name of each model hash.
    """

    accounts: pd.DataFrame
    days: pd.DataFrame
    activity: pd.DataFrame
    requests: pd.DataFrame
    distinct: pd.DataFrame
    n_distinct: pd.DataFrame
    keys: pd.DataFrame
    signups: npt.NDArray[np.int64]
    span_days: float
    first_day: int
    last_day: int
    models: dict[int, str]
