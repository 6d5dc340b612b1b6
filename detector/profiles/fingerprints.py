"""From a batch of queries to one row of numbers and keyed hashes per request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detector.profiles.addresses import parse_address
from detector.schema import BATCH_SCHEMA
from detector.text import Fingerprinter
from detector.text.kernel import HEAD, PHRASE_0, PHRASES_KEPT, PROMPT, TAIL, TEMPLATE

DAY_US = 86_400_000_000
SLOT_US = 600_000_000
#: Hash columns of a fingerprinted request, in the order of its profile.
HASHES = (
    "prompt", "template", "head", "tail", "system", *(f"phrase_{i}" for i in range(PHRASES_KEPT)),
    "address", "subnet", "client", "settings", "model", "end_user", "session",
)  # fmt: skip
#: Numbers that may be unknown (NaN).
NUMBERS = ("input_tokens", "output_tokens", "max_tokens", "temperature", "n_messages")
FLAGS = ("refused", "truncated", "failed", "logprobs")
#: Number of each kind of value that is hashed, so that equal texts of two kinds are two keys.
PURPOSES = {
    name: i
    for i, name in enumerate(
        (
            "account",
            "request_id",
            "address",
            "subnet",
            "client",
            "model",
            "end_user",
            "session",
            "settings",
            "row",
        ),
        start=1,
    )
}
NAMES_KEPT = 50_000

U64 = npt.NDArray[np.uint64]
Number = TypeVar("Number", bound=np.generic)
Columns = dict[str, npt.NDArray[Any]]


@dataclass
class Names:
    """Clear names behind hashes that a report may show: models, clients, subnets."""

    of: dict[str, dict[int, str]] = field(default_factory=lambda: {"model": {}, "client": {}, "subnet": {}})

    def add(self, kind: str, hashes: U64, names: Iterable[str | None]) -> None:
        """Remember names, each at most 200 characters, at most `NAMES_KEPT` of a kind."""
        known = self.of[kind]
        for value, name in zip(hashes.tolist(), names, strict=True):
            if name is not None and value and len(known) < NAMES_KEPT:
                known.setdefault(value, name[:200])

    def absorb(self, other: Names) -> None:
        """Take over what others remember."""
        for kind, known in other.of.items():
            self.of[kind] = known | self.of[kind]


def load_kernels(key: bytes) -> None:
    """Load the compiled kernels, which takes half a second, so that copies of this process have them."""
    nothing = pa.RecordBatch.from_arrays([pa.array([], field.type) for field in BATCH_SCHEMA], schema=BATCH_SCHEMA)
    RequestFingerprinter(key).columns(nothing)


class RequestFingerprinter:
    """Turns batches of queries into columns of numbers, under one key."""

    def __init__(self, key: bytes) -> None:
        self._text = Fingerprinter(key)
        self.names = Names()

    def columns(self, batch: pa.RecordBatch) -> tuple[pa.Array, Columns]:
        """Account ids of a batch and its fingerprinted columns.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Rows of `schema.BATCH_SCHEMA`.

        Returns
        -------
        account_id : pyarrow.Array of large_string, length n
        columns : dict of name to ndarray of length n
            `HASHES` (uint64, 0 unknown), `NUMBERS` (float64, NaN unknown), `FLAGS` (bool), the counters of a
            day as 0 or 1 or an amount, ``request``, ``timestamp``, ``day``, ``themes``, ``asks``, ``file``, ``row``.
        """
        get = batch.column
        out: Columns = {}
        text = self._text.texts(get("prompt"))
        for name, column in (
            ("prompt", PROMPT),
            ("template", TEMPLATE),
            ("head", HEAD),
            ("tail", TAIL),
        ):
            out[name] = text.hashes[:, column]
        for i in range(PHRASES_KEPT):
            out[f"phrase_{i}"] = text.hashes[:, PHRASE_0 + i]
        system, system_asks = self._system(get("system_prompt"))
        out["system"] = system
        out["asks"] = (text.asks | system_asks).astype(np.int64)
        out["themes"] = text.topic.astype(np.int64)
        out["prompt_chars"] = text.chars.astype(np.float64)
        self._identities(batch, out)
        self._numbers(batch, out)
        out["timestamp"] = get("timestamp").cast(pa.int64()).to_numpy(zero_copy_only=False)
        out["day"] = out["timestamp"] // DAY_US
        out["file"] = get("file").to_numpy(zero_copy_only=False).astype(np.int64)
        out["row"] = get("row").to_numpy(zero_copy_only=False).astype(np.int64)
        out["identified"] = ~_null(get("request_id"))
        out["request"] = self._request(batch, out)
        return get("account_id"), out

    def accounts(self, ids: pa.Array) -> U64:
        """Hashes of account ids."""
        found: U64 = self._text.values(ids, PURPOSES["account"])
        return found

    def _system(self, values: pa.Array) -> tuple[U64, npt.NDArray[np.uint8]]:
        codes, unique = _encoded(values)
        found = self._text.texts(unique)
        return _spread(found.hashes[:, TEMPLATE], codes), _spread(found.asks, codes)

    def _identities(self, batch: pa.RecordBatch, out: Columns) -> None:
        for name, source in (
            ("client", "user_agent"),
            ("model", "model"),
            ("end_user", "end_user_id"),
            ("session", "session_id"),
        ):
            codes, unique = _encoded(batch.column(source))
            hashes = self._text.values(unique, PURPOSES[name])
            out[name] = _spread(hashes, codes)
            if name in self.names.of:
                self.names.add(name, hashes, unique.to_pylist())
        codes, unique = _encoded(batch.column("client_ip"))
        parsed = [parse_address(text) for text in unique.to_pylist()]
        for name, position in (("address", 0), ("subnet", 1)):
            texts = pa.array([p[position] for p in parsed], pa.large_string())
            hashes = self._text.values(texts, PURPOSES[name])
            out[name] = _spread(hashes, codes)
            if name == "subnet":
                self.names.add(name, hashes, texts.to_pylist())

    def _numbers(self, batch: pa.RecordBatch, out: Columns) -> None:
        number = {name: _float(batch.column(name)) for name in _NUMERIC}
        for name in NUMBERS:
            out[name] = number[name]
        parts = [
            number[name]
            for name in (
                "max_tokens",
                "temperature",
                "top_p",
                "top_logprobs",
                "n_choices",
                "stream",
            )
        ]
        bits = np.stack([np.nan_to_num(p, nan=-1.0).view(np.uint64) for p in parts], axis=1)
        out["settings"] = np.where(
            np.all(np.isnan(parts), axis=0),
            np.uint64(0),
            self._text.rows(bits, PURPOSES["settings"]),
        )
        codes, unique = _encoded(batch.column("finish_reason"))
        reasons = np.array([*unique.to_pylist(), None], dtype=object)
        status = number["status_code"]
        out["refused"], out["truncated"] = (reasons == "filter")[codes], (reasons == "length")[codes]
        out["failed"] = status >= 400
        out["logprobs"] = number["top_logprobs"] > 0
        for name, value in _counters(number, codes < len(unique), status, out, batch).items():
            out[name] = value.astype(np.int64)

    def _request(self, batch: pa.RecordBatch, out: Columns) -> U64:
        """Hash that stands for the request: of its id within its account, or of all it says where it has none."""
        account = self.accounts(batch.column("account_id"))
        named = self._text.values(batch.column("request_id"), PURPOSES["request_id"])
        by_id = self._text.rows(np.stack([account, named], axis=1), PURPOSES["request_id"])
        if out["identified"].all():
            return by_id
        numbers = [np.nan_to_num(out[name], nan=-1.0).astype(np.float64).view(np.uint64) for name in NUMBERS]
        said = [out["timestamp"].view(np.uint64), *(out[name] for name in HASHES), *numbers]
        content = self._text.rows(np.stack([account, *said], axis=1), PURPOSES["row"])
        return np.where(out["identified"], by_id, content)


_NUMERIC = (
    *NUMBERS, "top_p", "top_logprobs", "n_choices", "stream", "status_code", "cached_input_tokens", "n_tools",
)  # fmt: skip


def _counters(
    number: dict[str, npt.NDArray[np.float64]],
    finished: npt.NDArray[np.bool_],
    status: npt.NDArray[np.float64],
    out: Columns,
    batch: pa.RecordBatch,
) -> Columns:
    """What a row adds to each counter of its account's day."""
    known: Callable[[str], npt.NDArray[np.bool_]] = lambda name: ~np.isnan(number[name])  # noqa: E731
    amount: Callable[[str], npt.NDArray[np.float64]] = lambda name: np.nan_to_num(number[name])  # noqa: E731
    asks = out["asks"]
    return {
        "requests": np.ones(len(status)),
        "known_input": known("input_tokens"), "input_sum": amount("input_tokens"),
        "known_cached": known("cached_input_tokens"), "cached_tokens": amount("cached_input_tokens"),
        "known_output": known("output_tokens"), "output_sum": amount("output_tokens"),
        "with_prompt": ~_null(batch.column("prompt")), "chars_sum": out["prompt_chars"],
        "known_status": known("status_code"), "throttled": status == 429,
        "client_errors": (status >= 400) & (status < 500) & (status != 429), "server_errors": status >= 500,
        "known_finish": finished,
        "refused_sum": out["refused"], "truncated_sum": out["truncated"],
        "known_stream": known("stream"), "streamed": number["stream"] > 0,
        "known_logprobs": known("top_logprobs"), "with_logprobs": number["top_logprobs"] > 0,
        "known_choices": known("n_choices"), "multi_choice": number["n_choices"] > 1,
        "known_messages": known("n_messages"), "multi_turn": number["n_messages"] > 2,
        "known_tools": known("n_tools"), "with_tools": number["n_tools"] > 0,
        "with_system": ~_null(batch.column("system_prompt")), "with_session": ~_null(batch.column("session_id")),
        "asks_reasoning": asks & 1 > 0, "asks_hidden": asks & 2 > 0, "asks_grading": asks & 4 > 0,
        "asks_generation": asks & 8 > 0, "asks_tags": asks & 16 > 0,
    }  # fmt: skip


def _null(values: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _float(values: pa.Array) -> npt.NDArray[np.float64]:
    return np.asarray(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _encoded(values: pa.Array) -> tuple[npt.NDArray[np.int64], pa.Array]:
    """Position of each value among the distinct ones; nulls point one past the last."""
    encoded = pc.dictionary_encode(values)
    codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), encoded.dictionary.cast(pa.large_string())


def _spread(values: npt.NDArray[Number], codes: npt.NDArray[np.int64]) -> npt.NDArray[Number]:
    """Values of the distinct ones at each row; 0 for null."""
    spread: npt.NDArray[Number] = np.append(values, np.zeros(1, values.dtype))[codes]
    return spread
