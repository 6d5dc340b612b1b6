"""Modules that take long to import are imported in a thread, while what does not need them goes on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from threading import Lock, Thread

_IMPORTING = Lock()
_threads: list[Thread] = []


def import_early(*modules: str) -> None:
    """Import modules one by one, for whoever needs them later; what fails here fails again there."""
    thread = Thread(target=_import_each, args=(modules,), name="imports")
    thread.start()
    _threads.append(thread)


def wait_for_imports() -> None:
    """Wait until all is imported that was to be."""
    while _threads:
        _threads.pop().join()


def _import_each(modules: Sequence[str]) -> None:
    with _IMPORTING:
        for module in modules:
            with suppress(Exception):
                import_module(module)
