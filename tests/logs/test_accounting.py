import gzip
import json

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.logs.files import LogFile
from detector.logs.framing import Block, LongLine, frame
from detector.logs.rejects import Rejects
from tests.logs.reading import read

START = b'{"timestamp":"2026-03-01T12:00:00Z","account_id":"first"}'
PARTS = st.sampled_from(
    [b"{", b"}", b"[", b'"', b"\\", b"\\u00", b",", b":", b"1", b"\xff", b"\xef\xbb\xbf", b" ",
     b"\r", b'"account_id":"a"', b'"timestamp":"2026-03-01"', b'"timestamp":1772366400',
     b'"\\ud800"',
     b'"prompt":["x"]', b"NaN", b'"max_tokens":"7"', b"null"]
)  # fmt: skip
GOOD = st.builds(
    lambda account, tokens: json.dumps(
        {"timestamp": "2026-03-01T12:00:00Z", "account_id": account, "max_tokens": tokens}
    ).encode(),
    st.one_of(st.text(max_size=5), st.integers(), st.none(), st.booleans(), st.floats()),
    st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3)),
)
LINES = st.lists(st.one_of(GOOD, GOOD, st.lists(PARTS, max_size=8).map(b"".join)), max_size=15)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def facts(found):
    return found.table.to_pylist(), found.rejects.to_table().to_pylist(), found.report.warnings


@QUICK
@given(LINES, st.binary(max_size=20))
def test_every_line_is_read_rejected_or_blank(tmp_path, lines, noise):
    data = b"\n".join([START, *lines, noise])
    found = read(tmp_path, data)
    whole = data.split(b"\n")
    if not whole[-1]:
        whole.pop()
    assert found.report.rows_in + found.report.rows_blank == len(whole)
    rejected = [row for row, _ in found.reasons()]
    assert sorted(found.column("row") + rejected) == sorted({*found.column("row"), *rejected})
    for reject in found.rejects.to_table().to_pylist():
        start = sum(len(line) + 1 for line in whole[: reject["row"] - 1])
        assert reject["byte_offset"] == start


@QUICK
@given(LINES)
def test_a_line_is_judged_alone_whatever_stands_beside_it(tmp_path, lines):
    together = read(tmp_path, b"\n".join([START, *lines]))
    alone = []
    for line in lines:
        if b"\n" not in line:
            found = read(tmp_path, START + b"\n" + line)
            alone += [row | {"row": 0} for row in found.table.to_pylist()[1:]]
    assert [row | {"row": 0} for row in together.table.to_pylist()[1:]] == alone


@pytest.mark.parametrize("batch_rows", [1, 3, 1000])
@pytest.mark.parametrize("piece", [1, 64, 1 << 18])
def test_batches_and_pieces_change_nothing(tmp_path, monkeypatch, batch_rows, piece):
    lines = [START, b"bad", b"", b'{"account_id":"b","timestamp":1772366400,"model":"m"}']
    lines += [
        b'{"account_id":"c","timestamp":1772366400000}',
        b'{"account_id":9,"timestamp":"2026-03-01"}',
    ]
    whole = facts(read(tmp_path, b"\n".join(lines * 5)))
    monkeypatch.setattr("detector.logs.opening.PIECE", piece)
    assert facts(read(tmp_path, b"\n".join(lines * 5), batch_rows=batch_rows)) == whole


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_compression_changes_nothing(tmp_path, pack):
    data = b"\n".join([START, b"bad", START, b'{"account_id":"x"}'])
    plain, packed = read(tmp_path, data), read(tmp_path, pack(data))
    assert facts(plain) == facts(packed)
    assert plain.report.sha256 == packed.report.sha256


@given(
    st.lists(st.sampled_from([b"", b"a", b"bb", b"cccc", b"d" * 9]), max_size=12),
    st.booleans(),
    st.integers(1, 20),
)
def test_framing_gives_the_lines_of_the_stream(lines, ended, piece):
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    found = []
    offset = 0
    for part in frame([data[i : i + piece] for i in range(0, len(data), piece)], 4):
        assert part.offset == offset
        if isinstance(part, LongLine):
            assert part.line == len(found) + 1
            found.append(None)
            offset += len(expected[len(found) - 1]) + 1
        else:
            assert isinstance(part, Block) and part.first_line == len(found) + 1
            assert [int(e) for e in part.ends] == [i for i, b in enumerate(part.data) if b == 10]
            found += part.lines()
            offset += len(part.data)
    assert found == [None if len(line) > 4 else line for line in expected]


def test_counts_of_rejects_are_exact_and_the_list_is_bounded_by_file_and_row():
    one, two = Rejects(max_kept=3), Rejects(max_kept=3)
    for row in range(100, 0, -1):
        one.add("b", row, row, "json", "x")
        two.add("a", row, None, "time", "x")
    one.merge(two)
    assert one.total == 200
    assert one.counts["a", "time"] == one.of_file("b") == 100
    kept = one.to_table().to_pylist()
    assert [(r["file"], r["row"], r["byte_offset"]) for r in kept] == [("a", n, None) for n in (1, 2, 3)]


def test_no_rejects_are_an_empty_table():
    assert Rejects().to_table().num_rows == 0
    assert LogFile("-", 0).shown == "-"
