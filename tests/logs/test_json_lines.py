import json

import pytest

from detector.errors import MissingColumns
from detector.logs.mapping import Mapping
from tests.logs.reading import read, read_partly

T = '"timestamp":"2026-03-01T12:00:00Z"'
GOOD = b'{"timestamp":"2026-03-01T12:00:00Z","account_id":"good"}\n'


def test_ids_that_look_like_other_things_stay_themselves(tmp_path):
    ids = [
        "null",
        "NA",
        "00123",
        "1e5",
        "None",
        "nan",
        "true",
        "0",
        "-0",
        "0x10",
        "1_000",
        "A",
        "a",
    ]
    lines = [json.dumps({"timestamp": "2026-03-01", "account_id": i}) for i in ids]
    assert read(tmp_path, "\n".join(lines).encode()).column("account_id") == ids


def test_an_absent_number_is_not_counted_as_an_odd_one(tmp_path):
    lines = [f'{{{T},"account_id":"a","temperature":{t},"max_tokens":null}}' for t in ("0.5", "null")]
    lines.append(f'{{{T},"account_id":"a"}}')
    found = read(tmp_path, "\n".join(lines).encode())
    assert found.column("temperature") == [0.5, None, None]
    assert found.report.warnings == []
    assert found.report.nulls["temperature"] == 2


def test_ids_given_as_numbers_keep_every_digit(tmp_path):
    numbers = [123, 2**53 + 1, 2**63, 2**64, 12345678901234567890123, -5]
    lines = [f'{{{T},"account_id":{n},"request_id":{n}}}' for n in numbers]
    found = read(tmp_path, "\n".join(lines).encode())
    assert found.column("account_id") == [str(n) for n in numbers]
    assert found.column("request_id") == [str(n) for n in numbers]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "json"),
        (b'{"a":1}{"a":2}', "json"),
        (b'{"a":1,}', "json"),
        (b"[1]", "not_object"),
        (b"null", "not_object"),
        (b'"text"', "not_object"),
        (b'{"account_id":"a","timestamp":NaN}', "nonfinite"),
        (b'{"account_id":"a","timestamp":1,"x":-Infinity}', "nonfinite"),
        (b'{"account_id":"a","timestamp":1,"temperature":1e999}', "nonfinite"),
        (b'{"account_id":' + b"9" * 5000 + b',"timestamp":1}', "number"),
        (b'{"account_id":"a","timestamp":"\xff"}', "utf8"),
        (b'{"account_id":"a","unknown":"\xed\xa0\x80"}', "utf8"),
        (b'{"account_id":"\\ud800","timestamp":"2026-03-01"}', "surrogate"),
        (b'{"account_id":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "depth"),
        (b'{"account_id":"a","x":' + b"[" * 70 + b"]" * 70 + b"}", "depth"),
        (b'{"account_id":"a","account_id":"b","timestamp":"2026-03-01"}', "dup_key"),
        (b'{"account_id":"a","account\\u005Fid":"b","timestamp":"2026-03-01"}', "dup_key"),
        (b'{"account_id":"a","timestamp":"2026-03-01","timestamp":"2026-03-02"}', "dup_key"),
        (b'{"timestamp":"2026-03-01T12:00:00Z"}', "missing"),
        (b'{"account_id":"a"}', "missing"),
        (b'{"account_id":null,"timestamp":"2026-03-01T12:00:00Z"}', "no_account"),
        (b'{"account_id":" \\t","timestamp":"2026-03-01T12:00:00Z"}', "no_account"),
        (b'{"account_id":1.5,"timestamp":"2026-03-01T12:00:00Z"}', "type"),
        (b'{"account_id":["a"],"timestamp":"2026-03-01T12:00:00Z"}', "type"),
        (b'{"account_id":"a\\u0000b","timestamp":"2026-03-01T12:00:00Z"}', "control"),
        (b'{"account_id":"a\\u0085b","timestamp":"2026-03-01T12:00:00Z"}', "control"),
        (b'{"account_id":"' + b"x" * 257 + b'","timestamp":"2026-03-01T12:00:00Z"}', "id_too_long"),
        (b'{"account_id":"a","timestamp":"2026-02-30T00:00:00Z"}', "time"),
        (b'{"account_id":"a","timestamp":"now"}', "time"),
        (b'{"account_id":"a","timestamp":true}', "time"),
        (b'{"account_id":"a","timestamp":"1999-01-01T00:00:00Z"}', "time"),
        (b'{"account_id":"a","timestamp":5}', "time"),
    ],
)
def test_a_bad_line_is_rejected_for_its_reason_and_its_neighbours_stay(tmp_path, line, reason):
    found = read(tmp_path, GOOD + line + b"\n" + GOOD)
    assert found.reasons() == [(2, reason)]
    assert found.column("row") == [1, 3]
    assert found.rejects.to_table().column("byte_offset").to_pylist() == [len(GOOD)]


