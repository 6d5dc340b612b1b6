"""Logs that live elsewhere: objects at an Arrow filesystem address, copied into nameless files while they are read.

Credentials are found by the filesystem's own library, never in an address.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector.errors import InputError, UsageError
from detector.logs.copies import PIECE, Copy, nameless

if TYPE_CHECKING:
    import pyarrow.fs

#: Schemes of addresses that Arrow opens by itself.
SCHEMES = ("s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss", "file")
#: Age of a change from which on the next one is sure to have another time: stores count whole seconds, clocks differ.
FRESH_NS = 60_000_000_000
_ADDRESS = re.compile(rf"({'|'.join(SCHEMES)})://", re.IGNORECASE)
_MAGIC = re.compile(r"[*\[]")


@dataclass(frozen=True)
class RemoteFile:
    """An object at an address.

    Attributes
    ----------
    address : str
        Where it lives, without options.
    path : str
        Its path within the filesystem.
    size : int
        Bytes.
    state : tuple of int or None
        Size and time of the last change; None where the store tells no time, or the change is so fresh that the next
        could have the same.
    filesystem : pyarrow.fs.FileSystem
    """

    address: str
    path: str
    size: int
    state: tuple[int, int] | None
    filesystem: pyarrow.fs.FileSystem


def is_address(path: str) -> bool:
    """Whether a path names a filesystem by its scheme."""
    return _ADDRESS.match(path) is not None


def listed(address: str, is_log: Callable[[str], bool]) -> Iterator[RemoteFile]:
    """Objects that an address means: one, the logs below a folder, or those that a pattern matches.

    Parameters
    ----------
    address : str
        For example ``s3://bucket/logs/2026-11-*.jsonl.gz``, where ``*`` stands for folders, too; options of the
        library follow a ``?`` (``endpoint_override=localhost:9000&scheme=http``).
    is_log : callable
        Whether an object is a log, by its path below a folder.

    Raises
    ------
    UsageError
        If it holds a user or a password: others see a command line.
    InputError
        If the filesystem does not answer, or holds nothing there.
    """
    place, _, options = address.partition("?")
    scheme, rest = place.split("://", 1)
    if "@" in rest.partition("/")[0]:
        raise UsageError(
            f"{scheme}://{rest.partition('@')[2]}: an address holds no user and no password, since others can read a "
            "command line. Give them the way the store's own library finds them (environment, configuration, role)."
        )
    pattern = _MAGIC.search(rest)
    top = rest[: pattern.start()].rpartition("/")[0] if pattern else rest.rstrip("/")
    filesystem, files = _files_at(f"{scheme}://{top}", options)
    found = [info for info in files if not pattern or fnmatch.fnmatchcase(info.path, rest)]
    if not found:
        raise InputError(f"{place}: there is no such object or folder, or nothing in it.")
    for info in found:
        if pattern or info.path == top or is_log(info.path.removeprefix(top)):
            yield RemoteFile(f"{scheme}://{info.path}", info.path, info.size, _state(info, time.time_ns()), filesystem)


def _state(info: pyarrow.fs.FileInfo, now: int) -> tuple[int, int] | None:
    changed = info.mtime_ns
    return None if changed is None or changed > now - FRESH_NS else (info.size, changed)


def _files_at(place: str, options: str) -> tuple[pyarrow.fs.FileSystem, list[pyarrow.fs.FileInfo]]:
    """The object at a place, or all below it, in order of path, and the filesystem that holds them."""
    import pyarrow as pa
    from pyarrow.fs import FileSelector, FileSystem, FileType

    try:
        filesystem, path = FileSystem.from_uri(f"{place}?{options}" if options else place)
        found = [filesystem.get_file_info(path)]
        if found[0].type == FileType.Directory:
            found = filesystem.get_file_info(FileSelector(path, recursive=True))
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{place}: cannot be listed ({_first_line(error)}).") from error
    files = [info for info in found if info.type == FileType.File]
    return filesystem, sorted(files, key=lambda info: info.path)


def fetched(file: RemoteFile) -> Copy:
    """Copy an object.

    Raises
    ------
    InputError
        If it cannot be read to its end, or the copy cannot be written.
    """
    import pyarrow as pa

    handle = nameless()
    copy = Copy(handle)
    try:
        with file.filesystem.open_input_stream(file.path, compression=None) as stream:
            shutil.copyfileobj(stream, handle, PIECE)
        handle.flush()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{file.address}: cannot be copied here ({_first_line(error)}).") from error
    if handle.tell() != file.size:
        raise InputError(f"{file.address}: {handle.tell()} bytes came where {file.size} were listed; scan again.")
    return copy


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
