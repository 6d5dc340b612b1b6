"""Copies of this process, made by `fork`: each starts at once and has everything imported that this process has.

Threads are not copied, nor are locks that they hold released, so a copy is made only while no thread of this program is
at work. A copy that ends before it has answered has its work done here.

References
----------
.. [1] POSIX.1-2017, fork(): the child has one thread; memory is shared until either writes to it.
.. [2] Linux, prctl(2), PR_SET_PDEATHSIG: the child ends with the process that made it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn, ParamSpec, TypeVar

from detector.early import wait_for_imports

Given = ParamSpec("Given")
Result = TypeVar("Result")

_PR_SET_PDEATHSIG = 1
_is_copy = False


def can_be_made() -> bool:
    """Whether a copy can be made, and has a core of its own."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


def is_copy() -> bool:
    """Whether this process is a copy, whose work is done again where it ends."""
    return _is_copy


def forked() -> int:
    """Make a copy; 0 in the copy, in this process the copy's number."""
    wait_for_imports()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, those of libraries included, which wait
        return os.fork()


def be_a_copy() -> None:
    """Leave signals to the process that was copied, and end with it."""
    global _is_copy
    _is_copy = True
    for asks in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(asks, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end(copy: int) -> None:
    """End a copy, whatever it does."""
    with suppress(ProcessLookupError):
        os.kill(copy, signal.SIGKILL)
    os.waitpid(copy, 0)


class Copy:
    """A copy that does what it is asked for, one thing after another, until it is ended.

    Parameters
    ----------
    *modules : str
        What it imports first.
    """

    def __init__(self, *modules: str) -> None:
        self._link, theirs = Pipe()
        self._ended = False
        self._number: int | None = forked()
        if self._number == 0:
            self._link.close()
            _serve(theirs, modules)
        theirs.close()

    def ask(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """Result of a pure function of a module, computed by the copy, or here where it has ended."""
        try:
            self._link.send((work, args, kwargs))
            found: list[Result] = self._link.recv()
            return found[0]
        except (EOFError, OSError):
            if self._ended:
                raise
            self._let_go()
            return work(*args, **kwargs)

    def end(self) -> None:
        """End the copy, whatever it does; what it was asked for is not done."""
        self._ended = True
        self._let_go()

    def _let_go(self) -> None:
        number, self._number = self._number, None
        if number is not None:
            end(number)
            self._link.close()


def _serve(link: Connection, modules: tuple[str, ...]) -> NoReturn:
    """Answer until something fails, and end without anything that is done when a program ends."""
    try:
        be_a_copy()
        for module in modules:
            import_module(module)
        while True:
            work, args, kwargs = link.recv()
            link.send([work(*args, **kwargs)])
    finally:
        os._exit(1)


_assistants: list[Copy] = []


@contextmanager
def assistant(*modules: str) -> Iterator[None]:
    """Have a copy import modules that take long, so that this process need not; `assisted` asks it."""
    made = [Copy(*modules)] if can_be_made() else []
    _assistants.extend(made)
    try:
        yield
    finally:
        dismiss_assistants()


def assisted(work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Result of a pure function of a module, computed by the assistant if there is one."""
    return _assistants[-1].ask(work, *args, **kwargs) if _assistants else work(*args, **kwargs)


def dismiss_assistants() -> None:
    """End assistants, where what they have imported is better imported here, once."""
    while _assistants:
        _assistants.pop().end()


def has_assistant() -> bool:
    """Whether there is an assistant."""
    return bool(_assistants)
