"""Modules that take long to import are imported in a thread, while what does not need them goes on.

They are planned first, and begun when no copy of the process is about to be made: a copy of a process in the middle of
an import could never finish it.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Lock, Thread

#: What the forest is grown by; to import it takes more than a second.
FOREST = "sklearn.ensemble"

_IMPORTING = Lock()
_planned: list[str] = []
_threads: list[Thread] = []


def plan_imports(*modules: str) -> None:
    """Have modules imported once `begin_imports` is called, for whoever needs them later."""
    _planned.extend(modules)


def begin_imports() -> None:
    """Import what is planned, one by one; what fails here fails again where it is needed."""
    modules = _planned[:]
    _planned.clear()
    if modules:
        thread = Thread(target=_import_each, args=(modules,), name="imports")
        thread.start()
        _threads.append(thread)


def wait_for_imports() -> None:
    """Wait until all is imported that was begun."""
    while _threads:
        _threads.pop().join()


def _import_each(modules: list[str]) -> None:
    with _IMPORTING:
        for module in modules:
            with suppress(Exception):
                import_module(module)
