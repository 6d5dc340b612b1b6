"""Intermediate results that several features share are computed once for each set of tables."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from detector.profiles.tables import Tables

Rest = ParamSpec("Rest")
Result = TypeVar("Result")

_RESULTS: WeakKeyDictionary[Tables, dict[Hashable, Any]] = WeakKeyDictionary()


def once(
    compute: Callable[Concatenate[Tables, Rest], Result],
) -> Callable[Concatenate[Tables, Rest], Result]:
    """Remember what a pure function of tables gave, for as long as the tables live."""

    @wraps(compute)
    def remembered(tables: Tables, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        results = _RESULTS.setdefault(tables, {})
        call = (compute, args, tuple(sorted(kwargs.items())))
        if call not in results:
            results[call] = compute(tables, *args, **kwargs)
        result: Result = results[call]
        return result

    return remembered


def forget(tables: Tables) -> None:
    """Free what was remembered of these tables."""
    _RESULTS.pop(tables, None)
