from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.logs.files import discover
from detector.profiles import build as building
from detector.profiles import files as reading
from detector.profiles import growing, lanes
from detector.profiles import spill as spilling
from detector.profiles.files import profile_files
from detector.profiles.lanes import in_turn
from detector.profiles.profile import Sizes, merge, profile_of
from detector.profiles.spill import merge_spilled, spill
from detector.profiles.task import Task
from detector.settings import Reading
from tests.profiles.test_profile import ROWS, SMALL, TIGHT, assert_same, low_floors, numbered, profile

__all__ = ["low_floors"]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(spilling, "BLOCK_ROWS", 3)
    monkeypatch.setattr(spilling, "RANGE_ROWS", 5)


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS, ROWS, st.sampled_from([SMALL, TIGHT]))
def test_profiles_on_disk_merge_as_those_in_memory_do(tmp_path_factory, a, b, c, sizes):
    rows, folder = numbered([*a, *b, *c]), tmp_path_factory.mktemp("spilled")
    parts = [profile(rows[: len(a)], sizes), profile(rows[len(a) : -len(c)], sizes), profile(rows[-len(c) :], sizes)]
    on_disk = [spill(part, Path(mkdtemp(dir=folder))) for part in parts]
    assert_same(merge_spilled(on_disk, sizes), merge(parts, sizes))


def test_a_piece_holds_the_rows_of_its_accounts_only(tmp_path):
    rows = [{"account_id": name, "at": i} for i, name in enumerate(["ann"] * 7 + ["bob"] * 2 + ["cid"] * 6 + ["dot"])]
    whole = profile(rows, Sizes())
    piece = spill(whole, tmp_path).piece(1, 3)
    assert piece.ids.tolist() == ["bob", "cid"]
    assert np.bincount(piece.requests["account"]).tolist() == [2, 6]
    assert piece.days["requests"].tolist() == [2, 6]


def test_a_large_input_is_spilled_and_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(building, "FEW_ROWS", 0)
    (tmp_path / "temporary").mkdir()
    for i in range(3):
        rows = [
            f'{{"account_id": "a{j % 5}", "timestamp": "2026-05-0{i + 1}T00:00:{j:02d}Z", "request_id": "{i}-{j}"}}\n'
            for j in range(40)
        ]
        (tmp_path / f"day-{i}.jsonl").write_text("".join(rows), encoding="utf-8")
    sizes = Sizes(requests=6, distinct=4, window=50)
    files = discover([str(tmp_path / "*.jsonl")])
    tasks = [Task(file, Reading(), None, b"key", sizes, (None, None)) for file in files]
    in_memory = profile_files(tasks, in_turn).profile
    spilled = []
    monkeypatch.setattr(growing, "spill", lambda *given: spilled.append(spill(*given)) or spilled[-1])
    monkeypatch.setattr(lanes, "SMALL_INPUT", 0)
    monkeypatch.setattr(reading, "LARGE_INPUT", 0)
    assert_same(in_memory, profile_files(tasks, in_turn).profile)
    assert len(spilled) == 3
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("most_in_memory", [0, 1 << 30])
def test_many_small_files_are_profiled_together_and_give_the_profile_of_each_by_itself(
    tmp_path, monkeypatch, most_in_memory
):
    for i in range(30):
        moment = f"2026-05-0{i % 3 + 1}T00:00:{i:02d}Z"
        row = f'{{"account_id": "a{i % 4}", "timestamp": "{moment}", "request_id": "{i % 28}"}}'
        (tmp_path / f"{i}.json").write_text(row)
    (tmp_path / "bad.json").write_text('{"account_id": "a1", "timestamp": "yesterday"}')
    tasks = [
        Task(file, Reading(), None, b"key", Sizes(requests=6, distinct=4, window=50), (None, None))
        for file in discover([str(tmp_path / "*.json")])
    ]
    monkeypatch.setattr(reading, "LARGE_INPUT", most_in_memory)
    profiled = []
    monkeypatch.setattr(building, "profile_of", lambda *given: profiled.append(given) or profile_of(*given))
    together = profile_files(tasks, in_turn)
    assert len(profiled) == 1
    assert [sum(getattr(one.built, n) for one in together.files) for n in ("rows_used", "rows_duplicate")] == [28, 2]
    assert [one.report.path for one in together.files if one.report.rows_rejected] == [str(tmp_path / "bad.json")]
    monkeypatch.setattr(building, "FEW_ROWS", 0)
    apart = profile_files(tasks, in_turn)
    assert len(profiled) > 30
    assert_same(together.profile, apart.profile)
