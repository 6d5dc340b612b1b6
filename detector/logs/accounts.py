"""The optional table of accounts: sign-up, payment, tenant, an analyst's verdict."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detector.errors import InputError
from detector.logs import time
from detector.logs.canonical import Loose, account_problems, column_of, keep_accepted
from detector.logs.coerce import as_bool, as_text
from detector.logs.files import discover
from detector.logs.intake import FileReport, Intake
from detector.logs.mapping import Mapping
from detector.logs.normal import countries, known_labels
from detector.logs.raw_keys import without_raw_keys
from detector.logs.reader import read_account_rows
from detector.logs.rejects import Rejects
from detector.schema import ACCOUNTS, ACCOUNTS_SCHEMA, Column
from detector.settings import Reading

_EARLIEST, _LATEST = 0, 4_102_444_800_000_000


def read_accounts(
    paths: Sequence[Path | str],
    settings: Reading,
    mapping: Mapping | None,
    rejects: Rejects,
    reports: list[FileReport] | None = None,
) -> pa.Table:
    """Read accounts from CSV, JSON or Parquet, with canonical names or in one of the known formats.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders or globs. Several files are joined on the account id.
    settings : Reading
        Limits.
    mapping : Mapping or None
        Other names of columns, from its ``[accounts]`` section.
    rejects : Rejects
        Receives rows that name no usable account.
    reports : list of FileReport, optional
        Receives one report per file.

    Returns
    -------
    pyarrow.Table
        `schema.ACCOUNTS`, one row per account in the order of the ids' bytes. Where an account
        has several rows, each column holds the first value that is not null, in the order of
        files, and within a file of rows.

    Raises
    ------
    InputError
        If a file cannot be read to its end, or lacks the account id.
    """
    tables = []
    for file in discover([os.fspath(path) for path in paths]):
        report = FileReport(path=file.shown, index=file.index)
        if reports is not None:
            reports.append(report)
        names = dict(mapping.accounts) if mapping else {}
        intake = Intake(file, settings, names, report, rejects)
        batches = list(_batches(intake))
        tables.append(_merged(pa.Table.from_batches(batches, ACCOUNTS_SCHEMA), intake))
    if len(tables) == 1:
        return tables[0]
    return _first_known(pa.concat_tables(tables))


def _batches(intake: Intake) -> Iterator[pa.RecordBatch]:
    try:
        for loose in read_account_rows(intake):
            yield _checked(loose, intake)
    except InputError as error:
        intake.report.error = str(error)
        raise
    finally:
        intake.close()


def _checked(loose: Loose, intake: Intake) -> pa.RecordBatch:
    account = as_text(column_of(loose, "account_id"), "account_id", intake.note)
    account, keys = without_raw_keys(account)
    intake.report.raw_keys += keys
    loose.columns["account_id"] = account
    good = keep_accepted(loose, intake, account_problems(account, intake))
    keep = pa.array(good)
    columns = {name: values.filter(keep) for name, values in loose.columns.items()}
    rows = int(good.sum())
    arrays = []
    for column in ACCOUNTS:
        found = columns.get(column.name)
        known = found is not None and found.null_count < len(found)
        arrays.append(_value(found, column, intake) if known else pa.nulls(rows, column.type))
    return pa.RecordBatch.from_arrays(arrays, schema=ACCOUNTS_SCHEMA)


def _value(found: pa.Array, column: Column, intake: Intake) -> pa.Array:
    name = column.name
    if pa.types.is_timestamp(column.type):
        return _moments(found, name, intake)
    if pa.types.is_boolean(column.type):
        return as_bool(found, name, intake.note)
    text = as_text(found, name, intake.note)
    text = pc.if_else(pc.equal(text, ""), None, text)
    if name == "email_domain":
        return pc.utf8_lower(text)
    if name == "label":
        return known_labels(text, name, intake.note)
    return countries(text, name, intake.note) if name.endswith("country") else text


def _moments(found: pa.Array, name: str, intake: Intake) -> pa.Array:
    """Timestamps; one that cannot be read is null, for the account's other facts still hold."""
    moments = time.read_moments(found, intake.unit)
    in_range = (moments.micros >= _EARLIEST) & (moments.micros < _LATEST)
    good = (moments.problem == time.OK) & in_range
    lost = int((~good & (moments.problem != time.EMPTY)).sum())
    intake.note(name, "not a time that can be read, set to null", lost)
    micros = pa.array(moments.micros, mask=~good)
    return micros.view(ACCOUNTS_SCHEMA.field(name).type)


def _merged(table: pa.Table, intake: Intake) -> pa.Table:
    result = _first_known(table)
    repeated = table.num_rows - result.num_rows
    if repeated:
        intake.report.warnings.append(
            f"{repeated:,} rows name an account that an earlier row has named; the earlier wins."
        )
    return result


def _first_known(table: pa.Table) -> pa.Table:
    """One row per account: per column the first value that is not null, in the table's order."""
    ids = table.column("account_id").combine_chunks()
    order = pc.sort_indices(ids).to_numpy()
    table = table.take(pa.array(order)).combine_chunks()
    names = table.column("account_id").to_numpy(zero_copy_only=False)
    starts = np.ones(len(names), np.bool_)
    starts[1:] = names[1:] != names[:-1]
    if starts.all():
        return table
    group = np.cumsum(starts) - 1
    columns = [_first_of_group(values, group, int(starts.sum())) for values in table.columns]
    return pa.table(columns, schema=ACCOUNTS_SCHEMA)


def _first_of_group(values: pa.ChunkedArray, group: np.ndarray, groups: int) -> pa.Array:
    flat = values.combine_chunks()
    known = np.flatnonzero(pc.is_valid(flat).to_numpy(zero_copy_only=False))
    first = np.full(groups, -1, np.int64)
    first[group[known][::-1]] = known[::-1]
    return flat.take(pa.array(first, mask=first < 0))
