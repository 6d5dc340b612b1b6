"""What a process runs that decodes Parquet for another one, and may die of it.

It is started by its path, without the package, so that it is ready as soon as Arrow is imported. Standard input is a
socket: a line with a file in JSON asks for its schema or its first batch, an empty line for the next batch. Each
question has one answer, a line in JSON, and with a schema or a batch the descriptor of a file without a name that holds
it as an Arrow stream. A batch is decoded ahead while the other side works on the one before.
"""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet

#: What damaged bytes make Arrow raise; Arrow's own errors are partly plain Python ones.
ARROW_ERRORS = (pa.ArrowException, OSError, ValueError, LookupError, OverflowError)
#: Bytes of a column that are read at a time.
BUFFER = 1 << 20
_LONGEST_SENTENCE = 300
_WIDE_TEXTS = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}

_Answer = tuple[dict[str, Any], int | None]


class TooWide(Exception):
    """A row group stands for more cells than are allowed."""


def schema_in(path: str) -> pa.Schema:
    """Schema of a file as Arrow sees it."""
    return pyarrow.parquet.read_schema(path)


def batches_in(path: str, columns: Sequence[str], rows: int, cells: int) -> Iterator[pa.RecordBatch]:
    """Decode some columns of a file, a batch of rows at a time.

    Raises
    ------
    TooWide
        If a row group has over `cells` rows times columns: few bytes can stand for many rows.
    """
    # Arrow's own way to read ahead keeps all that it has read, which is the whole file in the end
    ahead = {"pre_buffer": False, "buffer_size": BUFFER}
    with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True, **ahead) as file:
        data = file.metadata
        if any(data.row_group(i).num_rows * data.num_columns > cells for i in range(data.num_row_groups)):
            raise TooWide
        for batch in file.iter_batches(rows, columns=columns, use_threads=False):
            batch.validate()
            yield unfolded(batch)


def unfolded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Batch without dictionaries: a few bytes in one can stand for any number of rows, which takes memory here."""
    kinds = [_unfolded_type(kind) for kind in batch.schema.types]
    try:
        columns = [c if c.type == kind else c.cast(kind) for c, kind in zip(batch.columns, kinds, strict=True)]
    except pa.ArrowInvalid as error:  # over the bytes that an array of texts can hold
        raise MemoryError from error
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _unfolded_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _WIDE_TEXTS.get(kind.value_type, kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_field.with_type(_unfolded_type(kind.value_type))
        return pa.list_(inner) if pa.types.is_list(kind) else pa.large_list(inner)
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([f.with_type(_unfolded_type(f.type)) for f in fields])
    return kind


def serve(link: socket.socket) -> None:
    """Answer until the other side hangs up."""
    answers: Iterator[_Answer] = iter(())
    ahead: _Answer | None = None
    for question in link.makefile("rb"):
        if question.strip():
            answers, ahead = _answers(**json.loads(question)), None
        _send(link, ahead or next(answers))
        ahead = next(answers, None)


def _answers(
    path: str, columns: list[str] | None, rows: int, cells: int, memory: int, seconds: int
) -> Iterator[_Answer]:
    """Answers to all questions on one file."""
    limit(memory, seconds)
    try:
        if columns is None:
            yield _handed(schema_in(path), None)
            return
        for batch in batches_in(path, columns, rows, cells):
            yield _handed(batch.schema, batch)
    except TooWide:
        yield {"is": "wide"}, None
    except MemoryError:
        yield {"is": "memory"}, None
    except ARROW_ERRORS as error:
        yield {"is": "damaged", "said": (str(error) or type(error).__name__)[:_LONGEST_SENTENCE]}, None
    else:
        pa.default_memory_pool().release_unused()
        yield {"is": "end"}, None


def limit(memory: int, seconds: float) -> None:
    """Limit what this process takes from now on. Sizes in bytes that a footer states are not believed."""
    import resource

    page = resource.getpagesize()
    now = int(open("/proc/self/statm").read().split()[0]) * page if sys.platform == "linux" else 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for kind, most in ((resource.RLIMIT_AS, now + memory), (resource.RLIMIT_CPU, spent + 1 + max(0, int(seconds)))):
        hardest = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hardest == resource.RLIM_INFINITY else min(most, hardest), hardest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lift_limits() -> None:
    """Lift what `limit` has set."""
    import resource

    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        hardest = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hardest, hardest))


def _handed(schema: pa.Schema, batch: pa.RecordBatch | None) -> _Answer:
    """Write an Arrow stream into a file that is gone when nobody holds it any more."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("batch")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    with (
        io.FileIO(descriptor, "wb", closefd=False) as raw,
        pa.PythonFile(raw, "w") as sink,
        pa.ipc.new_stream(sink, schema) as writer,
    ):
        if batch is not None:
            writer.write_batch(batch)
    return {"is": "batch"}, descriptor


def _send(link: socket.socket, answer: _Answer) -> None:
    said, descriptor = answer
    line = json.dumps(said).encode() + b"\n"
    if descriptor is None:
        link.sendall(line)
        return
    socket.send_fds(link, [line], [descriptor])
    os.close(descriptor)


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
