"""What a format is: how it is recognised, the records it has, and how they become queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from detector.logs.account import Account
from detector.logs.query import Query

#: None: the record is no query. Nothing at all, (): it is a part of what surrounds the queries.
Read = Callable[[Any], Query | Account | Iterable[Query | Account] | None]


@dataclass(frozen=True)
class Format:
    """A format of logs, or of accounts files, that is not the canonical one.

    Attributes
    ----------
    name : str
        What ``--format`` calls it.
    title : str
        What people call it.
    signs : tuple of tuples of str
        Keys of a record, nested ones joined by dots; ``key=text`` also asks for a value. A record that has all keys
        of one of the tuples is of this format.
    record : type
        `msgspec.Struct` of a record. Only its fields are decoded; every one has a default.
    read : callable
        A record's query or queries, or its accounts. Values need no check: what does not fit a column becomes null and
        is counted.
    starts : callable, optional
        Makes a `read` for each file, where a record's meaning depends on what stands before it.
    linked : bool
        Records of several rows or files belong together by `Query.link`: files are read twice.
    facts : tuple of tuples of str
        Signs of records that others need. Where no file begins with one, nothing is read twice; without signs,
        everything is.
    tells : callable, optional
        A record's facts, for the first of two passes, if that is less work than `read`.
    ranked : bool
        What a record with facts is depends on the others of its link; else files without such records are read once.
    caveat : str
        What a reader of the results must know, one sentence.
    """

    name: str
    title: str
    signs: tuple[tuple[str, ...], ...]
    record: type[msgspec.Struct]
    read: Read | None = None
    starts: Callable[[], Read] | None = None
    linked: bool = False
    facts: tuple[tuple[str, ...], ...] = ()
    tells: Read | None = None
    ranked: bool = True
    caveat: str = ""

    def reader(self, first_pass: bool = False) -> Read:
        """Give the function that reads the records of one file, in their order."""
        if first_pass and self.tells is not None:
            return self.tells
        if self.starts is not None:
            return self.starts()
        assert self.read is not None
        return self.read

    def sign_in(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """Keys by which a record is recognised; none where it is not of this format."""
        return _signs_in(record, self.signs)

    def has_facts(self, records: Sequence[object]) -> bool:
        """Whether some records, the first ones of a file, tell of others."""
        return not self.facts or any(isinstance(r, dict) and _signs_in(r, self.facts) for r in records)


def _signs_in(record: Mapping[str, Any], signs: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return next((keys for keys in signs if all(_has(record, key) for key in keys)), ())


def _has(record: Any, key: str) -> bool:  # noqa: ANN401
    path, _, wanted = key.partition("=")
    if isinstance(record, dict) and path in record:
        return not wanted or record[path] == wanted
    for part in path.split("."):
        if not isinstance(record, dict) or part not in record:
            return False
        record = record[part]
    return not wanted or record == wanted
