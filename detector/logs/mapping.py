"""Canonical columns that a log holds under other names."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.errors import UsageError
from detector.logs.links import Links
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES


@dataclass(frozen=True)
class Mapping:
    """What the user has said of the logs: where they keep what the schema calls by a canonical name.

    A path is the name of a field, or names joined by dots that lead into nested objects; a number
    picks an element of a list (``choices.0.finish_reason``). A field whose own name holds the dots
    is found first.

    Attributes
    ----------
    queries, accounts : dict
        Canonical column → path in a log, and in an accounts file.
    format : str or None
        Name of the format of all files; else each is recognised.
    account_key : str or None
        Column or field of the source that names the unit to score.
    links : dict of Links, or None
        By format, what rows and files know of each other's queries.
    """

    queries: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    format: str | None = None
    account_key: str | None = None
    links: dict[str, Links] | None = None

    @property
    def canonical_paths(self) -> dict[str, str]:
        """Where a file of the canonical format keeps its columns, the account's key among them."""
        return self.queries | ({"account_id": self.account_key} if self.account_key else {})


def read_mapping(path: Path) -> Mapping:
    """Read a map in TOML file: ``canonical_name = "their.name"``; accounts under ``[accounts]``.

    Raises
    ------
    UsageError
        If the file is not TOML, names a column that does not exist, or maps one to anything but
        text.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a TOML map ({error}).") from error
    accounts = given.pop("accounts", {})
    if not isinstance(accounts, dict):
        raise UsageError(f"{path}: accounts is a section: write [accounts] and its columns below.")
    return Mapping(_checked(path, given, QUERY_NAMES), _checked(path, accounts, ACCOUNT_NAMES))


def _checked(path: Path, given: dict[str, Any], known: tuple[str, ...]) -> dict[str, str]:
    for name, source in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"{path}: no column is called {name}.{hint} Known: {', '.join(known)}.")
        if not isinstance(source, str) or not source:
            raise UsageError(f'{path}: {name} must name a field of the log, {name} = "FIELD", not {source!r}.')
    return given
