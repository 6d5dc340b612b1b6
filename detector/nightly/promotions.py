"""Which baseline is in force on which day: only one that somebody approved, from the day of the approval on.

A baseline is frozen when it is promoted. The file of promotions holds its digest, and one that was changed since is
refused rather than used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from detector.anomaly.storage import ARRAYS_NAME, MANIFEST_NAME, load
from detector.errors import InputError, ModelError, UsageError
from detector.nightly.journal import append, read_journal

#: Folder of baselines in a store, and the file of promotions in it.
FOLDER, FILE = "baselines", "promotions.jsonl"


@dataclass(frozen=True)
class Promotion:
    """Approval of one baseline."""

    at: dt.datetime
    by: str
    name: str
    reason: str
    sha256: str
    folder: Path


def promoted(store: Path) -> list[Promotion]:
    """Every promotion, in the order in which they were made.

    Raises
    ------
    InputError
        If the file of promotions is damaged.
    """
    path = store / FOLDER / FILE
    try:
        return [
            Promotion(
                dt.datetime.fromisoformat(entry["at"]).astimezone(dt.UTC),
                entry["by"],
                entry["name"],
                entry["reason"],
                entry["sha256"],
                store / FOLDER / entry["name"],
            )
            for entry in read_journal(path)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: was not written by this version of the detector.") from error


def current(store: Path, on: dt.date) -> Path | None:
    """Folder of the baseline in force on the night of a day: the last one that was promoted by then, if any.

    Raises
    ------
    ModelError
        If it is not what was promoted.
    """
    before = [one for one in promoted(store) if one.at.date() <= on]
    if not before:
        return None
    if _digest(before[-1].folder) != before[-1].sha256:
        raise ModelError(f"{before[-1].folder}: is not what was promoted. Restore it from a copy, or promote another.")
    return before[-1].folder


def promote(store: Path, name: str, reason: str, by: str, at: dt.datetime) -> Promotion:
    """Put a proposed baseline in force from today on.

    Raises
    ------
    UsageError
        If the store has no such proposal, or nobody says why.
    ModelError
        If it is damaged.
    """
    known = proposed(store)
    if name not in known:
        raise UsageError(f"{store}: no baseline is called {name!r}. Known: {', '.join(known) or 'none'}.")
    if not reason.strip() or not by.strip():
        raise UsageError(
            "Say why it is approved (--reason TEXT) and who approves it (--by NAME): both are written down."
        )
    folder = store / FOLDER / name
    load(folder)
    entry = {"at": at.isoformat(timespec="microseconds"), "by": by, "name": name, "reason": reason.strip()}
    promotion = Promotion(at, by, name, reason.strip(), _digest(folder), folder)
    append(store / FOLDER / FILE, entry | {"sha256": promotion.sha256})
    return promotion


def proposed(store: Path) -> list[str]:
    """Names of all baselines of a store that are whole, promoted or not, oldest night first."""
    return sorted(one.parent.name for one in (store / FOLDER).glob(f"B-*/{MANIFEST_NAME}"))


def _digest(folder: Path) -> str:
    """SHA-256 over both files of a baseline."""
    digest = hashlib.sha256()
    for name in (ARRAYS_NAME, MANIFEST_NAME):
        try:
            digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
        except OSError as error:
            raise ModelError(f"{folder / name}: cannot be read ({error.strerror}).") from error
    return digest.hexdigest()