def test_two_objects_on_one_line_cannot_hide_one_that_is_spread_over_two(tmp_path):
    spread = b'{"account_id":"a",\n"timestamp":"2026-03-01"}\n'
    found = read(tmp_path, GOOD + spread + GOOD[:-1] + GOOD)
    assert found.reasons() == [(2, "json"), (3, "json"), (4, "json")]


def test_a_key_repeated_inside_another_object_is_not_the_accounts(tmp_path):
    line = f'{{{T},"account_id":"a","metadata":{{"account_id":"b","account_id":"c"}}}}'
    assert read(tmp_path, line.encode()).column("account_id") == ["a"]


def test_half_a_surrogate_pair_in_a_prompt_is_replaced_and_counted(tmp_path):
    line = f'{{{T},"account_id":"a","prompt":"cut \\ud83d"}}'
    found = read(tmp_path, line.encode())
    assert found.column("prompt") == ["cut \ufffd"]
    assert found.report.warnings == ["text: half a surrogate pair, replaced (1 values)."]


def test_lines_end_at_a_line_feed_only(tmp_path):
    prompt = "one\u2028two\u0085three\x0bfour"
    line = json.dumps({"timestamp": "2026-03-01", "account_id": "a", "prompt": prompt}, ensure_ascii=False).replace(
        "\\u000b", "\\u000B"
    )
    found = read(tmp_path, (line + "\r\n").encode() * 2)
    assert found.column("prompt") == [prompt, prompt]


def test_blank_lines_are_counted_and_are_no_rows(tmp_path):
    found = read(tmp_path, b"\n" + GOOD + b"  \r\n\n" + GOOD[:-1])
    assert (found.report.rows_in, found.report.rows_blank) == (2, 3)
    assert found.column("row") == [2, 5]


def test_a_byte_order_mark_is_stripped_at_every_line_start(tmp_path):
    mark = b"\xef\xbb\xbf"
    found = read(tmp_path, mark + GOOD + GOOD + mark + GOOD)
    assert found.column("row") == [1, 2, 3]


def test_a_line_over_the_limit_is_skipped_to_its_end(tmp_path):
    long = b'{"account_id":"a","prompt":"' + b"x" * 900_000 + b'"}\n'
    found = read(tmp_path, GOOD + long + GOOD + long[:-1], max_line_bytes=1000)
    assert found.reasons() == [(2, "line_too_long"), (4, "line_too_long")]
    assert found.column("row") == [1, 3]


def test_the_last_message_of_the_user_is_the_prompt(tmp_path):
    messages = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "yes"},
        {"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "image_url"}]},
        {"role": "tool", "content": "42"},
    ]
    row = {"timestamp": "2026-03-01", "account_id": "a", "prompt": messages}
    found = read(tmp_path, json.dumps(row).encode() + b"\n" + GOOD)
    assert found.column("prompt") == ["see", None]
    assert found.column("system_prompt") == ["be brief", None]
    assert found.column("n_messages") == [5, None]
    assert found.column("content_state") == ["full", "absent"]


def test_a_map_follows_dotted_paths_into_objects_and_lists(tmp_path):
    row = {
        "ts": 1_772_366_400,
        "auth": {"sub": 77},
        "body": {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 5},
        "choices": [{"finish_reason": "end_turn"}],
        "gen_ai.request.model": "m",
    }
    mapping = Mapping(
        {
            "timestamp": "ts",
            "account_id": "auth.sub",
            "prompt": "body.messages",
            "max_tokens": "body.max_tokens",
            "finish_reason": "choices.0.finish_reason",
            "model": "gen_ai.request.model",
        }
    )
    bad = b'{"ts":1772366400,"auth":{}}\n{"ts":1772366400,"auth":null}\n'
    doubled = b'{"ts":1772366400,"auth":{"sub":"a","sub":"b"}}\n'
    found = read(tmp_path, json.dumps(row).encode() + b"\n" + bad + doubled, mapping=mapping)
    assert found.column("account_id") == ["77"]
    assert found.column("prompt") == ["hi"]
    assert found.column("max_tokens") == [5]
    assert found.column("finish_reason") == ["stop"]
    assert found.column("model") == ["m"]
    assert found.reasons() == [(2, "missing"), (3, "missing"), (4, "dup_key")]


