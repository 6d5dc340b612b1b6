"""Parquet as Arrow batches, decoded by a process that may die of it.

Arrow decodes Parquet in native code, where bytes made to harm can end the process or fill the memory. A child does it
within limits on memory and time and hands over each batch in shared memory, so that it is decoded once and not copied.
A copy of the process that reads a file decodes by itself: it may end as well, and a child is asked then.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TypeVar

import pyarrow as pa

from detector.copies import is_copy
from detector.errors import SetAside
from detector.logs import parquet_process
from detector.logs.files import LogFile
from detector.logs.parquet_child import ARROW_ERRORS, TooWide, batches_in, lift_limits, limit, schema_in
from detector.logs.parquet_process import Answer, Died
from detector.settings import Reading

Decoded = TypeVar("Decoded")

_SIGXCPU = -24
_END, _DAMAGED, _WIDE, _MEMORY, _LATE = "end", "damaged", "wide", "memory", "late"
#: What damaged bytes make Arrow raise; without `parquet_check` a lack of memory is among it.
DAMAGE = (*ARROW_ERRORS, MemoryError)
#: What unchanged files were found to be: their schemas, or why they were set aside.
_known: dict[tuple[object, ...], pa.Schema | str] = {}


def schema_of(file: LogFile, limits: Reading) -> pa.Schema:
    """Schema of a Parquet file; that of an unchanged file is remembered.

    Raises
    ------
    SetAside
        If the file must not be read.
    pyarrow.ArrowException, OSError, ValueError, LookupError, OverflowError
        If it is damaged.
    """
    if not limits.parquet_check:
        return schema_in(file.path)
    if is_copy():
        return next(_expendably(map(schema_in, [file.path]), limits))
    identity = _identity(file, limits)
    known = _known.get(identity)
    if isinstance(known, str):
        raise SetAside(f"{file.shown}: {known}")
    if known is None:
        with closing(_streams(file, None, limits)) as streams:
            known = _known[identity] = next(streams).schema
    return known


def batches_of(file: LogFile, columns: Sequence[str], limits: Reading) -> Iterator[pa.RecordBatch]:
    """Rows of some columns in file order.

    Parameters
    ----------
    file : LogFile
    columns : sequence of str
    limits : Reading
        `batch_rows`; `parquet_memory_bytes` over what a child takes by itself, `parquet_seconds` of processor time, and
        `max_parquet_cells` of a row group. Without `parquet_check` this process decodes by itself.

    Raises
    ------
    SetAside
        If the file breaks a limit or ends its child; rows that were given before must not count.
    pyarrow.ArrowException, OSError, ValueError, LookupError, OverflowError
        If it is damaged; rows that were given before are sound.
    """
    if limits.parquet_check and is_copy():
        yield from _expendably(batches_in(file.path, columns, limits.batch_rows, limits.max_parquet_cells), limits)
    elif limits.parquet_check:
        for stream in _streams(file, columns, limits):
            batch = stream.read_next_batch()
            batch.validate()
            yield batch
    else:
        try:
            yield from batches_in(file.path, columns, limits.batch_rows, limits.max_parquet_cells)
        except TooWide:
            raise SetAside(f"{file.shown}: {_sentence(_WIDE, limits)}") from None


def _expendably(batches: Iterator[Decoded], limits: Reading) -> Iterator[Decoded]:
    """Decode in this copy of a process, within the limits of a child.

    Where a child would end, or say that it must not go on, the copy ends: the process that it was made from then reads
    the file by a child, which tells why.
    """
    left = float(limits.parquet_seconds)
    while True:
        began = time.process_time()
        limit(limits.parquet_memory_bytes, left)
        try:
            batch = next(batches, None)
        except (TooWide, MemoryError):
            os._exit(1)
        finally:
            lift_limits()
        if batch is None:
            return
        left -= time.process_time() - began
        yield batch


def _streams(
    file: LogFile, columns: Sequence[str] | None, limits: Reading
) -> Generator[pa.RecordBatchStreamReader, None, None]:
    """Arrow streams of one batch each, or one of none where a schema is asked for."""
    identity = _identity(file, limits)
    child = parquet_process.take()
    at_rest = False
    try:
        child.ask_for(file.path, columns, limits)
        while (answer := child.answer()).data is not None:
            at_rest = True
            yield pa.ipc.open_stream(pa.py_buffer(answer.data))
            at_rest = False
            child.ask_on()
        at_rest = answer.kind in (_END, _DAMAGED)
    except Died as death:
        answer = Answer(_LATE if death.code in (None, _SIGXCPU) else str(death.code))
    finally:
        if at_rest:
            parquet_process.give_back(child)
        else:
            child.end()
    if answer.kind == _DAMAGED:
        raise pa.ArrowInvalid(answer.said)
    if answer.kind != _END:
        _known[identity] = _sentence(answer.kind, limits)
        raise SetAside(f"{file.shown}: {_known[identity]}")


def _sentence(kind: str, limits: Reading) -> str:
    why = {
        _WIDE: f"has a row group of over {limits.max_parquet_cells:,} cells (reading.max_parquet_cells)",
        _MEMORY: f"takes over {limits.parquet_memory_bytes:,} bytes of memory (reading.parquet_memory_bytes)",
        _LATE: f"takes over {limits.parquet_seconds:,} s (reading.parquet_seconds)",
    }.get(kind, f"ended the process that read it (exit code {kind})")
    return f"the Parquet file {why}; it was set aside and none of its rows counts."


def _identity(file: LogFile, limits: Reading) -> tuple[object, ...]:
    status = os.stat(file.path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, limits
