"""Ends a run, or lets the disk fail, at one step of its writes."""

import os
from contextlib import contextmanager

from detector.nightly import writes


class Killed(BaseException):
    """As good as a kill: nothing that cleans up after errors hears of it."""


@contextmanager
def at_step(number, happens):
    """Let something happen before the step of a number; gives the list of steps that were announced."""
    steps = []

    def before(step, path):
        steps.append((step, path))
        if len(steps) == number:
            happens()

    usual, writes.before = writes.before, before
    try:
        yield steps
    finally:
        writes.before = usual


def die():
    """Stop at once."""
    raise Killed


def fail(code):
    """Give a function by which the disk fails."""

    def failing():
        raise OSError(code, os.strerror(code))

    return failing
