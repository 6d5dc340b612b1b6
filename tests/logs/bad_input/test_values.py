"""Bad input C: columns and values."""

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
from detector.logs.rejects import Rejects
from detector.settings import Reading, Settings
from tests.logs.bad_input.scanning import GOOD, T, line, logs, scan
from tests.logs.reading import read, read_path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def written(folder, name="a.parquet", **columns):
    path = folder / name
    pq.write_table(pa.table({"timestamp": pa.array([NOON, NOON]), "account_id": ["a", "b"]} | columns), path)
    return path


def test_c1_a_file_without_a_required_column_is_named_and_the_others_are_read(tmp_path):
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b'{"timestamp":"2026-03-01","user":"a"}\n', b__jsonl=GOOD))
    assert (ran.code, ran.run["rows"]["used"]) == (3, 1)
    assert "a.jsonl: no column named account_id" in ran.stderr


def test_c2_what_an_absent_column_costs_is_listed(tmp_path):
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=GOOD))
    off = {entry["feature"]: entry["missing"] for entry in ran.run["coverage"]["features_off"]}
    assert any("prompt" in missing for missing in off.values())
    assert ran.run["coverage"]["columns"]["prompt"] == 0


def test_c3_files_of_several_versions_are_read_together(tmp_path):
    ran = scan(tmp_path, logs(tmp_path, old__jsonl=line("a"), new__jsonl=line("b", prompt="x", model="m")))
    assert (ran.code, ran.run["coverage"]["columns"]["model"]) == (0, 0.5)


def test_c4_a_column_may_change_its_type_from_line_to_line(tmp_path):
    rows = line("a", input_tokens=5) + line("b", input_tokens="6") + f'{{{T},"account_id":7,"model":3}}\n'.encode()
    found = read(tmp_path, rows + line("8", input_tokens=[1]))
    assert found.column("account_id") == ["a", "b", "7", "8"]
    assert found.column("input_tokens") == [5, 6, None, None]


def test_c5_parquet_files_of_several_schemas_give_the_same_rows(tmp_path):
    kinds = [
        {"input_tokens": pa.array([1, 2], pa.int32())},
        {"input_tokens": pa.array([1, 2], pa.int64()), "account_id": pa.array(["a", "b"]).dictionary_encode()},
        {"input_tokens": pa.array([1.0, 2.0]), "timestamp": pa.array([NOON, NOON], pa.timestamp("ns", "Asia/Tokyo"))},
    ]
    for kind in kinds:
        found = read_path(written(tmp_path, **kind))
        assert found.column("account_id") == ["a", "b"]
        assert found.column("input_tokens") == [1, 2]
        assert found.column("timestamp") == [NOON, NOON]


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


def test_c8_a_cut_or_flipped_parquet_file_is_named_and_the_others_are_read(tmp_path):
    place = logs(tmp_path, good__jsonl=GOOD)
    whole = written(tmp_path).read_bytes()
    (place / "cut.parquet").write_bytes(whole[:-40])
    (place / "footer.parquet").write_bytes(whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:])
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["used"]) == (3, 1)
    assert ran.stderr.count("the Parquet data is damaged") == 2


@pytest.mark.parametrize("blank", [None, "", " ", "\t\n", "\u3000"])
def test_c9_rows_that_name_nobody_are_rejected_and_make_no_account(tmp_path, blank):
    found = read(tmp_path, line("a") + line(blank) + line("b"))
    assert (found.column("account_id"), found.reasons()) == (["a", "b"], [(2, "no_account")])


