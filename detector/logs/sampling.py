"""The first records of a file, from which its format is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa

from detector.errors import InputError
from detector.logs.csv_records import Records, cut, split
from detector.logs.intake import Intake
from detector.logs.parquet_decoding import DAMAGE, schema_of

PARQUET = b"PAR1"
BOM = b"\xef\xbb\xbf"
_JSON_NAMES = (".jsonl", ".ndjson", ".json")
_RECORDS = 50
_LONGEST = 1 << 22


def container_of(head: bytes, intake: Intake) -> str:
    """What text is written in: JSON lines or CSV.

    Raises
    ------
    InputError
        If it is neither.
    """
    name = intake.file.shown
    if head.startswith(PARQUET):
        raise InputError(f"{name}: is Parquet inside a compressed file; unpack it first.")
    line = head.removeprefix(BOM).lstrip().split(b"\n", 1)[0].strip()
    if b"\0" in line:
        raise InputError(f"{name}: is not a text file; readable are JSON, CSV and Parquet.")
    named = any(part in intake.file.name.lower() for part in _JSON_NAMES)
    return "json lines" if line[:1] == b"{" or named or _is_json(line) else "csv"


def json_sample(head: bytes) -> Iterator[object]:
    """Give the first lines that are JSON."""
    for line in head.removeprefix(BOM).split(b"\n")[:_RECORDS]:
        if line.strip() and len(line) <= _LONGEST:
            try:
                yield msgspec.json.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                continue


def csv_sample(head: bytes) -> Iterator[object]:
    """Give the first rows under a header, every cell text; the header alone where no row follows."""
    names: list[str] | None = None
    for part in cut([head.removeprefix(BOM)[:_LONGEST]], _LONGEST):
        if not isinstance(part, Records):
            continue
        for i in range(min(len(part.lines), _RECORDS)):
            cells = [cell.decode("utf-8", "replace") for cell in split(part.record(i))]
            if names is not None:
                yield dict(zip(names, cells, strict=False))
            elif any(cells):
                names = cells
        break
    if names is not None:
        yield dict.fromkeys(names)


def parquet_sample(intake: Intake) -> Iterator[object]:
    """Give one record with the names of all columns, those of structs in it, and no values."""
    try:
        schema = schema_of(intake.file, intake.settings)
    except DAMAGE:
        return
    yield {field.name: _names(field.type) for field in schema}


def _names(kind: pa.DataType) -> Any:  # noqa: ANN401
    if not pa.types.is_struct(kind):
        return None
    return {kind.field(i).name: _names(kind.field(i).type) for i in range(kind.num_fields)}


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), list)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
