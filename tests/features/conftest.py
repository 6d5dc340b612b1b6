"""Small tables made by hand, so that a test can show its data and its arithmetic."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from detector.features import Feature
from detector.profiles.tables import DAY_COUNTERS, Tables
from detector.schema import ACCOUNT_NAMES

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = (MONDAY - EPOCH).days
PHRASES = ("phrase_0", "phrase_1", "phrase_2", "phrase_3")
HASHES = (
    *("prompt", "template", "head", "tail", "system", *PHRASES),
    *("address", "subnet", "client", "settings", "model", "end_user", "session"),
)
MEASURES = (
    *("prompt_chars", "input_tokens", "output_tokens"),
    *("max_tokens", "temperature", "n_messages"),
)
FLAGS = ("refused", "truncated", "failed", "logprobs")
FAMILY_OF_KIND = {
    **dict.fromkeys(("prompt", "template", "head", "tail", "system", "phrase"), "content"),
    **dict.fromkeys(("address", "subnet", "signup_address"), "network"),
    **dict.fromkeys(("client", "settings"), "client"),
    **dict.fromkeys(("device", "domain"), "identity"),
    "payment": "payment",
}
ACCOUNT_KEYS = {
    "payment_fingerprint": "payment",
    "signup_ip": "signup_address",
    "device_id": "device",
    "email_domain": "domain",
}
ASKS = ("reasoning", "hidden", "grading", "generation", "tags")


def moment(text):
    """Read "09:00" as that time on Monday, "3 09:00" as Wednesday, "-2 09:00" as Friday before."""
    day, _, clock = text.rpartition(" ")
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    clock = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return MONDAY + timedelta(days=int(day or 1) - 1) + clock


def microseconds(text):
    return (moment(text) - EPOCH) // timedelta(microseconds=1)


def hashed(value):
    if value is None:
        return 0
    digest = hashlib.blake2b(str(value).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def tables_of(log, accounts=None, *, days=None, signups=()):
    """Tables of a small log: account → requests, each a time or a dict with ``at`` and columns."""
    accounts = accounts or {}
    names = sorted(log)
    rows = [
        {"account": code, **({"at": row} if isinstance(row, str) else row)}
        for code, name in enumerate(names)
        for row in log[name]
    ]
    for number, row in enumerate(rows):
        row["us"], row["number"] = microseconds(row["at"]), number
        row["day"], row["slot"] = divmod(row["us"] // 600_000_000, 144)
    frame = _accounts(names, accounts)
    last = FIRST_DAY + days - 1 if days else max([row["day"] for row in rows], default=FIRST_DAY)
    created = [microseconds(a["created_at"]) for a in accounts.values() if "created_at" in a]
    return Tables(
        accounts=frame,
        days=_days(rows),
        activity=_activity(rows),
        requests=_requests(rows),
        distinct=_distinct(rows),
        n_distinct=_n_distinct(rows, len(names)),
        keys=_keys(rows, frame),
        signups=np.sort(np.array([*created, *map(microseconds, signups)], dtype=np.int64)),
        span_days=float(last - FIRST_DAY + 1),
        first_day=FIRST_DAY,
        last_day=last,
        models={hashed(row["model"]): row["model"] for row in rows if row.get("model")},
    )


def by_name(feature, tables):
    """Values of a feature under the names of the accounts."""
    return feature(tables).set_axis(tables.accounts["account_id"])


def _accounts(names, accounts):
    frame = pd.DataFrame(
        {
            column: pd.Series([accounts.get(name, {}).get(column) for name in names], dtype=object)
            for column in ACCOUNT_NAMES
        }
    )
    frame["account_id"] = pd.Series(names, dtype=object)
    for column in ("created_at", "closed_at"):
        times = [moment(text) if text else None for text in frame[column]]
        frame[column] = pd.Series(times, dtype="datetime64[us, UTC]")
    owners = [
        org if verified else ("account", name)
        for org, verified, name in zip(frame["organization_id"], frame["organization_verified"], names, strict=True)
    ]
    numbers = {owner: number for number, owner in enumerate(dict.fromkeys(owners))}
    frame["principal"] = np.array([numbers[owner] for owner in owners], dtype=np.int64)
    frame["has_account_row"] = [name in accounts for name in names]
    return frame


def _counters(row):
    status, finish = row.get("status_code", 200), row.get("finish_reason", "stop")
    counters = {
        "requests": 1,
        "with_prompt": row.get("prompt") is not None,
        "client_errors": 400 <= status < 500 and status != 429,
        "throttled": status == 429,
        "server_errors": status >= 500,
        "refused": finish == "filter",
        "truncated": finish == "length",
        "streamed": row.get("stream") or False,
        "with_logprobs": row.get("top_logprobs", 0) > 0,
        "multi_choice": row.get("n_choices", 1) > 1,
        "multi_turn": row.get("n_messages", 1) > 2,
        "with_system": row.get("system") is not None,
        "input_tokens": row.get("input_tokens", 0),
        "output_tokens": row.get("output_tokens", 0),
        "cached_tokens": row.get("cached_input_tokens", 0),
        "known_status": "status_code" in row,
        "known_finish": "finish_reason" in row,
        "known_stream": "stream" in row,
        "known_logprobs": "top_logprobs" in row,
        "known_choices": "n_choices" in row,
        "known_messages": "n_messages" in row,
        "known_input": "input_tokens" in row,
        "known_output": "output_tokens" in row,
        "known_cached": "cached_input_tokens" in row,
    }
    asked = {f"asks_{name}": row.get("asks", 0) >> bit & 1 for bit, name in enumerate(ASKS)}
    return {name: int(value) for name, value in (counters | asked).items()}


def _days(rows):
    sums = defaultdict(Counter)
    times = defaultdict(list)
    for row in rows:
        sums[row["account"], row["day"]].update(_counters(row))
        times[row["account"], row["day"]].append(row["us"])
    for at, moments in times.items():
        sums[at]["first_us"], sums[at]["last_us"] = min(moments), max(moments)
    listed = [[*at, *(sums[at][name] for name in DAY_COUNTERS)] for at in sums]
    return pd.DataFrame(listed, columns=["account", "day", *DAY_COUNTERS], dtype=np.int64)


def _activity(rows):
    cells = Counter((row["account"], row["day"], row["slot"]) for row in rows)
    listed = [[*cell, requests] for cell, requests in cells.items()]
    return pd.DataFrame(listed, columns=["account", "day", "slot", "requests"], dtype=np.int64)


def _requests(rows):
    columns = {
        "account": pd.Series([row["account"] for row in rows], dtype=np.int64),
        "request": pd.Series([hashed(f"request {row['number']}") for row in rows], dtype="uint64"),
        "copies": pd.Series([row.get("copies", 1) for row in rows], dtype=np.int64),
        "timestamp": pd.Series([row["us"] for row in rows], dtype=np.int64),
        "half": pd.Series([row["number"] % 2 for row in rows], dtype=np.int64),
    }
    for name in HASHES:
        columns[name] = pd.Series([hashed(row.get(name)) for row in rows], dtype="uint64")
    columns["topic"] = pd.Series([row.get("topic", -1) for row in rows], dtype=np.int64)
    columns["asks"] = pd.Series([row.get("asks", 0) for row in rows], dtype=np.int64)
    for name in MEASURES:
        columns[name] = pd.Series([row.get(name, np.nan) for row in rows], dtype=np.float64)
    for name in FLAGS:
        columns[name] = pd.Series([row.get(name, False) for row in rows], dtype=bool)
    columns["file"] = pd.Series([0 for _ in rows], dtype=np.int64)
    columns["row"] = pd.Series([row["number"] + 1 for row in rows], dtype=np.int64)
    return pd.DataFrame(columns)


def _distinct(rows):
    counts = Counter(
        (row["account"], kind, hashed(row[kind]))
        for row in rows
        for kind in ("prompt", "template", "address")
        if row.get(kind) is not None
    )
    listed = [[*at, requests] for at, requests in counts.items()]
    frame = pd.DataFrame(listed, columns=["account", "kind", "key", "requests"])
    return frame.astype({"account": np.int64, "key": "uint64", "requests": np.int64})


def _n_distinct(rows, n_accounts):
    found = _distinct(rows).groupby(["kind", "account"]).size()
    return pd.DataFrame(
        {
            kind: [float(found.get((kind, code), 0)) for code in range(n_accounts)]
            for kind in ("prompt", "template", "address")
        },
        dtype=np.float64,
    )


def _keys(rows, accounts):
    used = Counter()
    for row in rows:
        kinds = {(kind, row.get(kind)) for kind in FAMILY_OF_KIND}
        kinds |= {("phrase", row.get(phrase)) for phrase in PHRASES}
        used.update((row["account"], kind, hashed(v)) for kind, v in kinds if v is not None)
    listed = [(*at, float(requests)) for at, requests in used.items()]
    for column, kind in ACCOUNT_KEYS.items():
        known = accounts[accounts[column].notna()]
        listed += [(code, kind, hashed(v), np.nan) for code, v in known[column].items()]
    keys = pd.DataFrame(listed, columns=["account", "kind", "key", "requests"])
    keys = keys.astype({"account": np.int64, "key": "uint64", "requests": np.float64})
    keys["family"] = keys["kind"].map(FAMILY_OF_KIND)
    principal = accounts["principal"].reindex(keys["account"]).to_numpy()
    holders = keys.assign(principal=principal).groupby(["kind", "key"])["principal"]
    keys["degree"] = holders.transform("nunique").astype(np.int64)
    return keys[["account", "family", "kind", "key", "requests", "degree"]]


@pytest.fixture(scope="session")
def mixed():
    """Twelve accounts that differ in everything: some in one frame, one silent on most columns."""
    rng = np.random.default_rng(3)
    log, accounts = {"quiet": ["2 09:00"]}, {}
    for number in range(11):
        name, pooled = f"account-{number}", number < 5
        log[name] = [
            {
                "at": f"{rng.integers(1, 9)} {rng.integers(8, 20):02}:{rng.integers(60):02}",
                "prompt": f"question {question}",
                "topic": int(question) % 6,
                "template": f"template {rng.integers(3)}",
                "head": "frame" if pooled else f"head {rng.integers(4)}",
                "tail": "end" if pooled else f"tail {rng.integers(4)}",
                "system": f"system {number % 2}",
                "phrase_0": "phrase",
                "phrase_1": f"phrase {rng.integers(9)}",
                "address": f"10.0.0.{rng.integers(6)}",
                "subnet": f"10.0.{rng.integers(2)}",
                "client": "sdk" if number else None,
                "settings": f"settings {rng.integers(2)}",
                "model": "large",
                "session": f"session {rng.integers(9)}",
                "end_user": f"user {rng.integers(5)}",
                "asks": int(rng.integers(32)),
                **{measure: float(rng.integers(1, 900)) for measure in MEASURES},
                "input_tokens": int(rng.integers(1, 900)),
                "output_tokens": int(rng.integers(1, 900)),
                "cached_input_tokens": int(rng.integers(1, 9)),
                "status_code": 429 if rng.integers(9) == 0 else 200,
                "finish_reason": str(rng.choice(["stop", "length", "filter"])),
                "stream": bool(rng.integers(2)),
                "top_logprobs": int(rng.integers(2)),
                "n_choices": int(rng.integers(1, 3)),
                "n_messages": int(rng.integers(1, 5)),
            }
            for question in rng.integers(40, size=60 + 3 * number)
        ]
        accounts[name] = {
            "created_at": f"{number % 3 - 1} {8 + number:02}:00",
            "email_domain": "firm.example" if pooled else "gmail.com",
            "email_pattern": "aaaa99" if pooled else "aaa.aaaa",
            "payment_fingerprint": f"card {number // 2}",
            "signup_ip": f"192.0.2.{number // 3}",
            "device_id": f"device {number}",
            "plan": "payg",
        }
    return tables_of(log, accounts, days=10)


def everything(features: tuple[Feature, ...]) -> set[str]:
    """Coverage of a log that has every column."""
    return {column for feature in features for column in feature.needs}
