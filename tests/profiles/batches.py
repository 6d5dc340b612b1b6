"""Small batches of queries for tests, from the columns that a test is about."""

from __future__ import annotations

import pyarrow as pa

from detector.schema import BATCH_SCHEMA

DAY_US = 86_400_000_000
FIRST_DAY = 20_000


def batch(rows: list[dict]) -> pa.RecordBatch:
    """Rows with the given columns; `at` is microseconds since the first day."""
    full = [
        {"timestamp": FIRST_DAY * DAY_US + row.get("at", 0), "account_id": "someone", "file": 0, "row": i + 1, **row}
        for i, row in enumerate(rows)
    ]
    arrays = [pa.array([row.get(field.name) for row in full], field.type) for field in BATCH_SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=BATCH_SCHEMA)
