"""The one way into a store: whole files and links, durable before they are seen, readable by their owner alone.

Every write is a row of steps - open, write, fsync, rename, fsync of the folder - and each is announced to `before`
first, so that tests can end the process, or let the disk fail, at any one of them.

References
----------
.. [1] Pillai, T. S. et al. (2014), "All File Systems Are Not Created Equal: On the Complexity of Crafting
       Crash-Consistent Applications", OSDI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import OutputError

FILE_MODE, FOLDER_MODE = 0o600, 0o700
#: Ending of what is being written and not yet in place.
PENDING = ".tmp"


def _nothing(step: str, path: Path) -> None:
    pass


#: Called before each step with its name and the file or folder it is about.
before: Callable[[str, Path], None] = _nothing


def write(path: Path, data: bytes) -> None:
    """Put a file in place, whole or not at all.

    Raises
    ------
    OutputError
        If a step fails; what was at `path` is as it was.
    """
    pending = path.with_name(f".{path.name}{PENDING}")
    with _failing(path, pending):
        pending.unlink(missing_ok=True)
        before("open", pending)
        handle = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        try:
            _write_all(handle, data, pending)
            before("fsync", pending)
            os.fsync(handle)
        finally:
            os.close(handle)
        before("rename", path)
        os.replace(pending, path)
        _sync_folder(path.parent)


def point(link: Path, target: str) -> None:
    """Make a link name another target, in one step."""
    pending = link.with_name(f".{link.name}{PENDING}")
    with _failing(link, pending):
        pending.unlink(missing_ok=True)
        before("link", pending)
        os.symlink(target, pending)
        before("rename", link)
        os.replace(pending, link)
        _sync_folder(link.parent)


def make(folder: Path) -> None:
    """Make a folder and those above it, closed to others from the start."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    with _failing(folder):
        for one in reversed(missing):
            before("mkdir", one)
            one.mkdir(FOLDER_MODE)
            _sync_folder(one.parent)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it."""
    with _failing(path):
        before("remove", path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        _sync_folder(path.parent)


def sweep(folder: Path, names: Iterable[str]) -> None:
    """Remove what an interrupted run left of some files and folders of a folder."""
    for name in names:
        own = folder / name
        within = own.rglob(f".*{PENDING}") if own.is_dir() and not own.is_symlink() else ()
        for pending in sorted([*within, own.with_name(f".{name}{PENDING}")]):
            if os.path.lexists(pending):
                remove(pending)


def _write_all(handle: int, data: bytes, path: Path) -> None:
    left = memoryview(data)
    before("write", path)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(folder: Path) -> None:
    before("fsync folder", folder)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _failing(path: Path, pending: Path | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if pending is not None:
            try:
                pending.unlink(missing_ok=True)
            except OSError:
                pass  # swept by the next run
        raise OutputError(f"{path}: cannot be written ({error.strerror}); run again when that is mended.") from error
