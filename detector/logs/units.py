"""Which fields of a log could name the account, and how many values each has."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc

from detector.errors import InputError
from detector.logs.files import LogFile
from detector.logs.intake import FileReport
from detector.logs.mapping import Mapping
from detector.logs.reader import read_queries
from detector.logs.rejects import Rejects
from detector.settings import Reading

FIELDS = ("api_key_id", "end_user_id", "organization_id", "session_id", "client_ip")
#: Rows after which the counting stops; what is counted by then is a lower bound.
MOST_ROWS = 2_000_000


def values_of_fields(files: Sequence[LogFile], settings: Reading, said: Mapping | None) -> dict[str, int]:
    """Count the values of each field that could be the account, of those that have any.

    Reads the files once more, up to `MOST_ROWS` rows.
    """
    seen: dict[str, set[str]] = {name: set() for name in FIELDS}
    rows = 0
    for file in files:
        if rows >= MOST_ROWS:
            continue
        try:
            for batch in read_queries(file, settings, said, FileReport(), Rejects(0)):
                for name, values in seen.items():
                    values.update(pc.unique(batch.column(name).drop_null()).to_pylist())
                rows += batch.num_rows
                if rows >= MOST_ROWS:
                    break
        except InputError:
            continue  # the scan has said so
    return {name: len(values) for name, values in seen.items() if values}
