"""Which files a user means by files, folders, globs and ``-``."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from detector.errors import InputError
from detector.logs.copies import Copy, standard_input
from detector.logs.remote import RemoteFile, fetched, is_address, listed

#: Numbers that change whenever a file does.
State = tuple[int, ...]
STDIN = "-"
#: What a folder's file must end in, a compression's suffix aside, to be taken for a log.
DATA_SUFFIXES = (".jsonl", ".json", ".ndjson", ".log", ".csv", ".parquet")
COMPRESSION_SUFFIXES = (".gz", ".zst")


@dataclass(frozen=True)
class LogFile:
    """A file to read and its position in the input manifest.

    Attributes
    ----------
    path : str
        Where this machine reads it.
    index : int
    address : str, optional
        Where it lives, if elsewhere; `path` is then that of a copy, which exists as long as `copy` does.
    state : tuple of int or None
        What it looked like before it was read; None where that cannot be told.
    """

    path: str
    index: int
    address: str | None = None
    copy: Copy | None = field(default=None, compare=False, repr=False)
    state: State | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The path or address that a user knows it by."""
        return self.address or self.path

    @property
    def shown(self) -> str:
        """The name as text that can be printed and stored, whatever bytes it holds."""
        return shown(self.name)


@lru_cache(maxsize=1024)
def shown(path: str) -> str:
    r"""Path as valid Unicode without control characters.

    Parameters
    ----------
    path : str
        A path as Python gives it: bytes that are not UTF-8 are lone surrogates.

    Returns
    -------
    str
        The same text; bytes that are not UTF-8 and control characters written ``\xNN``.
    """
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def discover(paths: Sequence[str], is_known: Callable[[str, State | None], bool] | None = None) -> list[LogFile]:
    """Files meant by the given paths, each once, in the order of their paths' bytes.

    Parameters
    ----------
    paths : sequence of str
        Files of any name, folders (searched below, hidden names skipped, data files by their
        extension), globs, ``-`` for standard input, which is copied, and addresses (`logs.remote`), whose objects are.
    is_known : callable, optional
        Whether an address in a state was read before: it is listed, but not copied.

    Returns
    -------
    list of LogFile
        One file reached by two names, hard links or symbolic links is listed once.

    Raises
    ------
    InputError
        If a path leads nowhere, or all of them together hold no file.
    """
    elsewhere = {file.address: file for given in paths if is_address(given) for file in listed(given, _is_log)}
    here = {path for given in paths if not is_address(given) for path in _expanded(given)}
    unique: dict[object, str] = {}
    for path in sorted(here.union(elsewhere), key=os.fsencode):
        unique.setdefault(path if path in elsewhere else _identity(path), path)
    if not unique:
        named = ", ".join(shown(p) for p in paths) or "no paths given"
        raise InputError(
            f"{named}: nothing to read. A folder's logs end in {', '.join(DATA_SUFFIXES)}, "
            "alone or with .gz or .zst; name a file itself to read it whatever it is called."
        )
    return [_file(path, index, elsewhere.get(path), is_known) for index, path in enumerate(unique.values())]


def _file(
    path: str, index: int, remote: RemoteFile | None, is_known: Callable[[str, State | None], bool] | None
) -> LogFile:
    if path == STDIN:
        copy = standard_input()
        return LogFile(copy.path, index, STDIN, copy)
    if remote is None:
        return LogFile(path, index, state=_state(path))
    if is_known and is_known(remote.address, remote.state):
        return LogFile(remote.address, index, remote.address, state=remote.state)
    copy = fetched(remote)
    return LogFile(copy.path, index, remote.address, copy, remote.state)


def _state(path: str) -> State | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_log(path: str) -> bool:
    """Whether what stands below a folder is taken for a log: a data file that no part of the path hides."""
    return is_data_name(path) and not any(part.startswith(".") for part in path.split("/"))


def _expanded(given: str) -> Iterator[str]:
    if given == STDIN:
        yield STDIN
    elif os.path.isdir(given):
        yield from _below(given)
    elif os.path.lexists(given):
        yield given
    elif glob.has_magic(given):
        yield from _matching(given)
    else:
        raise InputError(f"{shown(given)}: there is no such file or folder; {_advice(given)}")


def _advice(given: str) -> str:
    """What to do about a path that leads nowhere."""
    parent, name = os.path.split(os.path.abspath(given))
    if not os.path.isdir(parent):
        return f"the folder {shown(parent)} is not there, either: correct the path."
    alike = difflib.get_close_matches(name, os.listdir(parent) if os.access(parent, os.R_OK) else [], n=1)
    return f"did you mean {shown(alike[0])}?" if alike else f"{shown(parent)} has none of that name: correct the path."


def _matching(pattern: str) -> Iterator[str]:
    matches = glob.glob(pattern, recursive=True)
    if not matches:
        raise InputError(f"{shown(pattern)}: no file matches this pattern; correct it, or give the folder itself.")
    for path in matches:
        if os.path.isdir(path):
            yield from _below(path)
        else:
            yield path


def _below(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and is_data_name(name):
                yield os.path.join(place, name)


def _refuse_folder(error: OSError) -> None:
    name = shown(os.fsdecode(error.filename))
    raise InputError(f"{name}: the folder cannot be listed ({error.strerror}).") from error


def is_data_name(name: str) -> bool:
    """Whether a file found in a folder is taken for a log, by its name."""
    lowered = name.lower()
    for suffix in COMPRESSION_SUFFIXES:
        lowered = lowered.removesuffix(suffix)
    return lowered.endswith(DATA_SUFFIXES)


def _identity(path: str) -> object:
    if path == STDIN:
        return STDIN
    try:
        status = os.stat(path)
    except OSError:
        return os.path.normpath(path)
    return (status.st_dev, status.st_ino)
