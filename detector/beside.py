"""Work beside: a pure function computed by a copy of this process while this one goes on.

The copy sees the same tables without their being handed over; only the result is. A copy that does not answer in time
is ended and its work done here.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import BinaryIO, NoReturn, ParamSpec, TypeVar

from detector.copies import be_a_copy, can_be_made, end, forked
from detector.memory import give_back

Given = ParamSpec("Given")
Result = TypeVar("Result")
Part = TypeVar("Part")

#: A copy is waited for as long as this process has been at work since, so many times over, and so many seconds more.
PATIENCE, LEAST_PATIENCE = 3.0, 60.0


class Beside:
    """Has work done by copies of this process, or in turn where there is one core or nothing to gain.

    Parameters
    ----------
    copies : bool
        Whether to make copies; only Linux does.
    """

    def __init__(self, copies: bool = False) -> None:
        self.copies = copies and can_be_made()

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
        give_back()
        copy = forked()
        if copy == 0:
            os.close(reading)
            _answer(os.fdopen(writing, "wb"), lambda: work(*args, **kwargs))
        os.close(writing)
        answer = os.fdopen(reading, "rb")

        def result_of() -> Result:
            patience = LEAST_PATIENCE + PATIENCE * (time.monotonic() - began)
            found: list[Result] = _heard(copy, answer, patience)
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


def _answer(out: BinaryIO, work: Callable[[], object]) -> NoReturn:
    """Write the result of some work and end, whatever happens, without anything that is done when a program ends."""
    try:
        be_a_copy()
        pickle.dump([work()], out, protocol=5)
        out.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _heard(copy: int, answer: BinaryIO, patience: float) -> list[Result]:
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
        end(copy)
