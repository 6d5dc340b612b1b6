"""What is asked: rows of a day, in order of time, as Arrow tables and as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from reference.columns import Ints, hexed, joined, moments, scrambled
from reference.population import MODELS, START, Campaign, Population, frames_of
from reference.words import Frames, Pool, phrases, prompts

BLOCK_ROWS = 50_000
#: Prompts are this short and this long, in bytes, unless their frame is long.
SHORTEST, LONGEST = 100, 4_000
_HOUR_US, _DAY_US = 3_600_000_000, 86_400_000_000
_ASKED = (
    "Think step by step inside <thinking> tags, then write the final answer for this training example.\n",
    "Generate a question and a detailed solution with your full reasoning for a dataset about this.\n",
    "Grade the answer below against the rubric from 1 to 10 and explain your reasoning in detail.\n",
)
_TEXTS = ("timestamp", "request_id", "account_id", "session_id", "client_ip", "user_agent", "model", "system_prompt",
          "prompt", "finish_reason")  # fmt: skip


@dataclass(frozen=True)
class Traffic:
    """All that is drawn once for a log."""

    people: Population
    campaigns: list[Campaign]
    pool: Pool
    frames: Frames
    chars: int
    seed: int


def traffic(people: Population, campaigns: list[Campaign], pool: Pool, chars: int, seed: int) -> Traffic:
    """Traffic whose prompts of campaigns begin with frames that many accounts share, of apps with their own."""
    shared = sum(frames_of(campaigns))
    asked = [_ASKED[i % len(_ASKED)] + text for i, text in enumerate(phrases(pool, shared, 8, seed + 1))]
    own = phrases(pool, int(people.frame.max(initial=0)) - shared, 6, seed + 2)
    return Traffic(people, campaigns, pool, Frames.of(asked + own), chars, seed)


def day_counts(made: Traffic, rows: int, day: int) -> Ints:
    """Requests of each account on a day."""
    return made.people.counts(rows, made.campaigns, day, np.random.default_rng((made.seed, day)))


def parts(made: Traffic, counts: Ints, day: int, first: int, many: int) -> Iterator[Iterator[pa.Table]]:
    """Rows of a day in order of time, in so many parts, each in blocks; `first` rows of the log came before."""
    rng = np.random.default_rng((made.seed, day, 1))
    account = np.repeat(np.arange(len(made.people)), counts)
    hour = made.people.home[account] + made.people.spread[account] * rng.standard_normal(len(account))
    micros = (hour * _HOUR_US).astype(np.int64) % _DAY_US
    order = np.argsort(micros)
    ends = [len(order) * i // many for i in range(many + 1)]

    def blocks(begin: int, end: int) -> Iterator[pa.Table]:
        for at in range(begin, end, BLOCK_ROWS):
            rows = order[at : min(at + BLOCK_ROWS, end)]
            yield _block(made, account[rows], micros[rows], day, first + at, rng)

    yield from (blocks(begin, end) for begin, end in pairwise(ends))


def _block(made: Traffic, account: Ints, micros: Ints, day: int, first: int, rng: np.random.Generator) -> pa.Table:
    n, people = len(account), made.people
    taken = pa.array(account)
    # log-normal: few prompts are long
    size = np.clip(np.exp(rng.normal(np.log(made.chars) - 0.32, 0.8, n)), SHORTEST, LONGEST).astype(np.int64)
    failed = rng.random(n) < 0.01
    output = np.where(failed, 0, np.minimum(rng.geometric(1 / 300, n), 4096))
    choice = people.settings[account]
    asked = prompts(made.pool, made.frames, people.frame[account], size, first, made.seed)
    status = np.where(failed, np.array([400, 429, 500])[rng.integers(0, 3, n)], 200)
    begun = (START + day).astype("datetime64[us]").astype(np.int64) + micros // 1000 * 1000
    return pa.table(
        {
            "timestamp": pa.array(begun).view(pa.timestamp("us", tz="UTC")),
            "request_id": joined("req-", hexed(scrambled(first + np.arange(n), made.seed))),
            "account_id": people.ids.take(taken),
            "session_id": hexed(scrambled(account * 100_000 + day * 24 + micros // _HOUR_US, 7)),
            "client_ip": people.addresses.take(pa.array(account * 2 + (rng.random(n) < 0.2))),
            "user_agent": _CLIENTS.take(pa.array(people.client[account])),
            "model": _MODELS.take(pa.array(people.model[account])),
            "system_prompt": _SYSTEMS.take(pa.array(np.where(people.frame[account] > 0, choice % 30, 30))),
            "prompt": asked,
            "n_messages": pa.array(1 + 2 * rng.integers(0, 3, n).astype(np.int32)),
            "max_tokens": _LIMITS.take(pa.array(choice % len(_LIMITS))),
            "temperature": _TEMPERATURES.take(pa.array(choice % len(_TEMPERATURES))),
            "stream": pa.array(choice % 3 == 0),
            "input_tokens": pa.array(pc.binary_length(asked).to_numpy() // 4 + 20),
            "output_tokens": pa.array(output),
            "status_code": pa.array(status.astype(np.int32)),
            "finish_reason": _REASONS.take(pa.array(np.where(failed, 2, (output >= 1024).astype(np.int64)))),
            "latency_ms": pa.array(np.round(output * 12.5 + 180, 1)),
        }
    )


def lines(rows: pa.Table, day: int) -> memoryview:
    """A block as JSON lines; what is not known is null."""
    micros = rows.column("timestamp").combine_chunks().cast(pa.int64()).to_numpy() % _DAY_US
    parts: list[object] = []
    for i, name in enumerate(rows.column_names):
        opening = ("{" if i == 0 else ",") + f'"{name}":'
        column = rows.column(name).combine_chunks()
        if name == "timestamp":
            parts += [opening + '"', moments(str(START + day), micros), '"']
        elif name in ("prompt", "system_prompt", "finish_reason"):
            parts += [opening, _quoted(column)]
        elif name in _TEXTS:
            parts += [opening + '"', column, '"']
        else:
            parts += [opening, pc.fill_null(column.cast(pa.large_string()), "null")]
    written = joined(*parts, "}\n")
    _, offsets, data = written.buffers()
    return memoryview(data)[: int(np.frombuffer(offsets, np.int64)[len(written)])]


def _quoted(texts: pa.Array) -> pa.Array:
    for plain, escaped in (('"', '\\"'), ("\n", "\\n")):
        texts = pc.replace_substring(texts, plain, escaped)
    quoted = joined('"', texts, '"')
    return pc.fill_null(quoted, "null") if texts.null_count else quoted


def _texts(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.large_string())


_CLIENTS = _texts([f"client-{'python node go java'.split()[i % 4]}/{1 + i // 10}.{i % 10}.0" for i in range(40)])
_MODELS = _texts([f"model-{'small medium large code reason'.split()[i]}" for i in range(MODELS)])
_SYSTEMS = _texts(
    [f"You are assistant number {i} of a firm. Answer in short and stay polite." for i in range(30)] + [None]
)
_LIMITS = pa.array([None, 256, 512, 1024, 4096], pa.int64())
_TEMPERATURES = pa.array([None, 0.0, 0.2, 0.7, 1.0], pa.float64())
_REASONS = _texts(["stop", "length", None])
