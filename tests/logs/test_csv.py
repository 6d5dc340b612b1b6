import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.errors import InputError, MissingColumns
from detector.logs.csv_records import Records, cut, split
from detector.logs.mapping import Mapping
from tests.logs.reading import read

HEAD = b"timestamp,account_id,prompt\n"
ROW = b"2026-03-01T12:00:00Z,a,hi\n"


def rows(*accounts):
    return "".join(f"2026-03-01T12:00:00Z,{a},x\n" for a in accounts).encode()


def test_cells_are_text_and_nothing_is_guessed(tmp_path):
    ids = ["null", "NA", "00123", "1e5", "nan", "true", "-0", "0x10", " a"]
    assert read(tmp_path, HEAD + rows(*ids), "a.csv").column("account_id") == ids


def test_an_empty_cell_is_null(tmp_path):
    found = read(tmp_path, HEAD + b'2026-03-01,a,\n2026-03-01,b,""\n', "a.csv")
    assert found.column("prompt") == [None, None]
    assert found.column("content_state") == ["absent", "absent"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"2026-03-01,b\n", "columns"),
        (b"2026-03-01,b,x,y\n", "columns"),
        (b"2026-03-01,,x\n", "no_account"),
        (b",b,x\n", "missing"),
        (b"yesterday,b,x\n", "time"),
        (b"2026-03-01,b,\xff\n", "utf8"),
        (HEAD, "header_again"),
        (b"2026-03-01,b,a\rc,d\n", "columns"),
    ],
)
def test_a_bad_row_is_rejected_for_its_reason_and_its_neighbours_stay(tmp_path, line, reason):
    found = read(tmp_path, HEAD + ROW + b"\n" + line + ROW, "a.csv")
    assert found.reasons() == [(4, reason)]
    assert found.column("row") == [2, 5]
    assert found.report.rows_blank == 1
    offset = found.rejects.to_table().column("byte_offset").to_pylist()
    assert offset == [len(HEAD + ROW) + 1]


def test_quotes_may_hold_commas_quotes_and_newlines(tmp_path):
    data = HEAD + b'2026-03-01,a,"one, ""two""\nthree"\r\n2026-03-01,b,5" disk\r\n' + ROW
    found = read(tmp_path, data, "a.csv")
    assert found.column("prompt") == ['one, "two"\nthree', '5" disk', "hi"]
    assert found.column("row") == [2, 4, 5]


def test_a_bare_carriage_return_is_data(tmp_path):
    found = read(tmp_path, HEAD + ROW + b"2026-03-01,b,x\ry\n" + ROW, "a.csv")
    assert found.column("prompt") == ["hi", "x\ry", "hi"]


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path):
    found = read(tmp_path, HEAD + ROW + b'2026-03-01,b,"open\n' + ROW * 3, "a.csv")
    assert found.reasons() == [(3, "unclosed_quote")]
    assert found.column("row") == [2, 4, 5, 6]


def test_a_record_of_too_many_lines_costs_its_first_line(tmp_path):
    data = HEAD + b'2026-03-01,b,"open\n' + ROW * 2000 + b'2026-03-01,"c",x\n'
    found = read(tmp_path, data, "a.csv")
    assert found.reasons() == [(2, "unclosed_quote")]
    assert found.table.num_rows == 2001


def test_a_quote_closed_rows_later_does_not_swallow_them(tmp_path):
    data = HEAD + b'2026-03-01,b,"open\n' + ROW * 3 + b'2026-03-01,c,"shut"\n' + ROW
    found = read(tmp_path, data, "a.csv")
    assert found.column("row") == [3, 4, 5, 6, 7]
    assert found.reasons() == [(2, "unclosed_quote")]


def test_a_record_over_lines_with_too_many_fields_does_not_swallow_them(tmp_path):
    data = HEAD + b'2026-03-01,b,"open\n' + ROW * 3 + b'2026-03-01,c,",x\n' + ROW
    found = read(tmp_path, data, "a.csv")
    assert found.column("row") == [3, 4, 5, 7]
    assert found.reasons() == [(2, "columns"), (6, "unclosed_quote")]


