"""A store: one folder, one key, one run at a time.

store.json    what the store is; sealed
files/        a sealed record of each content that was read
days/         profiles of one content and day each, and the hashes of their requests
rejects/      rows of a content that could not be used
nights/       a link for each night to its results in generations/
latest        a link to the newest night
seen.json     which files on disk hold which content, so that they need not be read again
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from detector.errors import OutputError, UsageError
from detector.nightly import sealed, writes
from detector.nightly.damage import DamagedStore, StoreInUse
from detector.profiles.build import Storing
from detector.profiles.sizes import EVERYTHING, Sizes
from detector.secret import key_id, subkey

#: Version of the layout and of what texts are turned into; a store of another one is refused.
FORMAT = 2
FOLDERS = ("files", "days", "rejects", "nights", "generations")
FILES = ("store.json", "seen.json", "latest")


@dataclass(frozen=True)
class Store:
    """An opened store.

    Attributes
    ----------
    folder : Path
    key : bytes
        Secret of every hash in it.
    clear_ids : bool
        Whether account ids are kept as they are.
    sizes : Sizes
        How much is kept of an account's day; fixed when the store is made, since it cannot be raised later. A window
        is cut to its budget when it is read.
    """

    folder: Path
    key: bytes
    clear_ids: bool
    sizes: Sizes

    @cached_property
    def seal(self) -> bytes:
        """Secret under which documents are sealed."""
        return subkey(self.key, "seal")

    @cached_property
    def storing(self) -> Storing:
        """How profiles name accounts."""
        return Storing(None if self.clear_ids else subkey(self.key, "pseudonym"))

    def __truediv__(self, name: str) -> Path:
        return self.folder / name


def key_for(path: Path, folder: Path) -> Path:
    """The key file of a store, if it is fit to be one.

    Raises
    ------
    UsageError
        If others may read it, or it lies in the store that it protects.
    """
    if folder.resolve() in path.resolve().parents:
        raise UsageError(f"{path}: lies in the store that it protects; keep the key elsewhere.")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(f"{path}: may be read by others than its owner. Close it: chmod 600 {path}")
    return path


@contextmanager
def held(folder: Path, key: bytes, clear_ids: bool, sizes: Sizes) -> Iterator[Store]:
    """Open a store for writing, made if there is none, while no other run has it.

    Raises
    ------
    StoreInUse
        If another run has it; nothing was changed.
    """
    check_folder(folder)
    writes.make(folder)
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, writes.FILE_MODE)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}); nothing was changed.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreInUse(f"{folder}: another run holds the store; nothing was changed.") from error
        if not (folder / "store.json").exists():
            _found(folder, key, clear_ids, sizes)
        store = opened(folder, key)
        _check_wishes(store, clear_ids, sizes)
        writes.sweep(folder, (*FOLDERS, *FILES))
        yield store
    finally:
        os.close(lock)


def opened(folder: Path, key: bytes) -> Store:
    """Open a store for reading.

    Raises
    ------
    UsageError
        If there is none.
    DamagedStore
        If it is of another version or made with another key.
    """
    path = folder / "store.json"
    if not path.exists():
        raise UsageError(f"{folder}: is no store; detector nightly makes one.")
    said = _identity(path, key)
    sizes = Sizes(said["sample_per_day"], said["distinct_per_day"], EVERYTHING)
    return Store(folder, key, said["clear_ids"], sizes)


def check_folder(folder: Path) -> None:
    """Refuse a folder that somebody else could change.

    Raises
    ------
    OutputError
        If it is a link, is not a folder, belongs to somebody else or is open to others, or holds something else.
    """
    if not os.path.lexists(folder):
        return
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        raise OutputError(f"{folder}: is not a folder of its own; name one for the store.")
    if status.st_uid != os.geteuid():
        raise OutputError(f"{folder}: belongs to another user; a store belongs to the user who runs it.")
    if stat.S_IMODE(status.st_mode) & 0o022:
        raise OutputError(f"{folder}: may be written to by others. Close it: chmod 700 {folder}")
    if not (folder / "store.json").exists() and any(name != "lock" for name in _visible(folder)):
        raise OutputError(f"{folder}: holds other things than a store; name another folder with --store.")


def _visible(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if not name.endswith(writes.PENDING) and name not in FOLDERS]


def _found(folder: Path, key: bytes, clear_ids: bool, sizes: Sizes) -> None:
    for name in FOLDERS:
        writes.make(folder / name)
    said = {
        "format": FORMAT,
        "key_id": key_id(key),
        "clear_ids": clear_ids,
        "sample_per_day": sizes.requests,
        "distinct_per_day": sizes.distinct,
    }
    writes.write(folder / "store.json", sealed.sealed(said, subkey(key, "seal")))


def _identity(path: Path, key: bytes) -> dict[str, Any]:
    try:
        said = sealed.opened(path, subkey(key, "seal"))
    except DamagedStore as error:
        raise DamagedStore(
            path,
            "it is not what was written with this key",
            "Give the key that the store was made with, or restore the file.",
        ) from error
    if said["format"] != FORMAT:
        raise DamagedStore(
            path, f"it is of version {said['format']}, and this detector writes {FORMAT}", "Start a new store."
        )
    return said


def _check_wishes(store: Store, clear_ids: bool, sizes: Sizes) -> None:
    if clear_ids != store.clear_ids:
        now = "as they are" if store.clear_ids else "as pseudonyms"
        raise UsageError(f"{store.folder}: keeps account ids {now}, which cannot be changed; start a new store.")
    if (sizes.requests, sizes.distinct) != (store.sizes.requests, store.sizes.distinct):
        raise UsageError(
            f"{store.folder}: keeps {store.sizes.requests} requests and {store.sizes.distinct} distinct values of an "
            "account's day, which cannot be changed; set profiling.sample_per_day and distinct_per_day so."
        )
