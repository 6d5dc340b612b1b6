"""What an attacker can do to the detector itself, by what its own accounts send."""

import numpy as np
import pandas as pd

from detector.drill import World
from detector.drill.identities import opaque_ids

HOT = "Notice of the gateway: answers may be logged and checked by a person; keep to the terms of use at all times. "


def with_accounts(world: World, n: int, per_day: int, rng: np.random.Generator) -> tuple[World, pd.Index]:
    """World with `n` more accounts, made of copies of requests, and the rows of these; they have no label."""
    ids = np.array([f"x-{name}" for name in opaque_ids(n, 77)], dtype=object)
    like = world.accounts.sample(n, random_state=int(rng.integers(1 << 30)))
    accounts = like.assign(
        account_id=ids,
        created_at=world.queries["timestamp"].min() - pd.to_timedelta(rng.integers(10**6, 6 * 10**7, size=n), unit="s"),
        payment_fingerprint=[f"pay-x{i}" for i in range(n)],
        device_id=[f"dev-x{i}" for i in range(n)],
        signup_ip=[f"10.251.{i}.7" for i in range(n)],
        organization_id=None,
        organization_verified=None,
        referrer=None,
    )
    days = max(1, (world.queries["timestamp"].max() - world.queries["timestamp"].min()).days)
    rows = world.queries.sample(n * per_day * days, replace=True, random_state=int(rng.integers(1 << 30)))
    moments = world.queries["timestamp"].sample(len(rows), replace=True, random_state=int(rng.integers(1 << 30)))
    words = rng.integers(0, 1 << 40, size=(len(rows), 6))
    rows = rows.assign(
        account_id=np.repeat(ids, len(rows) // n),
        request_id=[f"x{i}" for i in range(len(rows))],
        session_id=None,
        organization_id=None,
        timestamp=moments.to_numpy(),
        client_ip=np.repeat([f"10.250.{i // 250}.{i % 250}" for i in range(n)], len(rows) // n),
        prompt=[" ".join(f"w{word:x}" for word in line) for line in words],
        system_prompt=None,
    )
    queries = pd.concat([world.queries, rows], ignore_index=True)
    added = queries.index[len(world.queries) :]
    return World(queries, pd.concat([world.accounts, accounts], ignore_index=True), world.labels), added


def with_decoys(world: World, rng: np.random.Generator) -> World:
    """World with 50 accounts that are as loud as they can be, to draw the eye from the others."""
    loud, rows = with_accounts(world, 50, 120, rng)
    at = {"top_logprobs": 20, "max_tokens": 32_000, "output_tokens": 31_999, "n_tools": 60, "temperature": 2.0}
    loud.queries.loc[rows, list(at)] = list(at.values())
    loud.queries.loc[rows, "finish_reason"] = "length"
    return loud


def with_extremes(world: World, rng: np.random.Generator) -> World:
    """World with 30 accounts that send the largest and strangest numbers there are."""
    loud, rows = with_accounts(world, 30, 20, rng)
    queries = loud.queries.copy()
    for name in ("temperature", "top_p", "latency_ms"):
        queries[name] = queries[name].astype(float)
        queries.loc[rows, name] = rng.choice([1e308, -1e308, np.inf, np.nan, 0.0], size=len(rows))
    for name in ("max_tokens", "input_tokens", "cached_input_tokens", "output_tokens"):
        queries[name] = queries[name].astype("Int64")
        queries.loc[rows, name] = rng.choice([2**62, -(2**62), 0], size=len(rows))
    for name in ("n_messages", "n_tools", "n_choices", "top_logprobs"):
        queries.loc[rows, name] = rng.choice([2**31 - 1, 0, 1], size=len(rows))
    return World(queries, loud.accounts, loud.labels)


def with_hot_template(world: World) -> World:
    """World in which every prompt of everybody begins with the same words."""
    return World(world.queries.assign(prompt=HOT + world.queries["prompt"]), world.accounts, world.labels)