@pytest.mark.parametrize("piece", [1, 7, 100])
def test_where_the_stream_is_cut_does_not_matter(piece):
    data = b'a,"b\nc",d\n\ne,f"g,h\n"i""\n",j,k\nlast,line,"open\nx,y,z\n'
    pieces = [data[i : i + piece] for i in range(0, len(data), piece)]
    found = []
    for part in cut(pieces, 1000):
        if isinstance(part, Records):
            found += [(int(part.lines[i]), part.record(i)) for i in range(len(part.lines))]
        else:
            found.append((part.line, part.reason))
    assert found == [
        (1, b'a,"b\nc",d\n'), (3, b"\n"), (4, b'e,f"g,h\n'), (5, b'"i""\n",j,k\n'),
        (7, "unclosed_quote"), (8, b"x,y,z\n"),
    ]  # fmt: skip


def test_fields_are_unquoted():
    assert split(b'a,"b ""c"", d",,"e"f,g"h"\r\n') == [b"a", b'b "c", d', b"", b"ef", b'g"h"']


def test_a_header_alone_has_no_rows(tmp_path):
    assert read(tmp_path, HEAD, "a.csv").table.num_rows == 0


def test_a_column_named_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="account_id more than once"):
        read(tmp_path, b"timestamp,account_id,account_id\n" + ROW, "a.csv")


def test_missing_columns_name_what_is_there(tmp_path):
    with pytest.raises(MissingColumns, match=r"no column named account_id.*has: timestamp, user"):
        read(tmp_path, b"timestamp,user\n2026-03-01,a\n", "a.csv")


def test_a_map_names_columns_and_reads_messages_written_as_json(tmp_path):
    mapping = Mapping({"timestamp": "ts", "account_id": "auth.sub", "prompt": "messages"})
    data = b'ts,auth.sub,messages\n1772366400,7,"[{""role"":""user"",""content"":""hi""}]"\n'
    found = read(tmp_path, data, "a.csv", mapping)
    assert found.column("prompt") == ["hi"]
    assert found.column("account_id") == ["7"]
    assert found.column("n_messages") == [1]


def test_numbers_in_cells_are_read_where_exact_and_null_where_not(tmp_path):
    data = b"timestamp,account_id,max_tokens,temperature,stream\n" + b"".join(
        b"2026-03-01,a,%s\n" % cells
        for cells in (
            b"12,0.5,True",
            b"12.0,1,no",
            b"12.5,x,maybe",
            b"-1,-1,1",
            b" 7 ,inf,",
            b",,0",
        )
    )
    found = read(tmp_path, data, "a.csv")
    assert found.column("max_tokens") == [12, 12, None, None, 7, None]
    assert found.column("temperature") == [0.5, 1.0, None, None, None, None]
    assert found.column("stream") == [True, False, None, True, None, False]
    assert len(found.report.warnings) == 5


def test_the_header_may_follow_a_byte_order_mark(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbf" + HEAD + ROW, "a.csv").column("account_id") == ["a"]


@pytest.mark.parametrize("rows", [b'\r"\n,"\na\n', b'a","\na\n', b'a,"\n'])
def test_a_quote_that_is_left_open_at_the_end_loses_no_row_in_silence(tmp_path, rows):
    found = read(tmp_path, HEAD + ROW + rows, "a.csv")
    assert found.column("account_id") == ["a"]
    assert found.report.rows_in == 1 + rows.count(b"\n")
    assert found.report.rows_rejected == rows.count(b"\n")


LINE = st.lists(st.sampled_from([b"a", b'"', b",", b"\r", b"\xff", b"2026-03-01", b"x,y"]), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE.map(b"".join), max_size=12))
def test_every_row_is_read_or_rejected_whatever_stands_in_the_file(tmp_path, lines):
    found = read(tmp_path, HEAD + b"\n".join(lines), "a.csv")
    assert found.report.rows_in == found.table.num_rows + found.report.rows_rejected
    assert found.column("row") == sorted(set(found.column("row")))
