"""What the plan for a cluster is reckoned from."""

from pathlib import Path

import numpy as np
import pytest

from detector.nightly.intake import take, unread
from detector.nightly.store import held
from detector.profiles.sizes import Sizes
from detector.settings import Settings
from tests.nightly.runs import KEY, contents, rows_of, write_log


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))


def test_the_measured_way_writes_the_store_of_one_machine_and_counts_what_travels(tmp_path):
    from reference.handed import Handed

    rows = rows_of([0, 1], accounts=30, each=5)
    logs = write_log(tmp_path / "logs" / "a.jsonl", rows).parent
    write_log(logs / "b.jsonl", [*rows[:40], *rows_of([2])])
    (tmp_path / "waiting").mkdir()
    measured = Handed(tmp_path / "waiting")
    for name, engine in (("here", None), ("measured", measured)):
        with held(tmp_path / name, KEY, False, Sizes()) as store:
            take(store, unread(store, [str(logs)]), Settings(), None, None, engine=engine)
    assert contents(tmp_path / "measured") == contents(tmp_path / "here")
    assert measured.said > 8 * (300 + 76)
    stored = sum(path.stat().st_size for path in (tmp_path / "measured" / "days").rglob("*.parquet"))
    assert measured.days > stored
    assert measured.cpu > 0


def test_accounts_in_files_are_those_of_requests_dealt_by_chance():
    from reference.plan import HELD, spread

    requests, files = np.array([0, 1, 3, 40, 2000]), 8
    rng = np.random.default_rng(1)
    dealt = [[np.bincount(rng.integers(0, files, n), minlength=files) for n in requests] for _ in range(4000)]
    pairs = np.mean([[np.count_nonzero(own) for own in one] for one in dealt], axis=0)
    kept = np.mean([[np.minimum(own, HELD).sum() for own in one] for one in dealt], axis=0)
    found = spread(requests, files)
    assert found[0] == pytest.approx(pairs.mean(), rel=0.01)
    assert found[1] == pytest.approx(kept.mean(), rel=0.01)
    assert spread(requests, 1) == (4 / 5, (1 + 3 + 40 + HELD) / 5)


def test_a_plan_grows_with_rows_and_folding_saves_what_spreading_costs():
    from reference.plan import Assumed, Costs, planned

    costs = Costs(1e-4, 5e-5, 1e-6, 3e-5, 1e-7, 8, 8, 200, 32, named=0, pair=500, held=100)
    requests = np.array([20] * 10)
    plan = dict(planned(1e9, requests, costs, Assumed(rows_a_file=1e6)))
    assert plan["files of a day"] == "1,000"
    assert plan["accounts of a day"] == "50,000,000"
    assert plan["tasks, JSON lines"] == "28 core hours, 14 cores for 2 h, $2.06"
    # 50 million accounts × (500 + 20 × 100 bytes)
    assert plan["hand-over of days, an account in one file"] == "116 GiB"
    # nearly every request is in a file of its own: a billion × 100 bytes, and 500 for each of 991 million pairs
    assert plan["hand-over of days, spread by chance"] == "554 GiB"
    assert dict(planned(1e11, requests, costs, Assumed()))["hand-over for repeats"] == "745 GiB"
