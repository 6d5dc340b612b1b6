"""`detector profile` reads into a store, and a night goes on from there."""

import json
import os
from hashlib import sha256

import pytest

from tests.cli.test_cli import run
from tests.nightly.runs import contents, rows_of, write_log


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "store.key"
    path.write_bytes(sha256(b"a key of the tests").digest())
    path.chmod(0o600)
    return path


def logs_in(folder):
    """Three days of which one comes twice, in part, and with a line that cannot be used."""
    write_log(folder / "a.jsonl", rows_of(range(2)))
    write_log(folder / "b.jsonl.gz", rows_of(range(1, 3)), packed=True)
    (folder / "c.jsonl").write_bytes((folder / "a.jsonl").read_bytes())
    (folder / "d.jsonl").write_text(json.dumps(rows_of([2])[0]) + '\n{"account_id": 7}\n')
    return folder


def test_a_night_after_profiling_gives_the_bytes_of_a_night_that_read_the_logs_itself(tmp_path, key):
    logs = logs_in(tmp_path / "logs")
    night = ("--key", key, "--now", "2026-03-04T03:00:00Z", "--quiet")
    alone = run("nightly", "--store", tmp_path / "alone", *night, logs)
    profiled = run("profile", "--store", tmp_path / "store", "--key", key, "--quiet", logs)
    assert (alone.returncode, profiled.returncode) == (3, 3)
    assert profiled.stderr == alone.stderr
    assert "d.jsonl: 1 of 2 rows were rejected (missing 1)." in profiled.stderr
    assert run("nightly", "--store", tmp_path / "store", *night).returncode == 0
    assert contents(tmp_path / "store") == contents(tmp_path / "alone")
    assert (tmp_path / "store" / "seen.json").read_bytes() == (tmp_path / "alone" / "seen.json").read_bytes()


def test_what_was_read_is_told_and_not_read_again(tmp_path, key):
    logs = write_log(tmp_path / "logs" / "a.jsonl", rows_of(range(2))).parent
    words = ("profile", "--store", tmp_path / "store", "--key", key, logs)
    assert run(*words).stdout == "Read 1 files (0 unchanged): 72 new requests, 0 known before.\n"
    before = contents(tmp_path / "store")
    assert run(*words).stdout == "Read 0 files (1 unchanged): 0 new requests, 0 known before.\n"
    assert contents(tmp_path / "store") == before


def test_spark_that_is_not_installed_is_said_in_one_line_and_nothing_is_made(tmp_path, key, monkeypatch):
    (tmp_path / "pyspark").mkdir()
    (tmp_path / "pyspark" / "__init__.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    logs = write_log(tmp_path / "logs" / "a.jsonl", rows_of([0]))
    done = run("profile", "--store", tmp_path / "store", "--key", key, "--engine", "spark", logs)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "Error: --engine spark needs Spark for Python: pip install 'distillation-detector[spark]', "
        "and Java 17 or newer.\n",
    )
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--master", "local[1]"), "--master and --conf are for --engine spark."),
        (("--engine", "spark", "--conf", "spark.executor.memory"), "write a setting of Spark as NAME=VALUE."),
    ],
)
def test_words_for_spark_that_make_no_sense_are_refused(tmp_path, key, words, said):
    done = run("profile", "--store", tmp_path / "store", "--key", key, *words, tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ids_behind_pseudonyms_are_remembered_outside_the_store(tmp_path, key):
    logs = write_log(tmp_path / "logs" / "a.jsonl", rows_of([0], accounts=2)).parent
    words = ("profile", "--store", tmp_path / "store", "--key", key, "--quiet", logs)
    assert run(*words, "--identities", tmp_path / "store" / "ids.parquet").returncode == 2
    assert run(*words, "--identities", tmp_path / "ids.parquet").returncode == 0
    assert (tmp_path / "ids.parquet").exists()
