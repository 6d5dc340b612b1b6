"""Bad input C6 to C8: Parquet files that harm who reads them."""

from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from detector.errors import InputError
from detector.inspection import inspect
from detector.logs import parquet_decoding, parquet_process
from detector.logs.convert import convert
from detector.logs.files import discover
from detector.logs.parquet_child import unfolded
from detector.logs.rejects import Rejects
from detector.settings import Reading, Settings
from tests.logs.bad_input.scanning import GOOD, line, logs, scan
from tests.logs.reading import read_path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def written(folder, name="a.parquet", **columns):
    path = folder / name
    pq.write_table(pa.table({"timestamp": pa.array([NOON, NOON]), "account_id": ["a", "b"]} | columns), path)
    return path


@pytest.mark.skipif(not hasattr(pa, "json_"), reason="this pyarrow has no extension type of text")
def test_c6_extension_types_are_read_as_what_they_hold(tmp_path):
    words = pa.ExtensionArray.from_storage(pa.json_(pa.string()), pa.array(['"x"', '"y"']))
    assert read_path(written(tmp_path, prompt=words)).column("prompt") == ['"x"', '"y"']


def test_c6_feather_is_refused(tmp_path):
    pyarrow.feather.write_feather(pa.table({"a": [1]}), tmp_path / "a.feather")
    with pytest.raises(InputError, match="Arrow IPC"):
        read_path(tmp_path / "a.feather")


def bomb(path):
    """Write a row group of two hundred million cells in a few kilobytes."""
    rows = 63_000_000
    some = pa.array(["a"]).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), some.dictionary)
    moments = pa.array(np.full(rows, 1772366400000000)).cast(pa.timestamp("us", "UTC"))
    table = pa.table({"timestamp": moments, "account_id": column, "b": column, "c": column})
    pq.write_table(table, path, row_group_size=rows)


def test_c7_a_parquet_bomb_is_set_aside_by_its_rows_and_columns(tmp_path):
    path = logs(tmp_path, good__jsonl=GOOD) / "bomb.parquet"
    bomb(path)
    assert path.stat().st_size < 1 << 20
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["used"]) == (3, 1)
    assert "bomb.parquet: the Parquet file has a row group of over 250,000,000 cells" in ran.stderr
    assert ran.run["limits"]["max_parquet_cells"]["reached"] == 1


@pytest.mark.parametrize("good_batches", [-1, 2])  # -1: it does not survive the footer
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("os.kill(os.getpid(), 11)", "ended the process that read it (exit code -11)"),
        ("os._exit(0)", "ended the process that read it (exit code 0)"),
        ("exec('while True: pass')", "takes over 1 s"),
        ("threading.Event().wait()", "takes over 1 s"),
        ("bytearray(1 << 40)", "takes over 2,147,483,648 bytes"),
    ],
)
def test_c7_a_file_that_kills_or_outlives_its_reader_is_set_aside(tmp_path, monkeypatch, harm, said, good_batches):
    place = logs(tmp_path, good__jsonl=GOOD)
    accounts = ["a", None, "b", "c", "d", "e"]  # one row would be rejected, but none of them counts
    written(place, "killer.parquet", timestamp=[NOON] * 6, account_id=accounts)
    seconds = 1 if "1 s" in said else 300
    (tmp_path / "s.toml").write_text(f"[reading]\nparquet_seconds = {seconds}\nbatch_rows = 2\n")
    with children_that(monkeypatch, tmp_path, harm, good_batches):
        ran = scan(tmp_path, options=("--settings", tmp_path / "s.toml"))
    assert (ran.code, ran.run["rows"]["in"], ran.run["rows"]["used"]) == (3, 1, 1)
    assert ran.run["population"]["accounts"] == 1
    assert f"killer.parquet: the Parquet file {said}" in ran.stderr
    assert "none of its rows counts" in next(entry["error"] for entry in ran.run["inputs"] if not entry["rows_in"])


def test_c7_a_file_that_kills_its_reader_is_neither_converted_nor_inspected(tmp_path, monkeypatch):
    place = logs(tmp_path, good__jsonl=GOOD)
    written(place, "killer.parquet", timestamp=[NOON] * 6, account_id=list("abcdef"))
    files, reading, rejects = discover([str(place)]), Reading(batch_rows=2), Rejects()
    (tmp_path / "out").mkdir()
    with children_that(monkeypatch, tmp_path, "os.abort()", 2):
        reports = convert(files, tmp_path / "out", reading, None, rejects)
        found = inspect([str(place)], settings=Settings(reading=reading))
    assert [report.rows_in for report in reports] == [1, 0]
    assert [pq.read_metadata(path).num_rows for path in (tmp_path / "out").iterdir()] == [1]
    assert (found.rows, found.accounts) == (1, 1)


