"""What a feature is: a number per account, with the words a report needs to explain it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.tables import Tables
from detector.schema import ACCOUNT_NAMES, QUERY_NAMES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Direction = Literal["high", "low"]
Compute = Callable[[Tables], "pd.Series[float] | Floats"]

#: Columns a feature may need: those of the queries, and those of the accounts file with a prefix.
COLUMNS = frozenset(QUERY_NAMES) | {f"accounts.{name}" for name in ACCOUNT_NAMES}

_BENIGN = re.compile(r"Benign causes of a (high|low) value: (.+?)(?:\n\s*\n|\Z)", re.DOTALL)
_REFERENCES = re.compile(r"\nReferences\n-+\n(.+)\Z", re.DOTALL)
_ENTRY = re.compile(r"^\.\. \[\d+\] ", re.MULTILINE)


@dataclass(frozen=True)
class Feature:
    """A number per account, declared by the function that computes it.

    Attributes
    ----------
    name, family : str
        Name of the function and of its module.
    unit : str
        What the number counts or measures.
    suspicious : "high" or "low"
        The end of the scale at which accounts deserve a look.
    needs : tuple of str
        Canonical columns without which the feature is off; those of the accounts file are
        written ``accounts.created_at``.
    summary, benign : str
        First line of the docstring, and its innocent explanations of a suspicious value.
    references : tuple of str
        Papers, specifications and public reports the feature rests on.
    compute : callable
        The function itself.
    """

    name: str
    family: str
    unit: str
    suspicious: Direction
    needs: tuple[str, ...]
    summary: str
    benign: str
    references: tuple[str, ...]
    compute: Compute

    def __call__(self, tables: Tables) -> pd.Series[float]:
        """Value of every account, indexed by account code; NaN where it is undefined."""
        index = tables.accounts.index
        given = self.compute(tables)
        values = given.reindex(index) if isinstance(given, pd.Series) else given
        numbers = np.asarray(values, dtype=np.float64)
        finite = np.where(np.isfinite(numbers), numbers, np.nan)
        return pd.Series(finite, index=index, dtype="float64", name=self.name)

    def missing(self, coverage: Collection[str]) -> tuple[str, ...]:
        """Columns the feature needs that the input does not have."""
        return tuple(column for column in self.needs if column not in coverage)


def feature(*, unit: str, suspicious: Direction, needs: tuple[str, ...] = ()) -> Callable[[Compute], Feature]:
    """Declare the decorated function as a feature of the family its module is named after.

    Parameters
    ----------
    unit : str
        Unit of the value.
    suspicious : "high" or "low"
        Which end of the scale deserves a look.
    needs : tuple of str
        Columns without which the feature cannot be computed.

    Raises
    ------
    TypeError
        If a needed column does not exist, or the docstring lacks a summary that is a sentence,
        a paragraph "Benign causes of a high value: …" (or "low", as declared), or references.
    """
    unknown = [column for column in needs if column not in COLUMNS]
    if unknown:
        raise TypeError(f"No column is called {', '.join(unknown)}.")

    def declare(compute: Compute) -> Feature:
        name = compute.__name__
        summary, benign, references = _parsed(name, inspect.getdoc(compute) or "", suspicious)
        family = compute.__module__.rsplit(".", 1)[-1]
        return Feature(name, family, unit, suspicious, needs, summary, benign, references, compute)

    return declare


def _parsed(name: str, text: str, suspicious: Direction) -> tuple[str, str, tuple[str, ...]]:
    summary = text.split("\n", 1)[0]
    if not summary.endswith("."):
        raise TypeError(f"Feature {name} needs a docstring whose first line is a sentence.")
    benign = _BENIGN.search(text)
    if benign is None or benign[1] != suspicious:
        raise TypeError(f'Feature {name} must say "Benign causes of a {suspicious} value: …".')
    listed = _REFERENCES.search(text)
    if listed is None:
        raise TypeError(f"Feature {name} needs a section References.")
    entries = tuple(_one_line(entry) for entry in _ENTRY.split(listed[1]) if entry.strip())
    return summary, _one_line(benign[2]), entries


def _one_line(text: str) -> str:
    return " ".join(text.split())
