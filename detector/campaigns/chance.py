"""What chance alone would find: the search again, on the same accounts with all links between them undone.

Every fact stays as common as it is, and every account as busy as it is, at its hours; but which account holds which
card, mailbox or address, and which request says what, is dealt anew. Groups that are found then are chance. Classes,
firms and resale pools are no chance: their links are undone too, so what is counted here is a lower bound of what turns
out to be harmless.

References
----------
.. [1] Efron, B. (2004), "Large-scale simultaneous hypothesis testing: the choice of a null hypothesis", JASA 99.
.. [2] Storey, J. D. and Tibshirani, R. (2003), "Statistical significance for genomewide studies", PNAS 100: expected
       false findings above a threshold, from permutations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from detector.beside import IN_TURN, Beside
from detector.campaigns.allow import AllowList
from detector.campaigns.find import find_groups
from detector.profiles.fingerprints import FLAGS, HASHES
from detector.profiles.keys import shared_keys
from detector.profiles.orders import ranks
from detector.profiles.tables import Tables
from detector.settings import Campaigns

#: Facts of accounts that belong together and are dealt together.
FACTS = (
    ("payment_fingerprint", "payment_funding"),
    ("device_id",),
    ("signup_ip", "signup_country"),
    ("email_domain", "email_pattern"),
    ("referrer",),
    ("created_at",),
)
#: Columns of requests that an account has of its own: dealt from account to account.
OWN = (("address", "subnet"), ("client", "settings", "max_tokens", "temperature"))
#: Columns of requests that say what is asked: dealt from request to request.
ASKED = (
    *(name for name in HASHES if name in ("prompt", "template", "head", "tail", "system") or "phrase" in name),
    "half", "themes", "topic", "asks", "prompt_chars", "input_tokens", "output_tokens", "n_messages", "model", *FLAGS,
)  # fmt: skip


def chance_groups(
    tables: Tables, settings: Campaigns, allow: AllowList, key: bytes, resamples: int, beside: Beside = IN_TURN
) -> list[list[tuple[str, float]]]:
    """Tier and evidence of the groups that each of several searches without links finds.

    Parameters
    ----------
    key : bytes
        Secret of the hashes; it also gives the shuffles, so that a run can be repeated.
    beside : Beside, optional
        Where a part of the searches is done.
    """
    return beside.share(partial(_searches, tables, settings, allow, key), range(resamples))


def _searches(
    tables: Tables, settings: Campaigns, allow: AllowList, key: bytes, numbers: Sequence[int]
) -> list[list[tuple[str, float]]]:
    found = []
    for number in numbers:
        seed = hashlib.sha256(b"chance %d" % number + key).digest()
        dealt = unlinked(tables, key, np.random.default_rng(int.from_bytes(seed, "little")))
        groups = find_groups(allow.without_keys(dealt, key), settings, allow)
        found.append([(str(group.weighed.tier), group.weighed.total) for group in groups if not group.explained])
    return found


def unlinked(tables: Tables, key: bytes, rng: np.random.Generator) -> Tables:
    """The same accounts and requests with every fact dealt anew."""
    accounts, requests = _dealt_facts(tables.accounts, rng), _dealt_requests(tables.requests, rng)
    return replace(tables, accounts=accounts, requests=requests, keys=shared_keys(accounts, requests, key))


def _dealt_facts(accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Accounts with facts dealt among those that have a row in the accounts file."""
    dealt = accounts.copy(deep=False)
    known = np.flatnonzero(accounts["has_account_row"].to_numpy(dtype=bool))
    for columns in FACTS:
        order = np.arange(len(accounts))
        order[known] = rng.permutation(known)
        for name in columns:
            dealt[name] = accounts[name].take(order).set_axis(accounts.index)
    return dealt


def _dealt_requests(requests: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Requests with what an account has of its own dealt among accounts, and what is asked among requests."""
    dealt = requests.copy(deep=False)
    account = requests["account"].to_numpy()
    codes, start, size = np.unique(account, return_index=True, return_counts=True)
    place = ranks(start, len(account))
    for columns in OWN:
        giver = np.repeat(rng.permutation(len(codes)), size)
        row = start[giver] + place % size[giver]
        for name in columns:
            dealt[name] = requests[name].to_numpy()[row]
    order = rng.permutation(len(account))
    for name in ASKED:
        dealt[name] = requests[name].to_numpy()[order]
    return dealt
