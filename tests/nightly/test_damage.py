"""Every flipped bit of a store is found, and what is damaged is named."""

import datetime as dt
import os
import random
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest

from detector.errors import DetectorError
from detector.nightly import generations, ledger, sealed
from detector.nightly.damage import DamagedStore
from detector.nightly.fragments import by_day, decoded, encoded
from detector.nightly.night import days_of
from detector.nightly.store import held, opened
from detector.nightly.window import fragment, window
from detector.profiles import sizes
from detector.profiles.build import Storing, build_profile
from detector.profiles.profile import Sizes, merge_pieces
from tests.nightly.runs import FIRST, KEY, contents, night, rows_of, write_log
from tests.profiles.batches import batch

#: Of each file.
FLIPS = int(os.environ.get("FLIPS", "40"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flips")
    night(folder / "store", [write_log(folder / "log.jsonl", rows_of(range(2)))], 1)
    return folder / "store"


def reads(folder):
    """Each file of a store, with what a run or a reader of results does that reads it."""
    store = opened(folder, KEY)
    taken = ledger.records(store)
    found = {folder / "store.json": lambda: opened(folder, KEY)}
    for one in taken:
        found[ledger.record_path(store, one.content)] = lambda: ledger.records(store)
        for part in one.parts:
            found[ledger.profile_path(store, one.content, part.day)] = partial(fragment, store, one, part)
            day = np.array([part.day])
            found[ledger.requests_path(store, one.content, part.day)] = partial(
                ledger.hashes_of_days, store, taken, day
            )
    for one in generations.judged(store):
        for path in (folder / "nights" / str(one)).resolve().iterdir():
            found[path] = partial(generations.check, store, one)
    return found


def test_every_flipped_bit_is_found(store):
    draw = random.Random(3)
    of_path = reads(store)
    there = [path for path in store.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path for path in there if path.name not in ("lock", "seen.json")} == set(of_path)
    for path, read in sorted(of_path.items()):
        read()
        whole = path.read_bytes()
        for _ in range(FLIPS):
            at = draw.randrange(8 * len(whole))
            data = bytearray(whole)
            data[at // 8] ^= 1 << at % 8
            path.write_bytes(bytes(data))
            with pytest.raises(DetectorError):
                read()
        path.write_bytes(whole)
        read()


def test_a_file_that_is_missing_is_named(store, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(store, copy, symlinks=True)
    lost = next((copy / "days").rglob("*.requests.parquet"))
    lost.unlink()
    with pytest.raises(DamagedStore, match=lost.name):
        reads(copy)[lost]()


def test_a_list_of_seen_files_that_is_damaged_is_made_anew(tmp_path):
    log = write_log(tmp_path / "log.jsonl", rows_of(range(2)))
    night(tmp_path / "store", [log], 1)
    before = contents(tmp_path / "store")
    (tmp_path / "store" / "seen.json").write_text("{}")
    done = night(tmp_path / "store", [log], 1)
    assert [one.built.rows_used for one in done.files] == [0]
    assert contents(tmp_path / "store") == before


def test_a_store_of_another_version_is_refused(tmp_path):
    with held(tmp_path / "store", KEY, False, Sizes()) as made:
        said = sealed.opened(made / "store.json", made.seal)
    (tmp_path / "store" / "store.json").write_bytes(sealed.sealed(said | {"format": 99}, made.seal))
    with pytest.raises(DamagedStore, match="of version 99"):
        opened(tmp_path / "store", KEY)


def test_a_profile_is_the_same_after_writing_and_reading():
    rows = [
        {"account_id": f"a{i % 5}", "at": 1000 * i + 43_200_000_000 * (i % 3), "prompt": f"p {i}"} for i in range(400)
    ]
    built = build_profile([batch(rows)], KEY, Sizes(16, 16), storing=Storing(b"secret"))
    for day, own in by_day(built.profile):
        again = decoded(None, encoded(own), day)
        assert again.ids.tolist() == own.ids.tolist()
        for name in ("days", "requests", "activity", "distinct"):
            pd.testing.assert_frame_equal(getattr(again, name), getattr(own, name), check_dtype=False)
        assert encoded(again) == encoded(own)


def test_a_window_whose_samples_are_cut_as_days_are_read_is_that_of_all_rows_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sizes, "LEAST_DISTINCT", 9)
    rows = rows_of(range(3), accounts=5, each=40)
    tight = Sizes(64, 9, window=400)
    logs = [write_log(tmp_path / "a.jsonl", rows[:340]), write_log(tmp_path / "b.jsonl", rows[300:])]
    night(tmp_path / "store", logs, 2)
    store = opened(tmp_path / "store", KEY)
    found = window(store, ledger.records(store), days_of(FIRST + dt.timedelta(days=2), 30), tight).profile
    night(tmp_path / "other", [write_log(tmp_path / "all.jsonl", rows)], 2)
    other = opened(tmp_path / "other", KEY)
    whole = window(other, ledger.records(other), days_of(FIRST + dt.timedelta(days=2), 30), other.sizes).profile
    wanted = merge_pieces([whole], [store.sizes.uncut(5)], tight.fitted(whole.days))
    assert len(found.requests) == 5 * 3 * 27
    for name in ("days", "requests", "activity", "distinct"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name), check_dtype=False)
