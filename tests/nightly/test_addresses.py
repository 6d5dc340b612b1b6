"""Nights over logs that live elsewhere: an object is copied when it is new or has changed, and at no other time."""

import os

import pytest

from detector.logs import files
from detector.nightly.intake import take, unread
from detector.nightly.store import held
from detector.profiles.profile import Sizes
from detector.settings import Settings
from tests.nightly.runs import KEY, rows_of, write_log


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Give a function that reads an address into a store and tells the names of the objects it copied."""
    copied = []
    fetched = files.fetched
    monkeypatch.setattr(files, "fetched", lambda remote: copied.append(remote.address) or fetched(remote))

    def night():
        copied.clear()
        with held(tmp_path / "store", KEY, False, Sizes()) as store:
            new = unread(store, [tmp_path.joinpath("logs").as_uri()])
            taken = take(store, new, Settings(), None, None)
        rows = sum(one.built.rows_used for one in taken)
        return sorted(name.rpartition("/")[2] for name in copied), rows, new.others

    return night


def test_an_object_is_copied_again_when_it_has_changed_only(tmp_path, read):
    (tmp_path / "logs").mkdir()
    for day, name in enumerate(["one", "two"]):
        os.utime(write_log(tmp_path / "logs" / f"{name}.jsonl", rows_of([day])), (1_772_000_000, 1_772_000_000))
    copied, rows, others = read()
    assert (copied, others) == (["one.jsonl", "two.jsonl"], 0)
    assert rows > 0
    assert read() == ([], 0, 2)
    os.utime(write_log(tmp_path / "logs" / "one.jsonl", rows_of([0, 2])), (1_772_000_001, 1_772_000_001))
    copied, more, others = read()
    assert (copied, others) == (["one.jsonl"], 1)
    assert more > 0


def test_an_object_that_changed_a_moment_ago_is_copied_again(tmp_path, read):
    (tmp_path / "logs").mkdir()
    write_log(tmp_path / "logs" / "one.jsonl", rows_of([0]))
    assert read()[0] == ["one.jsonl"]
    assert read() == (["one.jsonl"], 0, 0)
