"""Bytes of a log file, decompressed, hashed and limited, in pieces of bounded size."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import pyarrow as pa

from detector.errors import InputError
from detector.logs.files import LogFile
from detector.settings import Reading

PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_REFUSED_MAGIC = {
    b"BZh": "bzip2 (unpack it first: bunzip2)",
    b"\xfd7zXZ\x00": "xz (unpack it first: unxz)",
    b"PK\x03\x04": "a zip archive (unpack it first: unzip)",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive (unpack it first)",
    b"\x04\x22\x4d\x18": "lz4 (unpack it first: unlz4)",
    b"\xff\x06\x00\x00sNaPpY": "Snappy (unpack it first)",
    b"ARROW1": "an Arrow IPC (Feather) file (write it as Parquet)",
    b"ORC": "an ORC file (write it as Parquet)",
    b"SQLite format 3": "an SQLite database (export the table as CSV)",
}
_OTHER_ENCODINGS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class DamagedFile(InputError):
    """A file ends or breaks before its end; what stood before the damage has been read."""


@dataclass
class Source:
    """An opened file. `sha256` and `read` are final once `pieces` is exhausted; without `hashed` there is no digest."""

    name: str
    handle: BinaryIO
    limits: Reading
    head: bytes = b""
    compression: str = "none"
    read: int = 0
    decoded: int = 0
    hashed: bool = True
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _state: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self._state = self._current()

    def refuse_change(self) -> None:
        """Refuse what was written to since it was opened: its end may be half a row.

        Raises
        ------
        DamagedFile
            All rows have been read by then.
        """
        if self._state != self._current():
            raise DamagedFile(
                f"{self.name}: was written to while it was read; the rows up to where it was read count. "
                "Scan again when it is complete."
            )

    def _current(self) -> tuple[int, int]:
        status = os.fstat(self.handle.fileno())
        return status.st_size, status.st_mtime_ns

    @property
    def sha256(self) -> str:
        """Digest of the decoded bytes so far, hex."""
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """Yield the decoded bytes in order, no piece much larger than `PIECE`.

        Raises
        ------
        DamagedFile
            If the compressed stream is cut, corrupt, followed by foreign bytes, or grows beyond
            the allowed ratio.
        """
        decoder = {"none": self._raw, "gzip": self._gzip, "zstd": self._zstd}[self.compression]
        for piece in decoder():
            self.decoded += len(piece)
            self._refuse_bomb()
            if self.hashed:
                self._digest.update(piece)
            yield piece

    def _refuse_bomb(self) -> None:
        allowed = self.limits.max_expansion * max(self.read, 1)
        if self.compression != "none" and self.decoded > self.limits.expansion_free_bytes:
            if self.decoded > allowed:
                raise DamagedFile(
                    f"{self.name}: grows to more than {self.limits.max_expansion} times its "
                    "compressed size, as a decompression bomb does; reading stopped. If the file "
                    "is sound, raise reading.max_expansion in the settings."
                )

    def take(self, size: int) -> bytes:
        """Raw bytes, counted."""
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
        else:
            try:
                data = self.handle.read(size)
            except OSError as error:
                raise DamagedFile(f"{self.name}: reading failed ({error.strerror}).") from error
        self.read += len(data)
        return data

    def _raw(self) -> Iterator[bytes]:
        while data := self.take(PIECE):
            yield data

    def _gzip(self) -> Iterator[bytes]:
        data = self.take(PIECE)
        while data:
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                if not data and not (data := self.take(PIECE)):
                    raise DamagedFile(
                        f"{self.name}: the gzip stream is cut off; the rows before the cut were "
                        "read. Copy the file again."
                    )
                piece, data = self._inflated(member, data)
                if piece:
                    yield piece
            data = member.unused_data.lstrip(b"\0") or self._after_padding()
            if data and len(data) < 2:
                data += self.take(PIECE)
            if data and not data.startswith(_GZIP):
                raise DamagedFile(
                    f"{self.name}: bytes that are not gzip follow the gzip data; the rows before them were read."
                )

    def _inflated(self, member: zlib._Decompress, data: bytes) -> tuple[bytes, bytes]:
        try:
            piece = member.decompress(data, PIECE)
        except zlib.error as error:
            raise DamagedFile(
                f"{self.name}: the gzip data is damaged ({error}); the rows before the damage were read."
            ) from error
        return piece, member.unconsumed_tail

    def _after_padding(self) -> bytes:
        while data := self.take(PIECE):
            if stripped := data.lstrip(b"\0"):
                return stripped
        return b""

    def _zstd(self) -> Iterator[bytes]:
        stream = pa.CompressedInputStream(pa.PythonFile(_Counted(self), mode="r"), "zstd")
        while True:
            try:
                piece = stream.read(PIECE)
            except OSError as error:
                raise DamagedFile(
                    f"{self.name}: the zstd data is cut off or damaged ({error}); the rows before the damage were read."
                ) from error
            if not piece:
                return
            yield piece


class _Counted:
    """The few methods of a file that Arrow asks for."""

    closed = False

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        return self._source.take(PIECE if size < 0 else size)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


def open_source(file: LogFile, limits: Reading) -> Source:
    """Open a file and recognise its compression by its first bytes.

    Raises
    ------
    InputError
        If it cannot be opened, is not a regular file, or is packed or encoded in a way that is
        not supported.
    """
    handle = _opened(file)
    source = Source(file.shown, handle, limits)
    head = _first_bytes(source)
    if head.startswith(_GZIP):
        source.compression = "gzip"
    elif head.startswith(_ZSTD) or (head[:1] and head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):
        source.compression = "zstd"
    else:
        refuse_foreign(file.shown, head)
    return source


def refuse_foreign(name: str, head: bytes, inside: str = "") -> None:
    """Refuse bytes that are known to be something else than text in UTF-8.

    Parameters
    ----------
    name : str
        Of the file.
    head : bytes
        The first bytes.
    inside : str, optional
        The compression that was taken off.

    Raises
    ------
    InputError
        Naming what was found and what to do.
    """
    if inside and head.startswith((_GZIP, _ZSTD)):
        raise InputError(f"{name}: is packed twice, the second time inside {inside}; unpack it first.")
    if inside and head.startswith(tuple(_REFUSED_MAGIC)):
        raise InputError(f"{name}: is packed in another way inside {inside}; unpack it first.")
    for magic, what in _REFUSED_MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"{name}: is {what}; readable are plain files, gzip and zstd.")
    for magic, encoding in _OTHER_ENCODINGS.items():
        if head.startswith(magic):
            raise InputError(f"{name}: is encoded in {encoding}; convert it to UTF-8 (iconv -f {encoding} -t UTF-8).")


def _opened(file: LogFile) -> BinaryIO:
    try:
        mode = os.stat(file.path).st_mode
        if not stat.S_ISREG(mode):
            raise InputError(
                f"{file.shown}: is not a regular file; to read from a program, pipe it in and give - as the path."
            )
        return open(file.path, "rb", buffering=0)
    except OSError as error:
        raise InputError(f"{file.shown}: cannot be opened ({error.strerror}).") from error


def _first_bytes(source: Source) -> bytes:
    head = b""
    while len(head) < 16 and (data := source.handle.read(16 - len(head))):
        head += data
    source.head = head
    return head