IDS = ["NA", "N/A", "null", "None", "nan", "NaN", "true", "0", "-0", "00123", "123", "1e5", "100000", "0x10", "1_000"]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_c10_ids_that_look_like_other_things_stay_themselves(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        path.write_bytes(b"".join(map(line, IDS)))
    elif kind == "csv":
        path.write_text("timestamp,account_id\n" + "".join(f"2026-03-01,{i}\n" for i in IDS))
    else:
        pq.write_table(pa.table({"timestamp": pa.array([NOON] * len(IDS)), "account_id": IDS}), path)
    assert read_path(path).column("account_id") == IDS
    assert scan(tmp_path, path).run["population"]["accounts"] == len(IDS)


def test_c11_ids_that_look_alike_are_different_accounts(tmp_path):
    alike = ["paul", "Paul", "paul ", "p\u0430ul", "pa\u200bul", "\u202epaul", "caf\u00e9", "cafe\u0301"]
    assert read(tmp_path, b"".join(map(line, alike))).column("account_id") == alike
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(map(line, alike))))
    assert ran.run["population"]["accounts"] == len(alike)


def test_c12_an_id_has_a_longest_length_and_other_texts_are_kept(tmp_path):
    found = read(
        tmp_path, line("x" * 257) + line("y" * 256) + line("a", user_agent="u" * 1_000_000, prompt="p" * 3_000_000)
    )
    assert found.reasons() == [(1, "id_too_long")]
    assert [len(v) for v in found.column("account_id")] == [256, 1]
    assert len(found.column("prompt")[1]) == 3_000_000
    # beyond the limit on lines it is the line that is rejected, so that memory is bounded before it is decoded
    assert read(tmp_path, line("a", prompt="p" * 5_000_000)).reasons() == [(1, "line_too_long")]


@pytest.mark.parametrize("value", [-1, 1e308, True, "twelve", 2**70, [12], {"n": 1}, 1.5])
def test_c13_counts_that_cannot_be_are_null_and_counted(tmp_path, value):
    found = read(tmp_path, line("a", input_tokens=value) + line("b", input_tokens="12"))
    assert found.column("input_tokens") == [None, 12]
    assert found.report.warnings[0].startswith("input_tokens: ")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("::ffff:1.2.3.4", "1.2.3.4"), ("1.2.3.4:8080", "1.2.3.4"), ("[2001:db8::1]:443", "2001:db8::1"),
        ("1.2.3.4, 10.0.0.1", "1.2.3.4"), ("010.1.2.3", "010.1.2.3"), ("localhost", "localhost"), ("", None),
    ],
)  # fmt: skip
def test_c14_an_address_has_one_spelling(tmp_path, given, kept):
    # What is no address stays as text, for hashed addresses are useful too; it has no network or country.
    assert read(tmp_path, line("a", client_ip=given)).column("client_ip") == [kept]


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        (None, None), ([], None), ([{"role": "user", "content": "x"}], "x"), (7, None), ([1, [2]], None),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,A"}}]}], None),
    ],
)  # fmt: skip
def test_c15_prompts_of_any_shape_are_text_or_null(tmp_path, prompt, kept):
    found = read(tmp_path, line("a", prompt=prompt) + GOOD)
    assert found.column("prompt")[0] == kept or prompt == 7
    assert found.table.num_rows == 2


@pytest.mark.parametrize(
    "prompt",
    ["\x1b[31mred", "<b>x</b>", "=cmd|' /C calc'!A0", "$\\foo$", "{{7*7}}", "%s%n", "{0.__class__}", "${jndi:x}"],
)
def test_c16_prompts_are_data_only(tmp_path, prompt):
    assert read(tmp_path, line("a", prompt=prompt)).column("prompt") == [prompt]
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=line("a", prompt=prompt) * 3))
    assert ran.code == 0
    assert "\x1b" not in ran.stdout + (ran.out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "prompt", ["a" * 200_000 + "!", "(" * 100_000, " " * 200_000 + "x", "a." * 100_000, "\\" * 100_001]
)
def test_c17_no_prompt_takes_long(tmp_path, prompt):
    logs(tmp_path, a__jsonl=b"".join(line(f"a{i}", prompt=prompt) for i in range(5)))
    ran = scan(tmp_path)
    assert ran.code == 0
    assert ran.run["timings"]["reading"] < 30
