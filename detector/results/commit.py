"""Outputs appear whole or not at all: a temporary folder beside the target, fsync, rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import OutputError


@contextmanager
def committed(folder: Path) -> Iterator[Path]:
    """Give a fresh folder; when the block ends well it takes the place of `folder`.

    Raises
    ------
    OutputError
        If anything could not be written; then `folder` is as it was.
    """
    folder = Path(os.path.abspath(folder))
    _check(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}).") from error
    try:
        yield fresh
        _sync(fresh)
        _swap(fresh, folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}); nothing there has changed.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _check(folder: Path) -> None:
    """Refuse to take the place of what is not the result of a scan."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file; name a folder for the result.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "run.json").exists():
        raise OutputError(f"{folder}: holds other files than the result of a scan; name another folder with --out.")


def _sync(fresh: Path) -> None:
    for path in sorted(fresh.iterdir()):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
    _sync_folder(fresh)


def _swap(fresh: Path, folder: Path) -> None:
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
        os.replace(folder, old / "was")
        try:
            os.replace(fresh, folder)
        except OSError:
            os.replace(old / "was", folder)
            raise
        finally:
            if folder.exists():
                shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(fresh, folder)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
