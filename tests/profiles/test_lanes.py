"""Files read by copies of the process: the same profiles and the same complaints as one after another."""

import os
import signal
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.logs import parquet_decoding
from detector.logs.files import discover
from detector.profiles.files import profile_files
from detector.profiles.lanes import in_turn, lanes
from detector.profiles.profile import Sizes
from detector.profiles.task import Task
from detector.settings import Reading
from tests.profiles.batches import DAY_US, FIRST_DAY, KEY

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.cpu_count() == 1, reason="copies are made on Linux, with two cores or more"
)


def log(path, rows, first=0, prompt="what is {} plus one"):
    moments = pa.array(
        [FIRST_DAY * DAY_US + i * 1_000_000 for i in range(first, first + rows)], pa.timestamp("us", "UTC")
    )
    accounts = [f"account-{i % 7}" for i in range(first, first + rows)]
    prompts = [prompt.format(i) for i in range(first, first + rows)]
    pq.write_table(pa.table({"timestamp": moments, "account_id": accounts, "prompt": prompts}), path)


def tasks(folder, **limits):
    files = discover([str(folder)])
    return [Task(file, Reading(**limits), None, KEY, Sizes(), (None, None)) for file in files]


def read_twice(given):
    alone = profile_files(given, in_turn)
    with lanes(2, [task.file for task in given], KEY) as reader:
        return alone, profile_files(given, reader)


def test_two_copies_give_the_profile_that_one_file_after_another_gives(tmp_path):
    for i in range(5):
        log(tmp_path / f"{i}.parquet", 300 + i, first=1_000 * i)
    alone, shared = read_twice(tasks(tmp_path))
    assert list(alone.profile.ids) == list(shared.profile.ids)
    for name in ("days", "requests", "activity", "distinct"):
        assert getattr(alone.profile, name).equals(getattr(shared.profile, name)), name
    assert [one.report.rows_in for one in shared.files] == [300, 301, 302, 303, 304]


def test_a_file_over_a_limit_is_set_aside_and_the_others_count(tmp_path):
    log(tmp_path / "large.parquet", 2_000)
    log(tmp_path / "one.parquet", 30)
    log(tmp_path / "two.parquet", 40)
    alone, shared = read_twice(tasks(tmp_path, max_parquet_cells=1_000))
    errors = [one.report.error for one in shared.files]
    assert errors == [one.report.error for one in alone.files]
    assert "has a row group of over 1,000 cells" in errors[0]
    assert errors[1:] == [None, None]
    assert [one.built.rows_used for one in shared.files] == [0, 30, 40]


@pytest.mark.parametrize(
    "harm", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: bytearray(1 << 50)], ids=["crash", "memory"]
)
def test_what_ends_the_copy_that_decodes_it_is_decoded_by_a_child(tmp_path, monkeypatch, harm):
    log(tmp_path / "one.parquet", 30)
    log(tmp_path / "two.parquet", 40)

    def harmful(*given):
        harm()
        yield

    monkeypatch.setattr(parquet_decoding, "batches_in", harmful)
    alone, shared = read_twice(tasks(tmp_path))
    assert [one.report.error for one in shared.files] == [None, None]
    assert shared.profile.requests.equals(alone.profile.requests)


def test_a_damaged_file_keeps_the_rows_before_the_damage(tmp_path):
    log(tmp_path / "one.parquet", 30)
    log(tmp_path / "two.parquet", 40)
    whole = (tmp_path / "two.parquet").read_bytes()
    (tmp_path / "two.parquet").write_bytes(whole[:-30])
    alone, shared = read_twice(tasks(tmp_path))
    assert [one.report.error for one in shared.files] == [one.report.error for one in alone.files]
    assert "the Parquet data is damaged" in shared.files[1].report.error
