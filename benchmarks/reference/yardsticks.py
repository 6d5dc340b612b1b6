"""What a scan is measured against: one known piece of work over the same files, in a process of its own.

python benchmarks/reference/yardsticks.py typed_parse LOGS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = 8 << 20


def typed_parse(logs: Path) -> None:
    """JSON lines into typed records of msgspec, which are dropped: the least that any reader of JSON does."""
    import msgspec

    from detector.schema import QUERIES

    kinds = {"large_string": str, "bool": bool, "double": float, "int32": int, "int64": int}
    fields = [(c.name, kinds.get(str(c.type), str) | None, None) for c in QUERIES]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Row", fields, gc=False))
    for path in _files(logs, ".jsonl"):
        for block in _lines(path):
            decoder.decode_lines(block)


def memcpy(logs: Path) -> None:
    """The bytes of the files read and copied once."""
    import numpy as np

    for path in _files(logs, ".jsonl"):
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                np.frombuffer(block, np.uint8).copy()


def zstd(logs: Path) -> None:
    """Decompress, as ``zstd -dc`` does."""
    import zstandard

    for path in _files(logs, ".zst"):
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            while plain.read(BLOCK):
                pass


def duckdb_sql(logs: Path) -> None:
    """Plain aggregates of every account in SQL: counts, sums, distinct prompts and addresses, first and last moment."""
    import duckdb

    source = f"read_parquet('{logs}/*.parquet')"
    if next(logs.glob("*.jsonl"), None):
        names = ("account_id", "timestamp", "prompt", "client_ip", "input_tokens", "output_tokens", "status_code")
        kinds = dict.fromkeys(names, "VARCHAR") | dict.fromkeys(names[4:], "BIGINT") | {"timestamp": "TIMESTAMP"}
        source = f"read_json('{logs}/*.jsonl', format='newline_delimited', columns={kinds})"
    duckdb.connect(config={"threads": 2}).execute(
        f"""SELECT account_id, count(*), min(timestamp), max(timestamp), sum(input_tokens), sum(output_tokens),
        avg(length(prompt)), approx_count_distinct(prompt), count(DISTINCT client_ip),
        count(*) FILTER (status_code >= 400) FROM {source} GROUP BY account_id"""
    ).to_arrow_table()


def _files(logs: Path, suffix: str) -> list[Path]:
    return sorted(path for path in logs.iterdir() if path.suffix == suffix)


def _lines(path: Path) -> Iterator[bytes]:
    """Blocks of whole lines."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            end = block.rfind(b"\n") + 1
            yield rest + block[:end]
            rest = block[end:]
    if rest:
        yield rest


if __name__ == "__main__":
    works = {work.__name__: work for work in (typed_parse, memcpy, zstd, duckdb_sql)}
    works[sys.argv[1]](Path(sys.argv[2]))
