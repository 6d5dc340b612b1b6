"""Keys: the facts that accounts may share - addresses, cards, clients, mailboxes, frames, hours of sign-up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from detector.on_disk import let_go
from detector.profiles.addresses import parse_address
from detector.profiles.fingerprints import PURPOSES
from detector.profiles.orders import distinct_pairs, run_starts, stable_order
from detector.profiles.segments import pairs_within, starts_of
from detector.profiles.sharing import seem_shared
from detector.text import Fingerprinter
from detector.text.kernel import TEMPLATE

HOUR_US = 3_600_000_000
#: kind → family, for kinds read from requests: column(s) of the sample.
REQUEST_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "address": ("network", ("address",)),
    "subnet": ("network", ("subnet",)),
    "client": ("client", ("client",)),
    "settings": ("client", ("settings",)),
    "head": ("content", ("head",)),
    "tail": ("content", ("tail",)),
    "system": ("content", ("system",)),
    "template": ("content", ("template",)),
    "phrase": ("content", ("phrase_0", "phrase_1", "phrase_2", "phrase_3")),
    "prompt": ("content", ("prompt",)),
}
#: kind → family, for facts of the account: column of the accounts table.
ACCOUNT_KINDS: dict[str, tuple[str, str]] = {
    "signup_address": ("network", "signup_ip"),
    "signup_subnet": ("network", "signup_ip"),
    "payment": ("payment", "payment_fingerprint"),
    "device": ("client", "device_id"),
    "domain": ("identity", "email_domain"),
    "pattern": ("identity", "email_pattern"),
    "referrer": ("identity", "referrer"),
    "organization": ("identity", "organization_id"),
}
#: Bins of the moment of sign-up: width and offset in hours.
CREATION_BINS = {
    "created_1h": (1, 0.0),
    "created_1h_shifted": (1, 0.5),
    "created_6h": (6, 0.0),
    "created_6h_shifted": (6, 3.0),
    "created_1d": (24, 0.0),
}
FAMILY_OF = (
    {kind: family for kind, (family, _) in REQUEST_KINDS.items()}
    | {kind: family for kind, (family, _) in ACCOUNT_KINDS.items()}
    | dict.fromkeys(CREATION_BINS, "time")
)
KINDS = tuple(FAMILY_OF)
FAMILIES = tuple(sorted(set(FAMILY_OF.values())))

#: Principals that must hold a key for it to be kept: two people who share a few words are no news.
LEAST_DEGREE = {"head": 3, "tail": 3, "phrase": 3}


def shared_keys(accounts: pd.DataFrame, requests: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Every key that at least two principals hold (frames and phrases: three), with its holders.

    Parameters
    ----------
    accounts : DataFrame
        As in `Tables.accounts`.
    requests : DataFrame
        As in `Tables.requests`, in order of account.

    Returns
    -------
    DataFrame
        ``account``, ``family``, ``kind``, ``key``, ``requests`` (that the key stands in; NaN for a fact of the
        account), ``half_0`` and ``half_1`` (sampled requests in either half), ``degree`` (principals that hold it);
        in order of account, kind and key.
    """
    principal = accounts["principal"].to_numpy()
    facts = {kind: (account, values) for kind, account, values in facts_of_accounts(accounts, key)}
    account = requests["account"].to_numpy()
    counts = requests["weight"].to_numpy(), requests["half"].to_numpy()

    def holders(kind: str) -> dict[str, npt.NDArray[np.generic]]:
        if kind in facts:
            return _shared(kind, *facts[kind], None, principal)
        found = _shared(kind, account, _side_by_side(requests, REQUEST_KINDS[kind][1]), counts, principal)
        let_go()
        return found

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:  # arrays are sorted outside of the interpreter lock
        # what has the most values takes longest
        by_size = sorted(KINDS, key=lambda kind: -len(REQUEST_KINDS[kind][1]) if kind in REQUEST_KINDS else 0)
        found_of = dict(zip(by_size, threads.map(holders, by_size), strict=True))
    parts = [found_of[kind] for kind in KINDS]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # stable: parts are in order of kind, rows of a part in order of key
    order = stable_order(joined["account"])
    found = pd.DataFrame({name: values[order] for name, values in joined.items()}, copy=False)
    kinds = joined["kind"][order]
    family_of = np.array([FAMILIES.index(FAMILY_OF[kind]) for kind in KINDS], np.int8)
    found["kind"] = _categories(kinds, KINDS)
    found.insert(1, "family", _categories(family_of[kinds], FAMILIES))
    return found


