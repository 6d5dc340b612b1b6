"""The allow-list: what an analyst has looked at and vouches for, with reason, author and expiry.

Two kinds of entries do two things. An *account* or *organisation* is vouched for itself: a campaign half of which is
vouched for is shown as suppressed and flags nobody. A *key* (an address, a card, a client, a system prompt, …) is known
to be shared by people who have nothing to do with one another: it links nobody and is no evidence, but accounts that
hold it are found by whatever else they share, so that an operator cannot hide behind a published prompt.
"""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from detector.errors import UsageError
from detector.profiles.keys import KINDS, key_hash
from detector.profiles.tables import Tables

#: Types that vouch for accounts: column of the accounts table.
VOUCHED = {"account": "account_id", "organization": "organization_id"}
#: Types of keys that link nobody: kinds of keys that the value stands for.
KEYS = {
    "address": ("address", "signup_address"),
    "network": ("subnet", "signup_subnet"),
    "payment": ("payment",),
    "device": ("device",),
    "domain": ("domain",),
    "referrer": ("referrer",),
    "client": ("client",),
    "system_prompt": ("system",),
}
TYPES = (*VOUCHED, *KEYS)
#: Share of a campaign that must be vouched for to suppress it.
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Entry:
    """One line of an allow-list."""

    type: str
    value: str
    reason: str
    author: str
    expires: dt.date

    @property
    def note(self) -> str:
        """Why, who, until when."""
        return f"{self.reason} ({self.author}, until {self.expires})"


@dataclass(frozen=True)
class AllowList:
    """Entries in force, and those that were not any more."""

    entries: tuple[Entry, ...] = ()
    expired: tuple[Entry, ...] = ()

    def on(self, day: dt.date) -> AllowList:
        """The list as of a day: entries that expired before it are set aside."""
        old = tuple(entry for entry in self.entries if entry.expires < day)
        return AllowList(tuple(entry for entry in self.entries if entry not in old), (*self.expired, *old))

    def vouchers(self, people: pd.DataFrame) -> list[Entry | None]:
        """The entry that vouches for each account, or None, in order of the rows of an accounts table."""
        found: list[Entry | None] = [None] * len(people)
        for type_, column in VOUCHED.items():
            by_value = {entry.value: entry for entry in self.entries if entry.type == type_}
            if by_value:
                found = [one or by_value.get(name) for one, name in zip(found, people[column], strict=True)]
        return found

    def suppressing(self, people: pd.DataFrame) -> Entry | None:
        """The entry that suppresses a campaign of these accounts, or None."""
        given = [entry for entry in self.vouchers(people) if entry is not None]
        if not len(people) or len(given) < LEAST_SHARE * len(people):
            return None
        return max(given, key=lambda entry: (given.count(entry), entry.type, entry.value))

    def keys(self, key: bytes) -> set[tuple[str, int]]:
        """Kind and hash of every key of the list."""
        return {(kind, key_hash(kind, entry.value, key)) for entry in self.entries for kind in KEYS.get(entry.type, ())}

    def without_keys(self, tables: Tables, key: bytes) -> Tables:
        """Tables in which the keys of the list link nobody."""
        drop = np.zeros(len(tables.keys), bool)
        codes, values = tables.keys["kind"].cat.codes.to_numpy(), tables.keys["key"].to_numpy()
        for kind, value in self.keys(key):
            drop |= (codes == KINDS.index(kind)) & (values == value)
        return replace(tables, keys=tables.keys[~drop].reset_index(drop=True)) if drop.any() else tables


def read_allow(path: Path) -> AllowList:
    """Allow-list from a TOML file with one table ``[[allow]]`` per entry.

    Raises
    ------
    UsageError
        If the file is not TOML, or an entry lacks a field, has one too many, or one of the wrong type.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a TOML allow-list ({error}).") from error
    tables = given.pop("allow", [])
    if given or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{path}: an allow-list holds tables [[allow]] and nothing else.")
    return AllowList(tuple(_entry(path, number, table) for number, table in enumerate(tables, start=1)))


def _entry(path: Path, number: int, table: dict[str, Any]) -> Entry:
    where = f"{path}: entry {number}"
    names = [field.name for field in fields(Entry)]
    missing = [name for name in names if name not in table]
    if missing:
        raise UsageError(f"{where} lacks {', '.join(missing)}: {', '.join(names)} are all required.")
    for name, value in table.items():
        _known(where, "field", name, names)
        wanted = dt.date if name == "expires" else str
        if type(value) is not wanted or value == "":
            example = "a date such as 2027-01-31, without quotes" if name == "expires" else "text"
            raise UsageError(f"{where}: {name} must be {example}, not {value!r}.")
    _known(where, "type", table["type"], TYPES)
    return Entry(**table)


def _known(where: str, what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"{where}: no {what} is called {name!r}.{hint} Known: {', '.join(known)}.")
