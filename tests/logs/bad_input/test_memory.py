"""Memory of a scan does not grow with what is bad: four times as much of it takes as much memory, but for a little."""

import gzip
from pathlib import Path

import pytest

from tests.logs.bad_input.scanning import GOOD, T, logs, peak_of_scan

#: MiB by which two runs of one scan may differ.
NOISE = 40
ROW = f'{{{T},"account_id":"a"'.encode()
MIB = b"x" * (1 << 20)
MOMENT = b"2026-03-01T12:00:00Z"

BAD = {
    "one endless line": ("a.jsonl", lambda n: ROW + b',"prompt":"' + MIB * n + b'"}\n', 20),
    "one endless value of an array": ("a.json", lambda n: b"[" + ROW + b',"prompt":"' + MIB * n + b'"}]\n', 20),
    "one endless cell": ("a.csv", lambda n: b"timestamp,account_id,prompt\n" + MOMENT + b',a,"' + MIB * n + b'"\n', 20),
    "a gzip bomb": ("a.jsonl.gz", lambda n: gzip.compress(b"\0" * (n << 20), 1), 80),
    "lines of one letter": ("a.jsonl", lambda n: b"x\n" * n, 100_000),
    "lines of nobody": ("a.jsonl", lambda n: b'{"timestamp":"2026-03-01T12:00:00Z","account_id":""}\n' * n, 60_000),
    "rows of nobody": ("a.csv", lambda n: b"timestamp,account_id\n" + (MOMENT + b",\n") * n, 100_000),
    "rows of too many cells": ("a.csv", lambda n: b"timestamp,account_id\n" + (MOMENT + b",a,b\n") * n, 60_000),
    "rows that are not UTF-8": ("a.csv", lambda n: b"timestamp,account_id\n" + (MOMENT + b",\xff\n") * n, 60_000),
}


only_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is told by Linux")


@only_linux
@pytest.mark.parametrize("kind", BAD)
def test_memory_is_flat_on(tmp_path, kind):
    assert growth(tmp_path, *BAD[kind]) < NOISE


@only_linux
def test_e10_memory_is_flat_on_user_agents_that_no_other_row_has(tmp_path):
    assert growth(tmp_path, "a.jsonl", lambda n: b"".join(map(agent, range(n))), 60_000) < NOISE


def growth(place, name, data, many):
    """MiB by which four times as much of something takes more."""
    peaks = []
    for times in (1, 4):
        folder = place / str(times)
        folder.mkdir()
        (logs(folder, good__jsonl=GOOD) / name).write_bytes(data(many * times))
        peaks.append(peak_of_scan(folder))
    return peaks[1] - peaks[0]


def agent(i):
    """A sound row of one of twenty accounts, whose client has a name of its own."""
    words = f'"timestamp":"2026-03-01T12:{i // 60 % 60:02}:{i % 60:02}Z","account_id":"a{i % 20}","prompt":"hi"'
    return f'{{{words},"user_agent":"agent/{i} of some sixty letters, as user agents are {i}"}}\n'.encode()
