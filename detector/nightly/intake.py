"""Files of logs into the store: each content once, each request once, whatever files they come in.

The record of a content is written last and makes what was written before it count. A run that is killed in between
leaves profiles that no record names; the next run writes them again.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detector.logs.files import LogFile, State, discover
from detector.logs.mapping import Mapping
from detector.logs.remote import is_address
from detector.nightly import ledger, sealed, writes
from detector.nightly.damage import DamagedStore
from detector.nightly.dayparts import DayPart
from detector.nightly.engines import Engine, Local
from detector.nightly.ledger import Taken
from detector.nightly.store import Store
from detector.profiles.files import Held, read_files
from detector.profiles.task import Profiled, Task
from detector.results.folder import parquet
from detector.secret import subkey
from detector.settings import Settings


@dataclass(frozen=True)
class Unread:
    """Files that have changed since they were read, or never were.

    Attributes
    ----------
    files : list of LogFile
    others : int
        Files that have not changed.
    seen : dict of str to list of int
        What files looked like when they were last read, by keyed name.
    """

    files: list[LogFile]
    others: int
    seen: dict[str, Any]


def unread(store: Store, paths: Sequence[str]) -> Unread:
    """Tell which of the files that paths mean need be read; what lives elsewhere is copied here only then."""
    seen = _seen(store)

    def is_known(name: str, state: State | None) -> bool:
        return state is not None and seen.get(_name(store, name)) == list(state)

    files = discover(paths, is_known)
    new = [file for file in files if not is_known(file.name, file.state)]
    return Unread(new, len(files) - len(new), seen)


def take(
    store: Store,
    new: Unread,
    settings: Settings,
    mapping: Mapping | None,
    after: str | None,
    done: Callable[[Profiled], None] | None = None,
    remember: bool = False,
    engine: Engine | None = None,
) -> list[Profiled]:
    """Read files, and put what is new of them into the store.

    Parameters
    ----------
    after : str or None
        Newest night that has been judged.
    remember : bool
        Whether what was built tells which account each pseudonym stands for.
    engine : Engine, optional
        Where files are read; without one, here.
    """
    known = ledger.records(store)
    taken = {one.content for one in known}
    held = Held(
        lambda digest: "a file of an earlier run" if _content(store, digest) in taken else None,
        lambda days: ledger.hashes_of_days(store, known, days),
    )
    reading, everything, storing = settings.reading, (None, None), replace(store.storing, remember=remember)
    tasks = [Task(file, reading, mapping, store.key, store.sizes, everything, storing) for file in new.files]
    engine = engine or Local(settings.profiling.workers)
    read = read_files(tasks, engine.profiled, done, held)
    fresh: dict[str, Profiled] = {}
    for one in read:
        if one.report.sha256 and _content(store, one.report.sha256) not in taken:
            fresh.setdefault(one.report.sha256, one)
    for one, days in engine.cut(list(fresh.values())):
        _keep(store, _content(store, one.report.sha256), one, days, after)
    readable = [one.task.file for one in read if one.report.sha256]
    seen = new.seen | {_name(store, file.name): list(file.state) for file in readable if file.state is not None}
    writes.write(store / "seen.json", sealed.sealed({"files": seen}, store.seal))
    return read


def _keep(store: Store, content: str, one: Profiled, days: Iterable[DayPart], after: str | None) -> None:
    """Write profiles, hashes and rejects of a content, then its record."""
    parts = []
    for own in days:
        parts.append(own.part)
        path = ledger.profile_path(store, content, own.part.day)
        writes.make(path.parent)
        writes.write(path, own.profile)
        writes.write(ledger.requests_path(store, content, own.part.day), own.requests)
    rejects = one.rejects.to_table().drop_columns(["detail"])
    if rejects.num_rows:
        writes.write(store / "rejects" / f"{content}.parquet", parquet(rejects))
    taken = Taken(
        content,
        after,
        one.report.rows_in,
        one.built.rows_used,
        one.built.rows_duplicate,
        one.report.rows_rejected,
        "damaged" if one.report.error else None,
        {f"{value:016x}": name for value, name in sorted(one.built.names.of["model"].items())},
        parts,
    )
    writes.write(ledger.record_path(store, content), ledger.as_bytes(store, taken))


def _content(store: Store, sha256: str) -> str:
    """Name of a content that does not tell it."""
    return hmac.digest(subkey(store.key, "content"), sha256.encode(), "sha256").hex()[:32]


def _name(store: Store, name: str) -> str:
    """Name of a path or address that does not tell it."""
    where = name if is_address(name) else os.path.abspath(name)
    return hmac.digest(subkey(store.key, "path"), where.encode("utf-8", "surrogateescape"), "sha256").hex()[:32]


def _seen(store: Store) -> dict[str, Any]:
    """Files that were read before; without the list, all are read again, which changes nothing."""
    path: Path = store / "seen.json"
    if not path.exists():
        return {}
    try:
        files: dict[str, Any] = sealed.opened(path, store.seal)["files"]
    except DamagedStore:
        return {}
    return files
