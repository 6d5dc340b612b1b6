"""Which account each pseudonym stands for: a file outside the store, and a log of every look into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from detector.errors import InputError, UsageError
from detector.nightly import writes
from detector.nightly.journal import append
from detector.results.folder import parquet

#: Ending of the log beside the file.
LOG = ".log.jsonl"


def check(path: Path, store: Path) -> Path:
    """Refuse to keep identities in the store that hides them.

    Raises
    ------
    UsageError
    """
    if store.resolve() in path.resolve().parents:
        raise UsageError(f"{path}: lies in the store; keep identities elsewhere.")
    return path


def add(path: Path, known: dict[str, str]) -> None:
    """Add pseudonyms with the ids that they stand for."""
    held = read(path) if path.exists() else {}
    if known.keys() <= held.keys():
        return
    merged = dict(sorted((held | known).items()))
    table = pa.table({"pseudonym": list(merged), "account_id": list(merged.values())})
    writes.make(path.absolute().parent)
    writes.write(path.absolute(), parquet(table))


def read(path: Path) -> dict[str, str]:
    """Ids by the pseudonyms that stand for them.

    Raises
    ------
    InputError
        If the file is no such list, or damaged.
    """
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        pairs = zip(table.column("pseudonym").to_pylist(), table.column("account_id").to_pylist(), strict=True)
        return dict(pairs)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(f"{path}: is no list of identities, or is damaged ({type(error).__name__}).") from error


def reveal(path: Path, names: Sequence[str], reason: str, by: str, at: dt.datetime) -> dict[str, str]:
    """Ids that names stand for; that somebody asked, and why, is written down first.

    Raises
    ------
    UsageError
        If no reason is given, or a name is not known.
    """
    if not reason.strip() or not by.strip():
        raise UsageError("Say why you need to know (--reason TEXT) and who asks (--by NAME): both are written down.")
    known = read(path)
    missing = [name for name in names if name not in known]
    if missing:
        raise UsageError(f"{path}: does not know {', '.join(missing)}.")
    entry = {"at": at.isoformat(timespec="seconds"), "by": by, "reason": reason.strip(), "names": sorted(names)}
    append(path.with_name(path.name + LOG), entry)
    return {name: known[name] for name in names}
