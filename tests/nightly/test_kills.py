"""A run may end before any step of its writes: what was there stays readable, and the next run makes the same bytes."""

import errno
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from detector.errors import OutputError
from detector.nightly import generations, ledger
from detector.nightly.intake import take, unread
from detector.nightly.store import held
from detector.profiles.profile import Sizes
from detector.results import load_result
from detector.settings import Settings
from tests.nightly.faults import Killed, at_step, die, fail
from tests.nightly.runs import FIRST, KEY, contents, night, rows_of, write_log

#: 0 takes every step; the suite takes a few, since each costs two nights.
STEPS = int(os.environ.get("KILL_STEPS", "6"))
KILLS = int(os.environ.get("KILLS", "3"))


def taken_in(folder, logs):
    with held(folder, KEY, False, Sizes()) as store:
        new = unread(store, [str(path) for path in logs])
        return take(store, new, Settings(), None, None)


def committed(folder, artefacts):
    with held(folder, KEY, False, Sizes()) as store:
        generations.sweep(store)
        generations.commit(store, FIRST, "origin", artefacts)


def logs_in(folder):
    rows = rows_of(range(2), accounts=4)
    return [write_log(folder / "a.jsonl", rows[:16]), write_log(folder / "b.jsonl", rows[10:])]


def steps_of(work, happens=None, number=0):
    with at_step(number, happens) as steps:
        work()
    return len(steps)


def test_reading_may_be_killed_before_every_step(tmp_path):
    logs = logs_in(tmp_path / "logs")
    steps = steps_of(lambda: taken_in(tmp_path / "whole", logs))
    whole = contents(tmp_path / "whole")
    assert steps > 50
    for number in range(1, steps + 1):
        folder = tmp_path / f"killed-{number}"
        with pytest.raises(Killed), at_step(number, die):
            taken_in(folder, logs)
        taken_in(folder, logs)
        assert contents(folder) == whole, f"killed before step {number}"


def test_a_commit_may_be_killed_before_every_step(tmp_path):
    artefacts = {name: name.encode() * 10 for name in ("run.json", "accounts.parquet", "report.html")}
    committed(tmp_path / "whole", {"run.json": b"before"})
    steps = steps_of(lambda: committed(tmp_path / "whole", artefacts))
    committed(tmp_path / "whole", artefacts)
    whole = contents(tmp_path / "whole")
    for number in range(1, steps + 1):
        folder = tmp_path / f"killed-{number}"
        committed(folder, {"run.json": b"before"})
        with pytest.raises(Killed), at_step(number, die):
            committed(folder, artefacts)
        assert (folder / "latest" / "run.json").read_bytes() in (b"before", artefacts["run.json"])
        committed(folder, artefacts)
        committed(folder, artefacts)
        assert contents(folder) == whole, f"killed before step {number}"


def test_a_night_may_be_killed_before_any_step(tmp_path):
    rows = rows_of(range(2), accounts=6)
    logs = [write_log(tmp_path / "0.jsonl", rows[:18]), write_log(tmp_path / "1.jsonl", rows[18:])]

    def begun(folder):
        night(folder, logs[:1], 0)

    begun(tmp_path / "whole")
    steps = steps_of(lambda: night(tmp_path / "whole", logs, 1))
    whole = contents(tmp_path / "whole")
    chosen = random.Random(5).sample(range(1, steps + 1), STEPS) if STEPS else range(1, steps + 1)
    for number in chosen:
        folder = tmp_path / f"killed-{number}"
        begun(folder)
        with pytest.raises(Killed), at_step(number, die):
            night(folder, logs, 1)
        assert load_result(folder / "latest").run["night"]["day"] in ("2026-03-01", "2026-03-02")
        night(folder, logs, 1)
        assert contents(folder) == whole, f"killed before step {number}"