def test_a_flat_map_hides_the_files_own_column_of_that_name(tmp_path):
    line = f'{{{T},"account_id":"not me","user":"me"}}'
    found = read(tmp_path, line.encode(), mapping=Mapping({"account_id": "user"}))
    assert found.column("account_id") == ["me"]


def test_values_of_other_types_are_read_where_exact_and_null_where_not(tmp_path):
    values = ["12", 12.0, 12, "12.0", 12.5, True, "many", -1, 2e9, [1], None]
    lines = [
        json.dumps({"timestamp": "2026-03-01", "account_id": "a", "input_tokens": v, "user_agent": v}) for v in values
    ]
    found = read(tmp_path, "\n".join(lines).encode())
    assert found.column("input_tokens") == [12, 12, 12, 12, *[None] * 7]
    assert found.report.warnings[0].startswith("input_tokens: not a number, set to null (3 ")


@pytest.mark.parametrize(("value", "read_as"), [(True, True), ("false", False), (1, True), ("maybe", None)])
def test_truth_values_are_read_in_their_usual_spellings(tmp_path, value, read_as):
    line = json.dumps({"timestamp": "2026-03-01", "account_id": "a", "stream": value})
    assert read(tmp_path, line.encode()).column("stream") == [read_as]


def test_reasons_addresses_and_countries_get_one_spelling(tmp_path):
    rows = [("tool_use", "1.2.3.4, 10.0.0.1", "de"), ("weird", "::1", " us "), ("SAFETY", "", "")]
    lines = [
        json.dumps(
            {
                "timestamp": "2026-03-01",
                "account_id": "a",
                "finish_reason": f,
                "client_ip": i,
                "country": c,
            }
        )
        for f, i, c in rows
    ]
    found = read(tmp_path, "\n".join(lines).encode())
    assert found.column("finish_reason") == ["tool", None, "filter"]
    assert found.column("client_ip") == ["1.2.3.4", "::1", None]
    assert found.column("country") == ["DE", "US", None]


def test_a_log_without_the_account_names_what_it_has_and_the_line_to_write(tmp_path):
    with pytest.raises(MissingColumns, match=r"user, timestamp.*account_id = \"ITS_NAME\""):
        read(tmp_path, b'{"user":"a","timestamp":"2026-03-01"}\n')


def test_a_file_refused_as_a_whole_counts_no_rows(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'bad\n{"user":"a","timestamp":"2026-03-01"}\n')
    table, report = read_partly(path)
    assert (table.num_rows, report.rows_in, report.rows_rejected) == (0, 0, 0)
    assert report.error.startswith(str(path))


def test_a_mapped_column_that_is_not_there_is_named_with_its_map(tmp_path):
    with pytest.raises(MissingColumns, match=r'account_id = "who.id"'):
        read(tmp_path, GOOD, mapping=Mapping({"account_id": "who.id"}))


def test_an_empty_file_has_no_rows_and_says_so(tmp_path):
    found = read(tmp_path, b"")
    assert found.table.num_rows == 0
    assert found.report.warnings == ["The file is empty."]


def test_the_report_tells_nulls_columns_and_span(tmp_path):
    other = b'{"timestamp":"2026-03-02T12:00:00+02:00","account_id":"a","model":"m","x":1}\n'
    report = read(tmp_path, GOOD + other).report
    assert report.columns_found == ["timestamp", "account_id", "model", "x"]
    assert "prompt" in report.columns_missing
    assert report.nulls["model"] == 1
    assert report.last_timestamp - report.first_timestamp == 22 * 3_600_000_000


def test_a_stated_content_state_wins_over_the_guess(tmp_path):
    line = f'{{{T},"account_id":"a","prompt":"x","content_state":"Truncated"}}'
    assert read(tmp_path, line.encode()).column("content_state") == ["truncated"]
