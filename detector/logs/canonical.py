"""From what a format's reader found to checked batches of queries."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.logs import time
from detector.logs.coerce import as_bool, as_float, as_int, as_text, within
from detector.logs.intake import Intake
from detector.logs.moments import ENDED, completed
from detector.logs.normal import NORMAL_FORMS, content_states
from detector.logs.raw_keys import without_raw_keys
from detector.schema import BATCH_SCHEMA, QUERIES, Column

#: Moments of queries outside these bounds are errors of a clock or of a unit.
EARLIEST = 1_420_070_400_000_000  # 2015-01-01
LATEST = 4_102_444_800_000_000  # 2100-01-01
_MOST = 1e9
_STATUS = 999
_LONG_TEXT = ("prompt", "system_prompt")

_Mask = NDArray[np.bool_]
#: Rows that have it, reason, detail.
Problem = tuple[_Mask, str, str]


@dataclass(frozen=True)
class Loose:
    """Rows as found: canonical columns of whatever type, absent ones left out."""

    columns: dict[str, pa.Array]
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64] | None


def checked_batch(loose: Loose, intake: Intake) -> pa.RecordBatch:
    """Rows of `schema.BATCH_SCHEMA`; rows that cannot be used go to the rejects.

    Parameters
    ----------
    loose : Loose
        Rows in file order.
    intake : Intake
        Receives rejects, counts of odd values, nulls and the span of time.
    """
    account = _without_keys(as_text(column_of(loose, "account_id"), "account_id", intake.note), "account_id", intake)
    moments = time.read_moments(column_of(loose, "timestamp"), intake.unit)
    if ENDED.name in loose.columns:
        told = as_float(column_of(loose, "latency_ms"), "latency_ms", intake.note)
        moments, latencies = completed(moments, loose.columns[ENDED.name], told)
        loose = replace(loose, columns=loose.columns | {"latency_ms": latencies})
    problems = account_problems(account, intake) + _time_problems(moments, intake)
    good = keep_accepted(loose, intake, problems)
    columns = {"account_id": account, "timestamp": _timestamps(moments)}
    rows = loose.rows
    if not good.all():
        keep = pa.array(good)
        columns = {name: c.filter(keep) for name, c in columns.items()}
        loose = Loose({name: c.filter(keep) for name, c in loose.columns.items()}, rows[good], None)
        rows = rows[good]
    for column in QUERIES:
        if column.name not in columns:
            columns[column.name] = _value(loose, column, intake)
    columns["content_state"] = content_states(columns["content_state"], columns["prompt"])
    columns["file"] = pa.array(np.full(len(rows), intake.file.index, np.int32))
    columns["row"] = pa.array(rows)
    batch = pa.RecordBatch.from_arrays([columns[name] for name in BATCH_SCHEMA.names], schema=BATCH_SCHEMA)
    _describe(batch, intake)
    return batch


def column_of(loose: Loose, name: str) -> pa.Array:
    """Get a column, all null where the file does not have it."""
    found = loose.columns.get(name)
    return pa.nulls(len(loose.rows)) if found is None else found


def _value(loose: Loose, column: Column, intake: Intake) -> pa.Array:
    name, kind = column.name, column.type
    found = loose.columns.get(name)
    if found is None or found.null_count == len(found):
        return pa.nulls(len(loose.rows), kind)
    if pa.types.is_boolean(kind):
        return as_bool(found, name, intake.note)
    if pa.types.is_floating(kind):
        return within(as_float(found, name, intake.note), 0, _MOST, name, intake.note)
    if pa.types.is_integer(kind):
        most = _STATUS if name == "status_code" else _MOST
        return pc.cast(within(as_int(found, name, intake.note), 0, most, name, intake.note), kind)
    text = as_text(found, name, intake.note)
    if name in _LONG_TEXT:
        return text
    return _short_text(text, name, intake)


def _short_text(text: pa.Array, name: str, intake: Intake) -> pa.Array:
    lengths = pc.binary_length(text)
    if pc.min(lengths).as_py() == 0:
        text = pc.if_else(pc.equal(lengths, 0), None, text)
    if name.endswith("_id") and (pc.max(lengths).as_py() or 0) > intake.settings.max_id_bytes:
        short = pc.less_equal(lengths, intake.settings.max_id_bytes)
        long = pc.sum(pc.invert(short)).as_py()
        intake.note(name, "longer than an id may be, set to null", long)
        intake.over("max_id_bytes", long)
        text = pc.if_else(short, text, None)
    if name.endswith("_id"):
        text = _without_keys(text, name, intake)
    form = NORMAL_FORMS.get(name)
    return text if form is None else form(text, name, intake.note)


def _without_keys(text: pa.Array, name: str, intake: Intake) -> pa.Array:
    """Ids of which those that are raw API keys are replaced by their hashes, and counted."""
    text, many = without_raw_keys(text)
    intake.report.raw_keys += many
    intake.note(name, "shaped like raw API keys, hashed", many)
    return text


def account_problems(account: pa.Array, intake: Intake) -> list[Problem]:
    """Masks of rows whose account cannot be used, the first that holds being the reason."""
    most = intake.settings.max_id_bytes
    lengths = pc.fill_null(pc.binary_length(account), 0).to_numpy()
    problems = []
    blank = pc.equal(pc.utf8_trim_whitespace(account), "")
    blank = pc.fill_null(blank, True).to_numpy(zero_copy_only=False)
    if blank.any():
        problems.append((blank, "no_account", "the account id is null or blank"))
    if (lengths > most).any():
        problems.append((lengths > most, "id_too_long", f"the account id has over {most} bytes"))
    control = _with_control_characters(account)
    if control is not None:
        problems.append((control, "control", "the account id holds a control character"))
    return problems


def _with_control_characters(text: pa.Array) -> _Mask | None:
    data = text.buffers()[2]
    if data is None:
        return None
    view = np.frombuffer(data, np.uint8)
    if not ((view < 32) | (view >= 127)).any():
        return None
    found = pc.match_substring_regex(text, r"[\x00-\x1f\x7f-\x{9f}]")
    mask: _Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask


def _time_problems(moments: time.Moments, intake: Intake) -> list[Problem]:
    state, micros = moments.problem, moments.micros
    span = (state == time.OK) & ((micros < EARLIEST) | (micros >= LATEST))
    others = f"the timestamp is not in {intake.unit.name} as the first one is"
    return [
        (state == time.EMPTY, "missing", "the timestamp is missing"),
        (state == time.UNREADABLE, "time", "the timestamp cannot be read"),
        (span, "time", "the timestamp is before 2015 or after 2100"),
        (state == time.OTHER_UNIT, "time_unit", others),
    ]


def keep_accepted(loose: Loose, intake: Intake, problems: list[Problem]) -> _Mask:
    """Mask of rows without a problem; the others are rejected for their first problem."""
    good = np.ones(len(loose.rows), np.bool_)
    for mask, reason, detail in problems:
        for i in np.flatnonzero(mask & good):
            offset = None if loose.offsets is None else int(loose.offsets[i])
            intake.reject(int(loose.rows[i]), offset, reason, detail)
        good &= ~mask
    return good


def _timestamps(moments: time.Moments) -> pa.Array:
    return pa.array(moments.micros).view(BATCH_SCHEMA.field("timestamp").type)


def _describe(batch: pa.RecordBatch, intake: Intake) -> None:
    report = intake.report
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.null_count:
            report.nulls[name] = report.nulls.get(name, 0) + column.null_count
    if batch.num_rows:
        span = pc.min_max(batch.column("timestamp").view(pa.int64())).as_py()
        first, last = report.first_timestamp, report.last_timestamp
        report.first_timestamp = span["min"] if first is None else min(first, span["min"])
        report.last_timestamp = span["max"] if last is None else max(last, span["max"])
