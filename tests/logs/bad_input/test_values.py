"""Bad input C: columns and values."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

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
