"""Work beside: the same results as in turn, whatever becomes of the copy."""

import os
import signal
import sys
from pathlib import Path

import pandas as pd
import pytest

from detector import judging, scan
from detector.beside import Beside
from detector.settings import Profiling, Settings

MONTH_END = Path(__file__).parents[1] / "sample_logs" / "month_end"
HERE = os.getpid()

needs_copies = pytest.mark.skipif(
    sys.platform != "linux" or os.cpu_count() == 1, reason="copies are made on Linux, with two cores or more"
)


def process_and_square(number):
    return os.getpid(), number * number


def processes_and_parts(parts):
    return [(os.getpid(), part) for part in parts]


def killed_unless_here():
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done here"


def asleep_unless_here():
    if os.getpid() != HERE:
        signal.pause()
    return "done here"


def refuse():
    raise ValueError("there is nothing to compute")


@needs_copies
def test_a_copy_computes_in_another_process():
    process, square = Beside(copies=True).begin(process_and_square, 7)()
    assert square == 49
    assert process != HERE


def test_without_copies_work_is_done_at_once_in_this_process():
    assert Beside().begin(process_and_square, 7)() == (HERE, 49)


def test_the_work_of_a_copy_that_is_killed_is_done_here():
    assert Beside(copies=True).begin(killed_unless_here)() == "done here"


@needs_copies
def test_a_copy_that_does_not_answer_in_time_is_ended_and_its_work_done_here(monkeypatch):
    monkeypatch.setattr("detector.beside.LEAST_PATIENCE", 0.05)
    assert Beside(copies=True).begin(asleep_unless_here)() == "done here"


def test_an_error_of_the_work_is_raised_where_the_result_is_asked_for():
    with pytest.raises(ValueError, match="nothing to compute"):
        Beside(copies=True).begin(refuse)()


@needs_copies
def test_no_process_is_left_once_the_result_is_known():
    process, _ = Beside(copies=True).begin(process_and_square, 3)()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_result_larger_than_a_pipe_arrives_whole():
    table = pd.DataFrame({"number": range(300_000)})
    pd.testing.assert_frame_equal(Beside(copies=True).begin(table.copy)(), table)


@needs_copies
def test_every_second_part_goes_to_the_copy_and_results_come_in_order():
    for n in range(6):
        parts = [10 * part for part in range(n, 0, -1)]
        found = Beside(copies=True).share(processes_and_parts, parts)
        assert [part for _, part in found] == parts
        assert [process == HERE for process, _ in found] == [i % 2 == 0 for i in range(n)]
    assert Beside().share(processes_and_parts, [5, 4]) == [(HERE, 5), (HERE, 4)]


def test_a_scan_finds_the_same_with_copies_as_in_turn(monkeypatch):
    monkeypatch.setattr(judging, "MANY_ROWS", 0)
    shared, alone = (
        scan(
            MONTH_END / "logs",
            accounts=MONTH_END / "accounts.csv",
            settings=Settings(profiling=Profiling(workers=workers)),
            key=b"one key for both",
        )
        for workers in (0, 1)
    )
    assert len(alone.campaigns)
    for name in ("accounts", "campaigns", "members", "evidence_table", "timeline_table", "traces"):
        pd.testing.assert_frame_equal(getattr(shared, name), getattr(alone, name))
