"""Nameless local copies of what cannot be read more than once where it is: objects elsewhere, standard input.

A copy has no name in any folder, so that nothing of it is left behind when the process ends, however it ends.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from typing import BinaryIO

from detector.errors import InputError

PIECE = 4 << 20


class Copy:
    """A nameless local copy, gone with this object."""

    def __init__(self, handle: BinaryIO) -> None:
        self._gone = weakref.finalize(self, handle.close)
        self.path = handle.name if isinstance(handle.name, str) else f"/proc/{os.getpid()}/fd/{handle.fileno()}"

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()  # another process reads the copy by its path, and does not keep it


def nameless() -> BinaryIO:
    """A file without a name, or where the system has none, one that is deleted when it is closed."""
    if hasattr(os, "O_TMPFILE") and os.path.isdir(f"/proc/{os.getpid()}/fd"):
        return tempfile.TemporaryFile()
    return tempfile.NamedTemporaryFile(prefix="detector-")  # type: ignore[return-value]


def standard_input() -> Copy:
    """Copy what comes in.

    Raises
    ------
    InputError
        If the copy cannot be written.
    """
    handle = nameless()
    copy = Copy(handle)
    try:
        shutil.copyfileobj(sys.stdin.buffer, handle, PIECE)
        handle.flush()
    except OSError as error:
        place = tempfile.gettempdir()
        raise InputError(f"-: standard input cannot be kept in {place} while it is read ({error.strerror}).") from error
    return copy
