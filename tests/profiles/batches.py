"""Small batches of queries for tests, from the columns that a test is about."""

from __future__ import annotations

import pyarrow as pa

from detector.profiles.assemble import assemble
from detector.profiles.build import build_profile
from detector.profiles.profile import Sizes
from detector.profiles.tables import Tables
from detector.schema import ACCOUNTS_SCHEMA, BATCH_SCHEMA

KEY = b"the key of these tests"

DAY_US = 86_400_000_000
FIRST_DAY = 20_000


def batch(rows: list[dict]) -> pa.RecordBatch:
    """Rows with the given columns; `at` is microseconds since the first day."""
    full = [
        {
            "timestamp": FIRST_DAY * DAY_US + row.get("at", 0),
            "account_id": "someone",
            "file": 0,
            "row": i + 1,
            **row,
        }
        for i, row in enumerate(rows)
    ]
    arrays = [pa.array([row.get(field.name) for row in full], field.type) for field in BATCH_SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=BATCH_SCHEMA)


def tables(rows: list[dict], accounts: list[dict] | None = None) -> Tables:
    """Tables of a small log and its accounts."""
    built = build_profile([batch(rows)], KEY, Sizes())
    people = None
    if accounts is not None:
        filled = [{field.name: row.get(field.name) for field in ACCOUNTS_SCHEMA} for row in accounts]
        people = pa.Table.from_pylist(filled, ACCOUNTS_SCHEMA)
    return assemble(built.profile, people, built.names, KEY, Sizes())
