"""Keys: the facts that accounts may share - addresses, cards, clients, mailboxes, frames, hours of sign-up."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from detector.profiles.addresses import parse_address
from detector.text import Fingerprinter

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
CREATION_BINS = {"created_1h": (1, 0.0), "created_1h_shifted": (1, 0.5), "created_6h": (6, 0.0), "created_6h_shifted": (6, 3.0), "created_1d": (24, 0.0)}  # fmt: skip
FAMILY_OF = (
    {kind: family for kind, (family, _) in REQUEST_KINDS.items()}
    | {kind: family for kind, (family, _) in ACCOUNT_KINDS.items()}
    | dict.fromkeys(CREATION_BINS, "time")
)
KINDS = tuple(FAMILY_OF)

_SQL = """
WITH held AS ({held}),
degrees AS (SELECT kind, key, count(DISTINCT principal) AS degree FROM held JOIN people USING (account) GROUP BY ALL HAVING degree > 1)
SELECT account, kind, key, requests, half_0, half_1, degree FROM held JOIN degrees USING (kind, key) ORDER BY account, kind, key
"""


def shared_keys(accounts: pd.DataFrame, requests: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Every key that at least two principals hold, with its holders.

    Parameters
    ----------
    accounts : DataFrame
        As in `Tables.accounts`.
    requests : DataFrame
        As in `Tables.requests`.

    Returns
    -------
    DataFrame
        ``account``, ``family``, ``kind``, ``key``, ``requests`` (that the key stands in; NaN for a fact of the
        account), ``half_0`` and ``half_1`` (sampled requests in either half), ``degree`` (principals that hold it).
    """
    facts = _facts_of_accounts(accounts, key)
    parts = ["SELECT account, kind, key, NULL::BIGINT AS requests, 0::BIGINT AS half_0, 0::BIGINT AS half_1 FROM facts"]
    for kind, (_, columns) in REQUEST_KINDS.items():
        for column in columns:
            parts.append(
                f"SELECT account, {KINDS.index(kind)} AS kind, {column} AS key, sum(weight)::BIGINT AS requests, "
                f"sum((half = 0)::INT)::BIGINT AS half_0, sum((half = 1)::INT)::BIGINT AS half_1 "
                f"FROM requests WHERE {column} <> 0 GROUP BY ALL"
            )
    held = " UNION ALL ".join(parts)
    merged = f"SELECT account, kind, key, sum(requests)::BIGINT AS requests, sum(half_0)::BIGINT AS half_0, sum(half_1)::BIGINT AS half_1 FROM ({held}) GROUP BY ALL"  # noqa: E501
    with duckdb.connect() as database:
        database.register("requests", requests)
        database.register("facts", facts)
        database.register("people", pd.DataFrame({"account": np.arange(len(accounts)), "principal": accounts["principal"]}))
        found: pd.DataFrame = database.execute(_SQL.format(held=merged)).df()
    kinds = found["kind"].to_numpy(dtype=np.int64)
    found["kind"] = pd.Categorical.from_codes(kinds, categories=list(KINDS))
    found.insert(1, "family", pd.Categorical([FAMILY_OF[k] for k in KINDS])[kinds] if len(found) else pd.Categorical([]))
    found["requests"] = found["requests"].astype(np.float64)
    found["key"] = found["key"].astype(np.uint64)
    return found


def _facts_of_accounts(accounts: pd.DataFrame, key: bytes) -> pd.DataFrame:
    hashed = Fingerprinter(key)
    parts = []
    for kind, (_, column) in ACCOUNT_KINDS.items():
        texts = accounts[column].to_list()
        if column == "signup_ip":
            texts = [parse_address(text)[kind == "signup_subnet"] for text in texts]
        values = hashed.values(pa.array(texts, pa.large_string()), 100 + KINDS.index(kind))
        parts.append(_held(kind, values))
    moment = accounts["created_at"]
    for kind, (hours, offset) in CREATION_BINS.items():
        us = moment.astype("int64").to_numpy()
        bins = (us + int(offset * HOUR_US)) // (hours * HOUR_US)
        parts.append(_held(kind, np.where(moment.notna(), bins + 1, 0).astype(np.uint64)))
    return pd.concat(parts, ignore_index=True)


def _held(kind: str, values: npt.NDArray[np.uint64]) -> pd.DataFrame:
    account = np.flatnonzero(values)
    return pd.DataFrame({"account": account, "kind": np.int64(KINDS.index(kind)), "key": values[account]})
