"""Bad input B: syntax of JSON and CSV."""

import json

import pytest

from detector.errors import InputError
from tests.logs.bad_input.scanning import GOOD, T, line, logs, scan
from tests.logs.reading import read

HEADER = b"timestamp,account_id,prompt\n"


def row(account, prompt="x"):
    return f"2026-03-01T12:00:00Z,{account},{prompt}\n".encode()


def reason_of(folder, bad):
    """Why a line between two good ones was rejected; the good ones must be there."""
    found = read(folder, GOOD + bad + b"\n" + GOOD)
    assert found.column("row") == [1, 3]
    return found.reasons()[0][1]


@pytest.mark.parametrize("key", ["account_id", "account\\u005fid", "timestamp"])
def test_b1_a_key_given_twice_costs_the_row(tmp_path, key):
    assert reason_of(tmp_path, f'{{{T},"account_id":"a","{key}":"2026-03-01"}}'.encode()) == "dup_key"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("column", ["max_tokens", "temperature", "account_id"])
def test_b2_b3_numbers_that_are_not_finite_cost_the_row(tmp_path, number, column):
    others = "" if column == "account_id" else '"account_id":"a",'
    assert reason_of(tmp_path, f'{{{T},{others}"{column}":{number}}}'.encode()) == "nonfinite"


def test_b3_a_number_that_nobody_reads_costs_nothing(tmp_path):
    # Syntax is checked everywhere, the size of numbers only where a column is read.
    assert read(tmp_path, f'{{{T},"account_id":"a","unknown":1e999}}'.encode()).column("account_id") == ["a"]


def test_b4_a_number_of_thousands_of_digits_costs_the_row_and_one_of_hundreds_is_no_count(tmp_path):
    assert reason_of(tmp_path, f'{{{T},"account_id":"a","max_tokens":{"9" * 5000}}}'.encode()) == "number"
    found = read(tmp_path, f'{{{T},"account_id":{"9" * 200},"max_tokens":{"9" * 400}}}'.encode())
    assert (found.column("account_id"), found.column("max_tokens")) == (["9" * 200], [None])


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 2**64 + 1, -(2**63) - 1])
def test_b5_whole_numbers_as_ids_keep_every_digit_and_counts_keep_to_their_range(tmp_path, number):
    found = read(tmp_path, f'{{{T},"account_id":{number},"request_id":{number},"input_tokens":{number}}}'.encode())
    assert found.column("account_id") == found.column("request_id") == [str(number)]
    assert found.column("input_tokens") == [None]


@pytest.mark.parametrize(
    "nested", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 99_999]
)
def test_b6_deep_nesting_costs_the_row(tmp_path, nested):
    assert reason_of(tmp_path, f'{{{T},"account_id":"a","x":{nested}}}'.encode()) == "depth"


@pytest.mark.parametrize("value", [b"[]", b"1", b'"x"', b"null", b"true"])
def test_b7_a_line_that_is_no_object_is_rejected(tmp_path, value):
    assert reason_of(tmp_path, value) == "not_object"


def test_b7_a_whole_file_that_is_one_list_is_read(tmp_path):
    # Exports come as lists; they stream, so there is no cause to refuse them.
    assert read(tmp_path, b"[" + GOOD[:-1] + b",\n" + GOOD + b"]", "a.json").table.num_rows == 2


def test_b8_an_object_of_too_many_keys_or_with_too_long_a_key_costs_the_row(tmp_path):
    # 1,024 and not 256 keys: flattened logs of gateways have hundreds of columns.
    many = {f"k{i}": i for i in range(100_000)}
    assert reason_of(tmp_path, line("a", **many)[:-1]) == "keys"
    assert reason_of(tmp_path, line("a", **{"k" * (1 << 20): 1})[:-1]) == "key_too_long"
    assert read(tmp_path, line("a", **{f"k{i}": "v" for i in range(1_000)})).table.num_rows == 1
    assert read(tmp_path, line("a", **{f"k{i}": "v" for i in range(9)}), max_keys=5).reasons() == [(1, "keys")]


@pytest.mark.parametrize("key", ["Account_id", "account\u200b_id", "\u0430ccount_id", "account_id "])
def test_b9_keys_that_look_alike_are_others_and_are_listed(tmp_path, key):
    found = read(tmp_path, GOOD + line("a", **{key: "b"}))
    assert found.column("account_id") == ["good", "a"]
    assert found.report.columns_found[-1] == key
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=json.dumps({"timestamp": "2026-03-01", key: "a"}).encode()))
    assert (ran.code, "no column named account_id" in ran.stderr) == (3, True)
    assert "\u200b" not in ran.stderr


