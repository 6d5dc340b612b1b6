"""Traces: hard facts by which an operator is known again under new accounts, as keyed hashes.

A trace says *this is the same card, device, address or maker of mailboxes*, so only values count that are mostly held
by accounts of groups: an address that a town shares, or a shape of mailbox names that everybody has, is no trace.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from detector.profiles.keys import facts_of_accounts
from detector.profiles.orders import order_by, run_starts
from detector.profiles.tables import Tables
from detector.schema import TRACE_COLUMNS
from detector.text import Fingerprinter

Ints = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
#: Kind and hash (16 hexadecimal digits) of a trace.
Trace = tuple[str, str]

FACTS = ("payment", "device", "signup_address")
KINDS = (*FACTS, "address", "mailbox")
#: Number of mailboxes among the kinds of values that are hashed: beyond those of `profiles.keys`.
_MAILBOX = 200
#: Addresses of an account that are remembered: those that it sent most from.
ADDRESSES = 4
#: Share of a trace's holders that must be among the accounts looked at.
LEAST_INSIDE = 0.5


def trace_table(
    tables: Tables,
    inside: Ints,
    key: bytes,
    watched: Collection[Trace] = (),
    refused: Collection[tuple[str, int]] = (),
) -> pd.DataFrame:
    """Traces of the accounts looked at, and of every account that holds one that is watched for.

    Parameters
    ----------
    tables : Tables
    inside : ndarray of int64
        Codes of the accounts of groups, and of others whose traces are wanted.
    key : bytes
        Secret of the hashes.
    watched : collection of (kind, hash)
        Traces that whoever holds them is to be known by.
    refused : collection of (kind, value)
        Keys that an analyst vouches for: no traces.

    Returns
    -------
    DataFrame
        ``account_id``, ``kind`` (payment, device, signup_address, address, mailbox), ``trace``; in this order.
    """
    kind, account, value, weight = _held(tables, key)
    looked_at = np.zeros(len(tables.accounts), bool)
    looked_at[inside] = True
    own = looked_at[account] & _mostly(looked_at[account], kind, value) & _heaviest(kind, account, value, weight)
    kept = own | _among(kind, value, [(name, int(trace, 16)) for name, trace in watched])
    kept &= ~_among(kind, value, refused)
    found = pd.DataFrame(
        {
            "account_id": tables.accounts["account_id"].to_numpy()[account[kept]],
            "kind": np.array(KINDS, dtype=object)[kind[kept]],
            "trace": [f"{one:016x}" for one in value[kept].tolist()],
        },
        columns=list(TRACE_COLUMNS),
    )
    return found.sort_values(list(TRACE_COLUMNS), ignore_index=True)


def _held(tables: Tables, key: bytes) -> tuple[Ints, Ints, U64, Ints]:
    """Kind, account, value and requests of every fact that could be a trace, once for each account."""
    facts = {kind: (account, values) for kind, account, values in facts_of_accounts(tables.accounts, key)}
    facts = {kind: facts[kind] for kind in FACTS} | {"mailbox": _mailboxes(tables.accounts, key)}
    parts = [(KINDS.index(kind), *facts[kind]) for kind in facts]
    kinds = np.concatenate([np.full(len(account), kind, np.int64) for kind, account, _ in parts])
    accounts = np.concatenate([account for _, account, _ in parts])
    values = np.concatenate([value for _, _, value in parts])
    sent = tables.requests
    by = sent.groupby(["account", "address"], sort=True)["weight"].sum().reset_index()
    kinds = np.append(kinds, np.full(len(by), KINDS.index("address"), np.int64))
    accounts = np.append(accounts, by["account"].to_numpy(dtype=np.int64))
    weights = np.append(np.zeros(len(values), np.int64), by["weight"].to_numpy(dtype=np.int64))
    values = np.append(values, by["address"].to_numpy(dtype=np.uint64))
    known = values != 0
    return kinds[known], accounts[known], values[known], weights[known]


def _mailboxes(accounts: pd.DataFrame, key: bytes) -> tuple[Ints, U64]:
    """Domain and shape of the name together: each by itself is common."""
    pairs = zip(accounts["email_pattern"], accounts["email_domain"], strict=True)
    texts = [f"{pattern}@{domain}" if pattern and domain else None for pattern, domain in pairs]
    return np.arange(len(accounts)), Fingerprinter(key).values(pa.array(texts, pa.large_string()), _MAILBOX)


def _mostly(inside: npt.NDArray[np.bool_], kind: Ints, value: U64) -> npt.NDArray[np.bool_]:
    """Values enough of whose holders are among the accounts looked at."""
    number = pd.DataFrame({"kind": kind, "value": value}).groupby(["kind", "value"], sort=False).ngroup().to_numpy()
    share: npt.NDArray[np.bool_] = (np.bincount(number, weights=inside) >= LEAST_INSIDE * np.bincount(number))[number]
    return share


def _heaviest(kind: Ints, account: Ints, value: U64, weight: Ints) -> npt.NDArray[np.bool_]:
    """All facts of accounts, and of the addresses of each account those that it sent most from."""
    order = order_by(kind, account, -weight, value)
    first = run_starts(kind[order], account[order])
    place = np.arange(len(order)) - np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    found = np.empty(len(order), bool)
    found[order] = place < ADDRESSES
    return found


def _among(kind: Ints, value: U64, wanted: Collection[tuple[str, int]]) -> npt.NDArray[np.bool_]:
    """Rows that hold one of these keys; kinds that are no traces are passed over."""
    found = np.zeros(len(kind), bool)
    for number, name in enumerate(KINDS):
        values = np.array(sorted(one for of, one in wanted if of == name), dtype=np.uint64)
        found |= (kind == number) & np.isin(value, values)
    return found
