"""What several readers derive from the same tables is computed once, for as long as the tables live."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

Source = TypeVar("Source")
Rest = ParamSpec("Rest")
Result = TypeVar("Result")

_RESULTS: WeakKeyDictionary[Any, dict[Hashable, Any]] = WeakKeyDictionary()


def once(compute: Callable[Concatenate[Source, Rest], Result]) -> Callable[Concatenate[Source, Rest], Result]:
    """Remember what a pure function gave for an object that is equal only to itself, as long as the object lives."""

    @wraps(compute)
    def remembered(source: Source, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        results = _RESULTS.setdefault(source, {})
        call = (compute, args, tuple(sorted(kwargs.items())))
        if call not in results:
            results[call] = compute(source, *args, **kwargs)
        result: Result = results[call]
        return result

    return remembered


def forget(source: object) -> None:
    """Free what was remembered of this object."""
    _RESULTS.pop(source, None)
