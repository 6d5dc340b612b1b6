"""The file of decisions: lines are only added, and any damage is found."""

import os
import subprocess
import sys

import pytest

from detector.errors import InputError, OutputError
from detector.nightly import writes
from detector.nightly.journal import append, read_journal


def filled(path, n=3):
    for number in range(n):
        append(path, {"number": number, "by": "jo", "reason": "é" * number})
    return path


def test_entries_come_back_in_the_order_in_which_they_were_added(tmp_path):
    path = filled(tmp_path / "decisions.jsonl")
    assert [entry["number"] for entry in read_journal(path)] == [0, 1, 2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_is_never_rewritten(tmp_path):
    path = filled(tmp_path / "decisions.jsonl", 2)
    before = path.read_bytes()
    append(path, {"number": 2})
    assert path.read_bytes().startswith(before)


def test_no_file_is_an_empty_journal(tmp_path):
    assert read_journal(tmp_path / "decisions.jsonl") == []


def test_every_single_flipped_bit_is_found(tmp_path):
    path = filled(tmp_path / "decisions.jsonl", 2)
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1 :])
            with pytest.raises(InputError, match="not as it was written"):
                read_journal(path)


def test_a_cut_end_and_a_missing_or_moved_line_are_found(tmp_path):
    path = filled(tmp_path / "decisions.jsonl")
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for damaged in (whole[:-1], whole[:-5], whole + b"{}", b"".join(lines[1:]), b"".join([lines[1], lines[0]])):
        path.write_bytes(damaged)
        with pytest.raises(InputError):
            read_journal(path)
        with pytest.raises(InputError):
            append(path, {"number": 9})
        assert path.read_bytes() == damaged


def test_two_that_add_at_once_both_stand_in_it(tmp_path):
    path = tmp_path / "decisions.jsonl"
    code = (
        "import sys; from pathlib import Path; from detector.nightly.journal import append\n"
        "for number in range(20): append(Path(sys.argv[1]), {'by': sys.argv[2], 'number': number})"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("ann", "bob")]
    assert [one.wait(120) for one in both] == [0, 0]
    entries = read_journal(path)
    assert sorted((entry["by"], entry["number"]) for entry in entries) == [
        (b, n) for b in ("ann", "bob") for n in range(20)
    ]


def test_a_write_that_fails_leaves_the_journal_as_it_was(tmp_path, monkeypatch):
    path = filled(tmp_path / "decisions.jsonl")
    before = path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written"):
        append(path, {"number": 3})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".tmp"] == []


def test_an_addition_that_is_cut_off_at_any_step_leaves_the_journal_whole(tmp_path, monkeypatch):
    path = filled(tmp_path / "decisions.jsonl")
    ends = []
    for number in range(20):
        left = [number]

        def end(step, at, left=left):
            if left[0] == 0:
                raise KeyboardInterrupt(step)
            left[0] -= 1

        monkeypatch.setattr(writes, "before", end)
        before = len(read_journal(path))
        try:
            append(path, {"number": 100 + number})
        except KeyboardInterrupt as ended:
            ends.append(str(ended))
            assert len(read_journal(path)) in (before, before + 1)
        else:
            assert read_journal(path)[-1]["number"] == 100 + number
            break
    assert ends == ["open", "write", "fsync", "rename", "fsync folder"]
