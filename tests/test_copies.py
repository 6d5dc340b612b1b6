"""Lasting copies of the process: the same results as here, whatever becomes of the copy."""

import os
import signal
import sys

import pytest

from detector.copies import Copy, assistant, assisted, has_assistant, is_copy

HERE = os.getpid()

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.cpu_count() == 1, reason="copies are made on Linux, with two cores or more"
)


@pytest.fixture
def copy():
    made = Copy()
    yield made
    made.end()


def process_and_square(number):
    return os.getpid(), number * number


def killed_unless_here(number):
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse():
    raise ValueError("there is nothing to compute")


def modules_here():
    return set(sys.modules)


def test_a_copy_answers_one_question_after_another_in_a_process_of_its_own(copy):
    (one, square), (other, cube) = copy.ask(process_and_square, 7), copy.ask(process_and_square, number=8)
    assert (square, cube) == (49, 64)
    assert one == other != HERE


def test_the_work_of_a_copy_that_is_killed_is_done_here_and_so_is_what_is_asked_later(copy):
    assert copy.ask(killed_unless_here, 3) == 3
    assert copy.ask(process_and_square, 3) == (HERE, 9)


def test_what_fails_in_a_copy_fails_here_with_the_same_words(copy):
    with pytest.raises(ValueError, match="nothing to compute"):
        copy.ask(refuse)


def test_a_copy_that_was_ended_does_nothing_more_and_neither_does_this_process(copy):
    copy.end()
    with pytest.raises((EOFError, OSError)):
        copy.ask(process_and_square, 7)


def test_a_copy_ends_with_the_process_that_made_it(copy):
    number, _ = copy.ask(process_and_square, 1)
    copy.end()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_only_a_copy_knows_itself_as_one(copy):
    assert copy.ask(is_copy)
    assert not is_copy()


def test_an_assistant_imports_what_this_process_need_not():
    before = modules_here()
    with assistant("this"):
        assert has_assistant()
        assert "this" in assisted(modules_here)
    assert not has_assistant()
    assert "this" not in modules_here() - before
    assert assisted(process_and_square, 2) == (HERE, 4)
