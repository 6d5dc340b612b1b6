"""How clients ask: the settings, sizes and outcomes of requests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.drill.clocks import Floats, Load
from detector.drill.grammar import Texts
from detector.drill.identities import Members

LARGE, SMALL, CODE = "harbor-large-4", "harbor-small-4", "harbor-code-2"


@dataclass(frozen=True)
class Manner:
    """Settings of requests; where several values are given, every account has its own."""

    models: tuple[tuple[str, float], ...] = ((SMALL, 0.5), (LARGE, 0.5))
    temperatures: tuple[float | None, ...] = (None,)
    max_tokens: tuple[int | None, ...] = (None,)
    streams: float = 1.0  #: share of accounts that stream
    answer_tokens: float = 260.0  #: median length of an answer
    answer_spread: float = 0.8
    tools: int = 0
    top_logprobs: int = 0
    refused: float = 0.004
    failed: float = 0.006
    denied: bool = False  #: the accounts are closed: every request gets 403
    keeps_session: bool = True  #: the client sends a conversation id
    end_users: int = 0  #: customers behind each account, 0 if it names none


@dataclass(frozen=True)
class Written:
    """Texts of requests: the last message of each, and the system prompt or None."""

    prompt: Texts
    system: Texts

    def at(self, places: npt.NDArray[np.int64]) -> Written:
        """Give the texts at these places, in this order; a place may come more than once."""
        return Written(self.prompt[places], self.system[places])


WEB = Manner()
CODING = Manner(
    models=((CODE, 0.6), (LARGE, 0.3), (SMALL, 0.1)),
    temperatures=(None, 0.0, 0.2, 0.7, 1.0),
    max_tokens=(None, 1024, 2048, 4096, 8192),
    streams=0.6,
    answer_tokens=420.0,
    keeps_session=False,
)
PROGRAM = Manner(
    models=((SMALL, 0.8), (LARGE, 0.2)),
    temperatures=(0.0, 0.1, 0.2, 0.3, 0.5, 0.7),
    max_tokens=(128, 200, 256, 300, 400, 500, 512, 800, 1000),
    streams=0.2,
    answer_tokens=110.0,
    keeps_session=False,
)

EVALUATION = Manner(
    models=((LARGE, 1.0),), temperatures=(0.0,), max_tokens=(64,), answer_tokens=6.0, streams=0.0,
    keeps_session=False,
)  # fmt: skip
DESK = Manner(
    models=((SMALL, 1.0),), temperatures=(0.0,), max_tokens=(300,), answer_tokens=60.0, streams=0.0,
    keeps_session=False,
)  # fmt: skip


def compose(members: Members, load: Load, written: Written, manner: Manner, rng: np.random.Generator) -> pd.DataFrame:
    """Put a group's requests into canonical columns; `member` numbers the account within it."""
    n = len(load)
    who = load.who
    place = _by_session(load, members.place_weights, rng)
    client = rng.integers(members.clients.shape[1], size=len(members))
    limits = _own(manner.max_tokens, len(members), rng)[who]
    answer, status, finish = _outcome(manner, limits, len(members), who, rng)
    requests = pd.DataFrame(
        {
            "timestamp": load.when // 1000 * 1000,
            "member": who,
            "session": load.session if manner.keeps_session else -1,
            "end_user": _end_users(manner, load, rng),
            "client_ip": members.places[who, place],
            "user_agent": members.clients[who, client[who]],
            "model": _models(manner, len(members), who, rng),
            "system_prompt": written.system,
            "prompt": written.prompt,
            "n_messages": 1 + 2 * load.turn + (written.system != None),  # noqa: E711
            "n_tools": manner.tools,
            "max_tokens": limits.astype(float),
            "temperature": _own(manner.temperatures, len(members), rng)[who].astype(float),
            "top_logprobs": manner.top_logprobs,
            "stream": (rng.random(len(members)) < manner.streams)[who],
            "output_tokens": answer,
            "status_code": status,
            "finish_reason": finish,
        }
    )
    requests["country"] = members.accounts["country"].to_numpy(dtype=object)[who]
    return _measure(requests, load, n, rng)


def _measure(requests: pd.DataFrame, load: Load, n: int, rng: np.random.Generator) -> pd.DataFrame:
    prompt = np.array([len(text.encode()) for text in requests["prompt"]]) // 4 + 3
    system = np.array([len(text) // 4 if text else 0 for text in requests["system_prompt"]])
    history = (load.turn * rng.integers(150, 420, size=n)).astype(np.int64)
    read = prompt + system + history
    requests["input_tokens"] = read
    requests["cached_input_tokens"] = np.where(read - prompt > 300, (read - prompt) // 64 * 64, 0)
    speed = rng.normal(14.0, 2.0, size=n)
    requests["latency_ms"] = np.round(250 + 0.08 * read + speed * requests["output_tokens"])
    return requests


def _outcome(
    manner: Manner, limits: Texts, n: int, who: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Texts]:
    own = rng.lognormal(np.log(manner.answer_tokens), 0.35, size=n)[who]
    answer = np.maximum(own * rng.lognormal(0.0, manner.answer_spread, size=who.size), 1.0)
    caps = np.where(np.isnan(limits.astype(float)), 16_000, limits.astype(float))
    finish = np.full(who.size, "stop", dtype=object)
    finish[answer >= caps] = "length"
    fate = rng.random(who.size)
    refused, failed = fate < manner.refused, fate > 1 - manner.failed
    failed |= manner.denied
    finish[refused], finish[failed] = "filter", "error"
    answer = np.where(refused, 24, np.where(failed, 0, np.minimum(answer, caps)))
    codes = rng.choice([429, 500, 503, 400], size=who.size, p=[0.5, 0.2, 0.2, 0.1])
    codes = np.full(who.size, 403) if manner.denied else codes
    return answer.astype(np.int64), np.where(failed, codes, 200), finish


def _models(manner: Manner, n: int, who: npt.NDArray[np.int64], rng: np.random.Generator) -> Texts:
    names = np.array([name for name, _ in manner.models], dtype=object)
    weights = np.array([weight for _, weight in manner.models])
    usual = rng.choice(names.size, size=n, p=weights / weights.sum())
    other = rng.choice(names.size, size=who.size, p=weights / weights.sum())
    strays: npt.NDArray[np.bool_] = rng.random(who.size) < 0.15
    chosen: Texts = names[np.where(strays, other, usual[who])]
    return chosen


def _by_session(load: Load, weights: tuple[float, ...], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    sessions = int(load.session.max()) + 1 if len(load) else 0
    bounds: Floats = np.cumsum(weights)[:-1]
    drawn: npt.NDArray[np.int64] = np.searchsorted(bounds, rng.random(sessions))[load.session]
    return drawn


def _own(values: tuple[float | int | None, ...], n: int, rng: np.random.Generator) -> Texts:
    return np.array(values, dtype=object)[rng.integers(len(values), size=n)]


def _end_users(manner: Manner, load: Load, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    if not manner.end_users:
        return np.full(len(load), -1)
    sessions = int(load.session.max()) + 1 if len(load) else 0
    return (manner.end_users * rng.power(0.6, size=sessions)).astype(np.int64)[load.session]
