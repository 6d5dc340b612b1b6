"""A journal: lines of JSON that are only ever added, each sealed with the one before it.

The seal of a line is a hash of its words and of the seal before, so that a line that was changed, taken out or put in
is found, as is one that was cut off in the middle. A reader sees the journal before or after an addition, never within.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detector.errors import InputError, OutputError
from detector.nightly import writes

_SEAL = "seal"


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Entries of a journal in the order in which they were added; none where there is no file.

    Raises
    ------
    InputError
        If it cannot be read, or a line is not as it was written.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    *lines, rest = text.split(b"\n")
    entries, seal = [], ""
    for number, line in enumerate([*lines, rest] if rest else lines, start=1):
        entry = _opened(line) if number <= len(lines) else None
        if entry is None or entry.pop(_SEAL, None) != (seal := _seal(entry, seal)):
            raise InputError(f"{path}:{number}: the line is not as it was written. Restore the file from a copy.")
        entries.append(entry)
    return entries


def append(path: Path, entry: dict[str, Any]) -> None:
    """Add an entry; the journal holds it whole or not at all.

    Raises
    ------
    InputError
        If the journal is damaged: nothing is added to it.
    OutputError
        If it cannot be written; then it is as it was.
    """
    try:
        with _alone(path):
            entries = read_journal(path)
            seal = ""
            for one in entries:
                seal = _seal(one, seal)
            before = path.read_bytes() if entries else b""
            writes.write(path, before + _line(entry | {_SEAL: _seal(entry, seal)}))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); nothing was added.") from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time add."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _opened(line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None unless it is written exactly as an entry is."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and _line(entry) == line + b"\n" else None


def _line(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _seal(entry: dict[str, Any], before: str) -> str:
    return hashlib.sha256(before.encode() + _line(entry)).hexdigest()[:32]
