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
def committed(folder: Path, made_of: str = "") -> Iterator[Path]:
    """Give a fresh folder; when the block ends well it takes the place of `folder`.

    Parameters
    ----------
    folder : Path
    made_of : str
        Ending that all files of the folder have, if it is not the result of a scan.

    Raises
    ------
    OutputError
        If anything could not be written; then `folder` is as it was.
    """
    folder = Path(os.path.abspath(folder))
    _check(folder, made_of)
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


def _check(folder: Path, made_of: str) -> None:
    """Refuse to take the place of what is not of the same kind."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file; name a folder for the result.")
    if not folder.is_dir():
        return
    ours = all(f.suffix == made_of for f in folder.iterdir()) if made_of else (folder / "run.json").exists()
    if any(folder.iterdir()) and not ours:
        what = f"files in {made_of[1:].title()}" if made_of else "the result of a scan"
        raise OutputError(f"{folder}: holds other files than {what}; name another folder with --out.")


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