def test_a_run_that_recovers_may_be_killed_too(tmp_path):
    logs = logs_in(tmp_path / "logs")
    steps = steps_of(lambda: taken_in(tmp_path / "whole", logs))
    whole = contents(tmp_path / "whole")
    draw = random.Random(6)
    for attempt in range(30):
        folder = tmp_path / f"killed-{attempt}"
        for _ in range(3):
            with at_step(draw.randint(1, steps), die):
                try:
                    taken_in(folder, logs)
                except Killed:
                    pass
        taken_in(folder, logs)
        assert contents(folder) == whole


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails_at_any_step_is_an_error_and_nothing_is_lost(tmp_path, code):
    logs = logs_in(tmp_path / "logs")
    steps = steps_of(lambda: taken_in(tmp_path / "whole", logs))
    whole = contents(tmp_path / "whole")
    for number in np.unique(np.linspace(1, steps, 25).astype(int)).tolist():
        folder = tmp_path / f"failed-{number}"
        with pytest.raises(OutputError, match="cannot be written"), at_step(number, fail(code)):
            taken_in(folder, logs)
        taken_in(folder, logs)
        assert contents(folder) == whole, f"failed at step {number}"


def test_a_disk_that_fails_while_a_night_is_committed_leaves_the_night_before(tmp_path):
    committed(tmp_path / "store", {"run.json": b"before"})
    with pytest.raises(OutputError, match="No space left"), at_step(9, fail(errno.ENOSPC)):
        committed(tmp_path / "store", {"run.json": b"after", "report.html": b"page"})
    assert (tmp_path / "store" / "latest" / "run.json").read_bytes() == b"before"


def test_a_process_may_be_killed_at_any_time(tmp_path):
    rows = rows_of(range(2), accounts=6)
    logs = write_log(tmp_path / "logs" / "all.jsonl", rows).parent
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)

    def started(folder):
        words = ["nightly", "--store", str(folder), "--key", str(key), "--now", "2026-03-03T03:00:00Z", "--quiet"]
        code = "from detector.cli import run; run()"
        return subprocess.Popen([sys.executable, "-c", code, *words, str(logs)], stderr=subprocess.PIPE)

    # compiled code is cached by the first run, which takes longer than any after it
    assert started(tmp_path / "first").wait() == 0
    began = time.monotonic()
    assert started(tmp_path / "whole").wait() == 0
    seconds = time.monotonic() - began
    whole = contents(tmp_path / "whole")
    assert contents(tmp_path / "first") == whole
    draw, killed = random.Random(7), 0
    for attempt in range(KILLS):
        folder = tmp_path / f"killed-{attempt}"
        process = started(folder)
        time.sleep(draw.uniform(0.3, 1.0) * seconds)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert started(folder).wait() == 0
        assert contents(folder) == whole
    assert killed > 0.5 * KILLS


def test_a_row_is_not_lost_or_counted_twice_in_any_order_of_overlapping_files(tmp_path):
    rows = rows_of(range(3), accounts=4)
    wanted = None
    draw = random.Random(8)
    for attempt in range(120):
        folder = tmp_path / f"order-{attempt}"
        cuts = sorted(draw.sample(range(1, len(rows)), 3))
        parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
        parts.append(draw.sample(rows, 12))
        draw.shuffle(parts)
        logs = [write_log(folder / "logs" / f"{i}.jsonl", part) for i, part in enumerate(parts)]
        late = draw.randint(0, len(logs))
        if late:
            taken_in(folder / "store", logs[:late])
        taken_in(folder / "store", logs)
        with held(folder / "store", KEY, False, Sizes()) as store:
            found = ledger.marks(ledger.records(store))
        wanted = wanted or found
        assert found == wanted
    assert sum(n for n, _ in wanted.values()) == len(rows)


def test_the_newest_night_is_linked_by_the_next_run_where_its_own_was_killed_before_that(tmp_path):
    logs = logs_in(tmp_path / "logs")
    night(tmp_path / "store", logs, 0)
    night(tmp_path / "store", logs, 1)
    newest = os.readlink(tmp_path / "store" / "latest")
    (tmp_path / "store" / "latest").unlink()
    (tmp_path / "store" / "latest").symlink_to(f"nights/{FIRST}")
    night(tmp_path / "store", logs, 1)
    assert os.readlink(tmp_path / "store" / "latest") == newest != f"nights/{FIRST}"