def _side_by_side(requests: pd.DataFrame, columns: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Values of some columns, row by row."""
    if len(columns) == 1:
        return requests[columns[0]].to_numpy()
    values = np.empty((len(requests), len(columns)), np.uint64)
    for i, name in enumerate(columns):
        values[:, i] = requests[name].to_numpy()
    return values.ravel()


def key_hash(kind: str, text: str, key: bytes) -> int:
    """The key that a fact of requests or accounts is held as: 0 where the text is no such fact."""
    hashed = Fingerprinter(key)
    if kind == "system":
        return int(hashed.texts(pa.array([text], pa.large_string())).hashes[0, TEMPLATE])
    purpose = _purpose(kind) if kind in ACCOUNT_KINDS else PURPOSES[kind]
    if kind.endswith(("address", "subnet")):
        host, network = parse_address(text.split("/")[0])
        text = (network if kind.endswith("subnet") else host) or ""
    return int(hashed.values(pa.array([text or None], pa.large_string()), purpose)[0])


def _purpose(kind: str) -> int:
    """Number of a fact of accounts among the kinds of values that are hashed."""
    return 100 + KINDS.index(kind)


def _categories(codes: Any, names: tuple[str, ...]) -> Any:  # noqa: ANN401
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))


def _shared(
    kind: str,
    account: npt.NDArray[np.int64],
    values: npt.NDArray[np.uint64],
    counts: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None,
    principal: npt.NDArray[np.int64],
) -> dict[str, npt.NDArray[np.generic]]:
    """Holders of the values that enough principals hold, as columns in order of value.

    Accounts must be in order; each row has as many values, one after another.
    """
    weight, half_1 = (np.zeros(len(account), np.int64),) * 2 if counts is None else counts
    starts = starts_of(account, len(principal))
    shared = seem_shared(starts * (len(values) // max(1, len(account))), values)
    holder, value, sampled, requests, half_1 = pairs_within(starts, values, shared, weight, half_1)
    order = stable_order(value)
    value, holder = value[order], holder[order]
    group = np.cumsum(run_starts(value)) - 1
    degree = np.bincount(distinct_pairs(group, principal[holder]))[group] if len(group) else group
    kept = degree >= LEAST_DEGREE.get(kind, 2)
    told = order[kept]
    columns: dict[str, npt.NDArray[np.generic]] = {
        "account": holder[kept].astype(np.int32),
        "kind": np.full(len(told), KINDS.index(kind), np.int8),
        "key": value[kept],
        "requests": np.full(len(told), np.nan),
        "half_0": np.zeros(len(told), np.int32),
        "half_1": np.zeros(len(told), np.int32),
        "degree": degree[kept].astype(np.int32),
    }
    if counts is not None:
        columns |= {
            "requests": requests[told].astype(np.float64),
            "half_0": (sampled[told] - half_1[told]).astype(np.int32),
            "half_1": half_1[told].astype(np.int32),
        }
    return columns


def facts_of_accounts(
    accounts: pd.DataFrame, key: bytes
) -> Iterator[tuple[str, npt.NDArray[np.int64], npt.NDArray[np.uint64]]]:
    """Kind, account and hashed value of every fact of the accounts; 0 where it is not known."""
    hashed = Fingerprinter(key)
    account = np.arange(len(accounts))
    signup = [parse_address(text) for text in accounts["signup_ip"]]
    for kind, (_, column) in ACCOUNT_KINDS.items():
        texts = (
            accounts[column].to_list() if column != "signup_ip" else [pair[kind == "signup_subnet"] for pair in signup]
        )
        yield (
            kind,
            account,
            hashed.values(pa.array(texts, pa.large_string()), _purpose(kind)),
        )
    moment = accounts["created_at"]
    us = moment.astype("int64").to_numpy()
    for kind, (hours, offset) in CREATION_BINS.items():
        bins = (us + int(offset * HOUR_US)) // (hours * HOUR_US)
        yield kind, account, np.where(moment.notna(), bins + 1, 0).astype(np.uint64)
