"""Work beside: a pure function computed by a copy of this process while this one goes on.

The copy is made by `fork`, so it starts at once, has everything imported, and sees the same tables without their being
handed over; only the result is. Threads are not copied, nor are locks that they hold released, so nothing may be begun
while a thread of this program is at work, and a copy that does not answer in time is ended and its work done here.

References
----------
.. [1] POSIX.1-2017, fork(): the child has one thread; memory is shared until either writes to it.
.. [2] Linux, prctl(2), PR_SET_PDEATHSIG: the child ends with the process that made it.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import BinaryIO, NoReturn, ParamSpec, TypeVar

from detector.early import wait_for_imports

Given = ParamSpec("Given")
Result = TypeVar("Result")
Part = TypeVar("Part")

#: A copy is waited for as long as this process has been at work since, so many times over, and so many seconds more.
PATIENCE, LEAST_PATIENCE = 3.0, 60.0
_PR_SET_PDEATHSIG = 1


class Beside:
    """Has work done by copies of this process, or in turn where there is one core or nothing to gain.

    Parameters
    ----------
    copies : bool
        Whether to make copies; only Linux does.
    """

    def __init__(self, copies: bool = False) -> None:
        self.copies = copies and sys.platform == "linux" and (os.cpu_count() or 1) > 1

    def begin(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Callable[[], Result]:
        """Have a pure function computed; call what is returned for its result, once.

        Notes
        -----
        Where the copy ends without a result, for lack of memory perhaps, this process does the work.
        """
        if not self.copies:
            result = work(*args, **kwargs)
            return lambda: result
        began = time.monotonic()
        reading, writing = os.pipe()
        pid = _forked()
        if pid == 0:
            os.close(reading)
            _answer(os.fdopen(writing, "wb"), lambda: work(*args, **kwargs))
        os.close(writing)
        answer = os.fdopen(reading, "rb")

        def result_of() -> Result:
            patience = LEAST_PATIENCE + PATIENCE * (time.monotonic() - began)
            found: list[Result] = _heard(pid, answer, patience)
            return found[0] if found else work(*args, **kwargs)

        return result_of

    def share(self, work: Callable[[Sequence[Part]], list[Result]], parts: Sequence[Part]) -> list[Result]:
        """Results of parts, given the largest first, in their order; a copy computes those of every second one."""
        if not self.copies or len(parts) < 2:
            return work(parts)
        others = self.begin(work, parts[1::2])
        found = [*work(parts[0::2]), *others()]
        half = (len(parts) + 1) // 2
        return [found[i // 2 + half * (i % 2)] for i in range(len(parts))]


#: Everything in turn.
IN_TURN = Beside()


def copies(n: int) -> Executor:
    """Copies of this process that do what they are given, until they are shut down.

    They are made at once. Where none can be made, processes are started afresh, which takes seconds.
    """
    wait_for_imports()
    if sys.platform != "linux":
        import_module("joblib")  # to its end: parts alone could fail
        from joblib.externals.loky import get_reusable_executor

        others: Executor = get_reusable_executor(n)
        return others
    made = ProcessPoolExecutor(n, get_context("fork"), initializer=_be_a_copy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, those of libraries included, which wait
        made.submit(int)
    return made


def _forked() -> int:
    wait_for_imports()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, those of libraries included, which wait
        return os.fork()


def _be_a_copy() -> None:
    """Leave it to the process that was copied to answer signals, and end with it."""
    for asks in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(asks, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _answer(out: BinaryIO, work: Callable[[], object]) -> NoReturn:
    """Write the result of some work and end, whatever happens, without anything that is done when a program ends."""
    try:
        _be_a_copy()
        pickle.dump([work()], out, protocol=5)
        out.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _heard(pid: int, answer: BinaryIO, patience: float) -> list[Result]:
    """What a copy has written: a list with its result, or an empty one where it has not come to that."""
    try:
        with answer:
            if not wait([answer.fileno()], patience):
                return []
            found: list[Result] = pickle.load(answer)  # noqa: S301 - of a copy of this process
            return found
    except (EOFError, pickle.UnpicklingError):
        return []
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
