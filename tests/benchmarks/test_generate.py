"""The generator of large logs, run as the pages say, on a small size."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from detector import scan
from detector.drill import read_labels

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate.py"
SIZE = "--accounts 400 --rows-a-day 4000 --days 2 --campaign 60x20@1 --chars 200 --files-a-day 2".split()


def generate(out, *words):
    subprocess.run([sys.executable, str(SCRIPT), "--out", str(out), *SIZE, *words], check=True, capture_output=True)
    return out


def rows_of(world):
    files = sorted((world / "logs").glob("*.jsonl"))
    return pd.DataFrame([json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("lines") / "world")


def test_lines_and_parquet_hold_the_same_rows(world, tmp_path):
    lines = rows_of(world)
    files = sorted((generate(tmp_path / "world", "--format", "parquet") / "logs").iterdir())
    table = pd.concat([pq.read_table(file).to_pandas() for file in files], ignore_index=True)
    lines["timestamp"] = pd.to_datetime(lines["timestamp"]).astype(table["timestamp"].dtype)
    pd.testing.assert_frame_equal(lines, table, check_dtype=False)


def test_the_same_options_give_the_same_files_and_another_seed_gives_others(world, tmp_path):
    again, other = generate(tmp_path / "again"), generate(tmp_path / "other", "--seed", "2")
    for file in [*sorted((world / "logs").iterdir()), world / "accounts.parquet", world / "labels.csv"]:
        name = file.relative_to(world)
        assert (again / name).read_bytes() == file.read_bytes()
        assert (other / name).read_bytes() != file.read_bytes()


def test_rows_are_in_order_of_time_with_ids_of_their_own_and_few_accounts_ask_most(world):
    rows, labels = rows_of(world), read_labels(world / "labels.csv").set_index("account_id")
    assert pd.to_datetime(rows["timestamp"]).is_monotonic_increasing
    assert rows["request_id"].is_unique
    assert rows["prompt"].str.len().between(90, 4_200).all()
    counts = rows["account_id"].value_counts()
    assert counts.reindex(labels.index, fill_value=0).tolist() == labels["n_queries"].tolist()
    crowd = labels[labels["kind"] == "benign"]["n_queries"].sort_values(ascending=False)
    assert crowd.head(40).sum() > 0.4 * crowd.sum()


def test_a_campaign_begins_on_its_day_with_so_many_requests_of_each_account(world):
    labels = read_labels(world / "labels.csv").set_index("account_id")
    planted = labels.index[labels["campaign"] == "planted-0"]
    rows = rows_of(world)
    rows = rows[rows["account_id"].isin(planted)]
    assert len(planted) == 60
    assert set(rows["timestamp"].str[:10]) == {"2026-06-02"}
    assert len(rows) / 60 == pytest.approx(20, rel=0.1)


def test_a_scan_uses_every_row_and_finds_the_campaign(world):
    found = scan(world / "logs", accounts=world / "accounts.parquet", key=b"test")
    assert found.run["rows"]["in"] == found.run["rows"]["used"] == len(rows_of(world))
    labels = read_labels(world / "labels.csv").set_index("account_id")
    flagged = found.accounts.set_index("account_id")["flagged"]
    truth = (labels["kind"] == "distillation").reindex(flagged.index)
    assert flagged[truth].mean() > 0.9
    assert flagged[~truth].mean() < 0.01
