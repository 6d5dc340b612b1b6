"""The accounts file as it stood at the end of a day, under the names that the store gives accounts."""

from __future__ import annotations

import dataclasses

import pyarrow as pa
import pyarrow.compute as pc

from detector.campaigns.allow import AllowList
from detector.judging import People
from detector.profiles.build import Storing
from detector.schema import ACCOUNTS_SCHEMA
from detector.secret import pseudonym


def as_of(people: People, end: int) -> People:
    """Without what happened later, so that a night is the same whenever it is judged.

    Parameters
    ----------
    end : int
        Moment after the last, µs UTC: accounts created then or later are left out, those closed then or later are open.
    """
    if people.table is None:
        return people
    table = people.table
    moment = pa.scalar(end, pa.timestamp("us", tz="UTC"))
    table = table.filter(pc.fill_null(pc.less(table.column("created_at"), moment), True))
    later = pc.fill_null(pc.greater_equal(table.column("closed_at"), moment), False)
    for name in ("closed_at", "status"):
        at = table.schema.get_field_index(name)
        empty = pa.nulls(len(table), ACCOUNTS_SCHEMA.field(name).type)
        table = table.set_column(at, ACCOUNTS_SCHEMA.field(name), pc.if_else(later, empty, table.column(name)))
    return dataclasses.replace(people, table=table)


def under_pseudonyms(people: People, storing: Storing) -> People:
    """The same people under the names that stand for them in the store."""
    secret = storing.pseudonyms
    if people.table is None or secret is None:
        return people
    names = [pseudonym(secret, name) for name in people.table.column("account_id").to_pylist()]
    at = people.table.schema.get_field_index("account_id")
    table = people.table.set_column(at, ACCOUNTS_SCHEMA.field("account_id"), pa.array(names, pa.large_string()))
    return dataclasses.replace(people, table=table)


def vouched(allow: AllowList, storing: Storing) -> AllowList:
    """An allow-list whose accounts go by the names that stand for them in the store."""
    secret = storing.pseudonyms
    if secret is None:
        return allow
    entries = [
        dataclasses.replace(one, value=pseudonym(secret, one.value)) if one.type == "account" else one
        for one in allow.entries
    ]
    return dataclasses.replace(allow, entries=tuple(entries))