@contextmanager
def children_that(monkeypatch, folder, harm, good_batches):
    """Make processes that decode Parquet do harm when they have handed over so many batches."""
    program = folder / "harm.py"
    program.write_text(
        f"""
import importlib.util, os, socket, threading
place = importlib.util.spec_from_file_location("child", {str(parquet_process.PROGRAM)!r})
child = importlib.util.module_from_spec(place)
place.loader.exec_module(child)
handed, batches = child._handed, []
def harmful(schema, batch):
    if batch is not None:
        batches.append(batch)
    if len(batches) > {good_batches}:
        {harm}
    return handed(schema, batch)
child._handed = harmful
child.serve(socket.socket(fileno=0))
"""
    )
    parquet_process.stop()
    with monkeypatch.context() as patched:
        patched.setattr(parquet_process, "PROGRAM", program)
        patched.setattr(parquet_decoding, "_known", {})
        yield
        parquet_process.stop()


def test_c7_the_child_keeps_to_its_limit_of_memory(tmp_path):
    path = written(tmp_path, prompt=["x" * 60_000_000, "y" * 60_000_000])
    with pytest.raises(InputError, match="parquet_memory_bytes"):
        read_path(path, parquet_memory_bytes=30_000_000)


def test_c7_a_dictionary_that_stands_for_a_hundred_gigabytes_is_unfolded_by_the_child_and_set_aside(tmp_path):
    path = logs(tmp_path, good__jsonl=GOOD) / "bomb.parquet"
    many = 100_000
    columns = {"timestamp": np.full(many, 1772366400000000), "account_id": "a", "prompt": "x" * 1_000_000}
    folded = {
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(many, np.int32)), pa.array([one]))
        for name, one in columns.items()
        if isinstance(one, str)
    }
    moments = pa.array(columns["timestamp"]).cast(pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"timestamp": moments} | folded), path, row_group_size=many)
    assert path.stat().st_size < 100_000
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["in"]) == (3, 1)
    assert "bomb.parquet: the Parquet file takes over 2,147,483,648 bytes of memory" in ran.stderr
    assert ran.run["limits"]["parquet_memory_bytes"]["reached"] == 1


def test_c7_dictionaries_in_structs_and_lists_are_unfolded_by_the_child_too():
    words = pa.array(["a", None, "b"]).dictionary_encode()
    nested = [
        words,
        pa.StructArray.from_arrays([words, pa.array([1, 2, 3])], ["x", "y"]),
        pa.ListArray.from_arrays([0, 1, 1, 3], words),
    ]
    batch = pa.RecordBatch.from_arrays(nested, names=["word", "struct", "list"])
    found = unfolded(batch)
    assert "dictionary" not in str(found.schema)
    assert found.to_pylist() == batch.to_pylist()


def test_c8_a_cut_parquet_file_or_one_whose_footer_lies_is_named_and_the_others_are_read(tmp_path):
    place = logs(tmp_path, good__jsonl=GOOD)
    whole = written(tmp_path).read_bytes()
    (place / "cut.parquet").write_bytes(whole[:-40])
    (place / "footer.parquet").write_bytes(whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:])
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["used"]) == (3, 1)
    assert ran.stderr.count("the Parquet data is damaged") == 2


def test_c8_a_flipped_bit_in_a_page_that_the_tool_wrote_is_found_by_its_checksum(tmp_path):
    place = logs(tmp_path, a__jsonl=b"".join(line(f"a{i}", prompt=f"p {i}", input_tokens=i) for i in range(200)))
    (tmp_path / "out").mkdir()
    convert(discover([str(place)]), tmp_path / "out", Reading(), None, Rejects())
    path = next((tmp_path / "out").iterdir())
    whole, group = path.read_bytes(), pq.read_metadata(path).row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    for column in (c for c in columns if c.path_in_schema in ("timestamp", "account_id", "prompt", "input_tokens")):
        begins = column.data_page_offset if column.dictionary_page_offset is None else column.dictionary_page_offset
        at = begins + column.total_compressed_size - 3  # within the last page of the column
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError, match="the Parquet data is damaged"):
            read_path(path)