@pytest.mark.parametrize(
    "bad",
    [
        '{"a":1,}',
        "{'a':1}",
        '{"a":1}//x',
        "{a:1}",
        '{"a":+1}',
        '{"a":01}',
        '{"a":.5}',
        '{"a":1 "b":2}',
        "{",
        "}",
        '{"a"}',
    ],
)
def test_b10_what_is_only_like_json_is_rejected(tmp_path, bad):
    assert reason_of(tmp_path, bad.encode()) == "json"


def test_b11_lines_and_objects_are_one_to_one(tmp_path):
    spread = b'{"account_id":"a",\n"timestamp":"2026-03-01"}\n'
    found = read(tmp_path, GOOD + GOOD[:-1] + GOOD + spread + GOOD)
    assert found.reasons() == [(2, "json"), (3, "json"), (4, "json")]
    assert found.column("row") == [1, 5]


def test_b12_a_quote_that_is_never_closed_costs_its_line_only(tmp_path):
    found = read(tmp_path, HEADER + row("a") + row("b", '"open') + row("c") + row("d"), "a.csv")
    assert found.column("account_id") == ["a", "c", "d"]
    assert found.reasons() == [(3, "unclosed_quote")]


def test_b13_a_quoted_cell_may_span_lines_up_to_a_limit(tmp_path):
    found = read(tmp_path, HEADER + row("a", '"1\n2\n3\n4"') + row("b"), "a.csv")
    assert found.column("prompt") == ["1\n2\n3\n4", "x"]
    assert found.column("row") == [2, 6]
    lines = "\n".join(f"2026-03-01T12:00:00Z,a{i},x" for i in range(1_500))
    found = read(tmp_path, HEADER + row("a", f'"{lines}"') + row("b"), "a.csv")
    assert "a700" in found.column("account_id")
    assert found.column("account_id")[-1] == "b"
    assert found.report.rows_in == len(found.column("row")) + found.report.rows_rejected


def test_b14_too_few_and_too_many_fields_cost_the_row(tmp_path):
    bad = b"2026-03-01T12:00:00Z,b\n" + b"2026-03-01T12:00:00Z,c,x,y\n"
    found = read(tmp_path, HEADER + row("a") + bad + row("d"), "a.csv")
    assert (found.column("account_id"), found.reasons()) == (["a", "d"], [(3, "columns"), (4, "columns")])
    assert read(tmp_path, HEADER + b"2026-03-01T12:00:00Z,c,x,y\n" * 3, "a.csv").report.rows_rejected == 3


def test_b15_two_columns_of_one_name_make_the_file_an_error(tmp_path):
    # The file is set aside with exit 3, not the run with 2: others in the folder may be sound.
    with pytest.raises(InputError, match="account_id more than once"):
        read(tmp_path, b"timestamp,account_id,account_id\n" + row("a"), "a.csv")
    ran = scan(
        tmp_path, logs(tmp_path, a__csv=b"timestamp,account_id,account_id\n" + row("a"), b__csv=HEADER + row("b"))
    )
    assert (ran.code, ran.run["rows"]["used"]) == (3, 1)


@pytest.mark.parametrize("other", [";", "\t", "|"])
def test_b16_another_separator_is_never_guessed(tmp_path, other):
    table = (HEADER + row("a")).replace(b",", other.encode())
    with pytest.raises(InputError, match="no column named"):
        read(tmp_path, table, "a.csv")


def test_b16_a_table_without_header_is_an_error_and_a_repeated_header_costs_its_row(tmp_path):
    with pytest.raises(InputError, match="no column named"):
        read(tmp_path, row("a") + row("b"), "a.csv")
    found = read(tmp_path, HEADER + row("a") + HEADER + row("b"), "a.csv")
    assert (found.column("account_id"), found.reasons()) == (["a", "b"], [(3, "header_again")])


def test_b17_a_long_cell_is_read_whole(tmp_path):
    assert read(tmp_path, HEADER + row("a", "y" * 200_000), "a.csv").column("prompt") == ["y" * 200_000]


def test_b18_a_bad_value_in_one_cell_leaves_the_other_rows_alone(tmp_path):
    table = b"timestamp,account_id,input_tokens\n2026-03-01,a,5\n2026-03-01,b,many\nyesterday,c,5\n2026-03-01,d,7\n"
    found = read(tmp_path, table, "a.csv")
    # A count that cannot be read is null and counted: the request itself did happen.
    assert found.column("input_tokens") == [5, None, 7]
    assert found.reasons() == [(4, "time")]
    assert found.report.warnings == ["input_tokens: not a number, set to null (1 values)."]
