import gzip
import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from detector.drill import Pool, Recipe, read_labels, simulate, write_samples, write_world
from detector.errors import InputError, UsageError
from detector.schema import ACCOUNTS_SCHEMA, QUERIES_SCHEMA

SAMPLES = Path(__file__).parents[2] / "sample_logs"


@pytest.fixture(scope="module")
def world():
    return simulate(Recipe(accounts=40, days=2, populations={}, campaigns=(Pool(6),)), seed=2)


def test_json_lines_hold_every_query_without_its_unknowns(world, tmp_path):
    write_world(world, tmp_path, "jsonl")
    days = sorted((tmp_path / "logs").iterdir())
    assert [day.name for day in days] == ["2026-03-02.jsonl.gz", "2026-03-03.jsonl.gz"]
    rows = [json.loads(line) for day in days for line in gzip.decompress(day.read_bytes()).splitlines()]
    assert [row["request_id"] for row in rows] == list(world.queries["request_id"])
    assert all(value is not None and value == value for row in rows for value in row.values())
    times = pd.to_datetime([row["timestamp"] for row in rows], format="ISO8601")
    assert list(times) == list(world.queries["timestamp"])


def test_parquet_has_the_declared_schema(world, tmp_path):
    write_world(world, tmp_path, "parquet")
    day = pq.read_table(tmp_path / "logs" / "2026-03-02.parquet")
    assert day.schema.equals(QUERIES_SCHEMA)
    assert pq.read_table(tmp_path / "accounts.parquet").schema.equals(ACCOUNTS_SCHEMA)
    assert pq.read_table(tmp_path / "labels.parquet").num_rows == len(world.labels)


def test_writing_twice_gives_the_same_bytes(world, tmp_path):
    for path in write_world(world, tmp_path / "one", "jsonl"):
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        if not again.exists():
            write_world(world, tmp_path / "two", "jsonl")
        assert path.read_bytes() == again.read_bytes()


def test_another_format_is_refused(world, tmp_path):
    with pytest.raises(UsageError, match="choose jsonl or parquet"):
        write_world(world, tmp_path, "xml")


def test_the_sample_logs_are_what_the_command_makes(tmp_path):
    made = write_samples(tmp_path)
    shipped = sorted(p for p in SAMPLES.rglob("*") if p.suffix in (".gz", ".csv"))
    assert [p.relative_to(SAMPLES) for p in shipped] == sorted(p.relative_to(tmp_path) for p in made)
    for path in shipped:
        assert digest(path) == digest(tmp_path / path.relative_to(SAMPLES)), path.name


def test_the_sample_logs_are_small():
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file()) < 5_000_000


def test_labels_are_read_with_their_ids_as_text(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("account_id,kind,population,campaign\nNA,benign,people,\n0012,distillation,pool,p-1\n")
    labels = read_labels(file)
    assert list(labels["account_id"]) == ["NA", "0012"]
    assert labels["campaign"].isna().tolist() == [True, False]
    with pytest.raises(InputError, match="cannot be read as labels"):
        read_labels(tmp_path / "nowhere.csv")


def test_labels_come_back_as_they_were_written(world, tmp_path):
    for form in ("jsonl", "parquet"):
        *_, path = write_world(world, tmp_path / form, form)
        given, back = world.labels, read_labels(path)
        assert list(back["account_id"]) == list(given["account_id"])
        assert list(back["n_queries"]) == list(given["n_queries"])
        assert (back["campaign"].isna() == given["campaign"].isna()).all()


def digest(path: Path) -> str:
    # of the text: compressors differ between builds of zlib
    data = path.read_bytes()
    return hashlib.sha256(gzip.decompress(data) if path.suffix == ".gz" else data).hexdigest()
