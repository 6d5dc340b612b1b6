"""Bad input A: framing, compression, encoding, files."""

import bz2
import gzip
import json
import lzma
import os
import socket
import subprocess
import sys
import tracemalloc

import pytest
import zstandard

from detector.errors import InputError
from detector.logs.files import LogFile
from detector.logs.intake import FileReport
from detector.logs.opening import DamagedFile
from detector.logs.reader import read_queries
from detector.logs.rejects import Rejects
from detector.settings import Reading
from tests.logs.bad_input.scanning import GOOD, T, line, logs, scan
from tests.logs.reading import read, read_partly, read_path

HEADER = b"timestamp,account_id,prompt\n"
ROW = b"2026-03-01T12:00:00Z,%b,x\n"


def test_a1_an_empty_file_has_no_rows_and_a_run_of_nothing_else_ends_with_3(tmp_path):
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b""))
    assert ran.code == 3
    assert "no row" in ran.stderr
    ran = scan(tmp_path, logs(tmp_path, b__jsonl=GOOD))
    assert (ran.code, [i["warnings"] for i in ran.run["inputs"]]) == (0, [["The file is empty."], []])


def test_a2_a_header_alone_is_no_row(tmp_path):
    found = read(tmp_path, HEADER, "a.csv")
    assert (found.table.num_rows, found.report.rows_in) == (0, 0)
    ran = scan(tmp_path, tmp_path / "a.csv")
    assert ran.code == 3
    assert "no row" in ran.stderr


@pytest.mark.parametrize(("name", "data"), [("a.jsonl", GOOD * 2), ("a.csv", HEADER + ROW % b"a" * 2)])
def test_a3_a_last_line_without_newline_counts(tmp_path, name, data):
    assert read(tmp_path, data[:-1], name).table.num_rows == 2


@pytest.mark.parametrize(("name", "head", "row"), [("a.jsonl", b"", GOOD), ("a.csv", HEADER, ROW % b"a")])
def test_a4_blank_lines_are_counted_and_not_rejected(tmp_path, name, head, row):
    found = read(tmp_path, head + row + b"\n  \t \n\r\n" + row, name)
    assert (found.report.rows_in, found.report.rows_blank, found.report.rows_rejected) == (2, 3, 0)


def test_a5_line_ends_of_windows_change_nothing_and_a_bare_return_is_data(tmp_path):
    rows = HEADER + ROW % b"a" + ROW % b'"b\rc"' + ROW % b"d"
    unix, windows = read(tmp_path, rows, "a.csv"), read(tmp_path, rows.replace(b"\n", b"\r\n"), "b.csv")
    mixed = read(tmp_path, rows.replace(b",x\n", b",x\r\n", 1), "c.csv")
    for found in (unix, windows, mixed):
        assert found.column("account_id") == ["a", "d"]
        assert found.column("prompt") == ["x", "x"]
        assert found.reasons() == [(3, "control")]
    prompt = HEADER + b'2026-03-01T12:00:00Z,a,"one\rtwo"\n'
    assert read(tmp_path, prompt, "d.csv").column("prompt") == ["one\rtwo"]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c"])
def test_a6_only_the_line_feed_ends_a_line(tmp_path, mark):
    row = {"timestamp": "2026-03-01", "account_id": "a", "prompt": f"one{mark}two"}
    data = json.dumps(row, ensure_ascii=False).replace(mark, mark if ord(mark) > 31 else f"\\u{ord(mark):04x}")
    assert read(tmp_path, data.encode() * 1 + b"\n" + GOOD).column("prompt") == [f"one{mark}two", None]
    table = HEADER + f"2026-03-01,a,one{mark}two\n".encode()
    assert read(tmp_path, table, "a.csv").column("prompt") == [f"one{mark}two"]


def test_a7_byte_order_marks_are_no_data(tmp_path):
    mark = b"\xef\xbb\xbf"
    assert read(tmp_path, mark + GOOD + mark + GOOD).column("account_id") == ["good", "good"]
    assert read(tmp_path, mark + HEADER + ROW % b"a", "a.csv").column("account_id") == ["a"]
    joined = read(tmp_path, mark + HEADER + ROW % b"a" + mark + HEADER + ROW % b"b", "b.csv")
    assert joined.column("account_id") == ["a", "b"]
    assert joined.reasons() == [(3, "header_again")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_a8_other_encodings_are_named_and_not_guessed(tmp_path, encoding):
    with pytest.raises(InputError, match=r"a\.jsonl"):
        read(tmp_path, GOOD.decode().encode(encoding))


def test_a9_a_cut_gzip_is_named_and_the_rows_before_the_cut_stay(tmp_path):
    rows = b"".join(line(f"a{i % 7}", prompt=os.urandom(40).hex()) for i in range(5_000))
    ran = scan(tmp_path, logs(tmp_path, a__jsonl_gz=gzip.compress(rows)[:-2000], b__jsonl=GOOD))
    assert ran.code == 3
    assert "a.jsonl.gz: the gzip stream is cut off" in ran.stderr
    assert 4_000 < ran.run["inputs"][0]["rows_used"] < 5_000
    assert ran.run["inputs"][1]["rows_used"] == 1


def test_a10_a_file_that_grows_while_it_is_read_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD * 3 + GOOD[:20])
    report, rejects, rows = FileReport(), Rejects(), 0
    with pytest.raises(InputError, match="was written to while it was read"):
        for batch in read_queries(LogFile(str(path), 0), Reading(), None, report, rejects):
            rows += batch.num_rows
            with path.open("ab") as more:
                more.write(GOOD[20:] + GOOD)
    assert (rows, report.rows_in, report.rows_rejected) == (3, 4, 1)


def test_a11_all_members_of_a_gzip_are_read(tmp_path):
    assert read(tmp_path, b"".join(gzip.compress(line(a)) for a in "abc"), "a.gz").column("account_id") == list("abc")


def test_a12_bytes_after_the_gzip_data_are_named(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD) + b"junk")
    with pytest.raises(DamagedFile, match="not gzip follow"):
        read_path(path)
    assert read_partly(path)[0].num_rows == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.jsonl.gz", GOOD), ("a.jsonl", gzip.compress(GOOD)), ("a.zst", GOOD)],
    ids=("plain as gzip", "gzip as plain", "plain as zstd"),
)
def test_a13_the_bytes_and_not_the_name_tell_the_compression(tmp_path, name, data):
    assert read(tmp_path, data, name).column("account_id") == ["good"]


def test_a14_a_bomb_is_stopped_without_being_held_in_memory(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as bomb:
        for _ in range(96):
            bomb.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(InputError, match=r"max_expansion|not a text file"):
        read_path(path)
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()
    path.write_bytes(gzip.compress(GOOD + (GOOD[:-1] + b" " * 4000 + b"\n") * 20_000))
    with pytest.raises(InputError, match="max_expansion"):
        read_path(path)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress])
def test_a14_what_is_packed_twice_is_refused(tmp_path, pack):
    with pytest.raises(InputError, match="inside"):
        read(tmp_path, gzip.compress(pack(GOOD * 100)), "a.gz")


@pytest.mark.parametrize(
    ("data", "named"),
    [(bz2.compress(GOOD), "bzip2"), (lzma.compress(GOOD), "xz"), (b"PK\x03\x04" + bytes(60), "zip"), (b"ORC", "ORC")],
)
def test_a15_what_cannot_be_unpacked_is_named_with_what_to_do(tmp_path, data, named):
    with pytest.raises(InputError, match=named):
        read(tmp_path, data, "a.jsonl")


def test_a15_a_zstd_window_of_two_gigabytes_is_refused(tmp_path):
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(DamagedFile, match="zstd"):
        read(tmp_path, packer.compress(GOOD) + packer.flush(), "a.zst")


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"\xed\xa0\xbd\xed\xb8\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"])
def test_a16_a17_bytes_that_are_not_utf8_cost_their_row_only(tmp_path, bad):
    row = b'{"timestamp":"2026-03-01","account_id":"' + bad + b'"}\n'
    found = read(tmp_path, GOOD + row + GOOD)
    assert found.reasons() == [(2, "utf8")]
    assert found.rejects.to_table().column("byte_offset").to_pylist() == [len(GOOD)]
    table = read(tmp_path, HEADER + ROW % b"a" + ROW % bad + ROW % b"b", "a.csv")
    assert (table.column("account_id"), table.reasons()) == (["a", "b"], [(3, "utf8")])


def test_a18_half_a_surrogate_pair_costs_the_row_in_an_id_and_one_letter_in_a_prompt(tmp_path):
    rows = f'{{{T},"account_id":"\\ud800"}}\n{{{T},"account_id":"a","prompt":"x\\udc00"}}'
    found = read(tmp_path, rows.encode())
    assert found.reasons() == [(1, "surrogate")]
    assert found.column("prompt") == ["x\ufffd"]


def test_a19_a_nul_costs_the_row_in_an_id_and_stays_in_a_prompt(tmp_path):
    found = read(tmp_path, line("a\0b") + line("a", prompt="x\0y"))
    assert found.reasons() == [(1, "control")]
    assert found.column("prompt") == ["x\0y"]


def test_a20_a_line_without_end_is_skipped_in_flat_memory(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(GOOD)
        file.truncate(len(GOOD) + (256 << 20))  # a hole, read as zeros
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + GOOD)
    tracemalloc.start()
    found = read_path(path)
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()
    assert found.reasons() == [(2, "line_too_long")]
    assert found.column("row") == [1, 3]


_READ = """
import sys
from tests.logs.reading import Path, read_path
found = read_path(Path(sys.argv[1]))
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
print(found.report.rows_in, found.report.rows_rejected, peak)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is told by Linux")
@pytest.mark.parametrize("bad", [b"x\n", b"[]\n", b'{"timestamp":"no","account_id":"a"}\n'])
def test_a_million_bad_lines_take_no_more_memory_than_a_tenth_of_them(tmp_path, bad):
    peaks = []
    for lines in (100_000, 1_000_000):
        path = tmp_path / f"{lines}.jsonl"
        path.write_bytes(GOOD + bad * lines)
        done = subprocess.run([sys.executable, "-c", _READ, path], check=True, capture_output=True, text=True)
        rows, rejected, peak = map(int, done.stdout.split())
        assert (rows, rejected) == (lines + 1, lines)
        peaks.append(peak)
    assert peaks[1] < peaks[0] + (32 << 10)  # KiB


def test_a21_what_is_no_regular_file_is_refused_and_never_waited_for(tmp_path):
    place = logs(tmp_path, good__jsonl=GOOD)
    os.mkfifo(place / "pipe.jsonl")
    (place / "loop.jsonl").symlink_to(place / "loop.jsonl")
    (place / "zero.jsonl").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place / "socket.jsonl"))
        ran = scan(tmp_path)
    assert ran.code == 3
    assert [bool(i["error"]) for i in ran.run["inputs"]] == [False, True, True, True, True]
    assert ran.run["rows"]["used"] == 1


def test_a21_a_link_to_a_file_elsewhere_is_read(tmp_path):
    # Operators collect logs by links; who can plant one in the log folder can plant a log as well.
    (tmp_path / "elsewhere").write_bytes(GOOD)
    (logs(tmp_path) / "a.jsonl").symlink_to(tmp_path / "elsewhere")
    assert scan(tmp_path).run["rows"]["used"] == 1


@pytest.mark.parametrize(
    "name", [b"a\nb.jsonl", b"\x1b[31m.jsonl", b"--out.jsonl", b"\xff\xfe.jsonl", b"x" * 249 + b".jsonl"]
)
def test_a22_any_file_name_is_read_and_shown_without_its_control_characters(tmp_path, name):
    (logs(tmp_path) / os.fsdecode(name)).write_bytes(GOOD + b"bad\n" * 9)
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["used"], ran.run["rows"]["rejected"]) == (3, 1, 9)
    shown = ran.run["inputs"][0]["path"]
    assert shown.isprintable()
    shown.encode()
    assert "\x1b" not in ran.stdout + ran.stderr


def test_a23_a_file_that_cannot_be_opened_is_named_and_the_others_are_read(tmp_path, monkeypatch):
    logs(tmp_path, a__jsonl=GOOD, locked__jsonl=GOOD, z__jsonl=GOOD[:-2] + b',"x":1}\n')
    opening = open

    def refused(path, *given, **named):
        if str(path).endswith("locked.jsonl"):
            raise PermissionError(13, "Permission denied")
        return opening(path, *given, **named)

    monkeypatch.setattr("builtins.open", refused)
    ran = scan(tmp_path)
    assert (ran.code, ran.run["rows"]["used"]) == (3, 2)
    assert "locked.jsonl: cannot be opened (Permission denied)" in ran.stderr


def test_a24_one_file_under_many_names_counts_once(tmp_path):
    place = logs(tmp_path, a__jsonl=line("a") + line("b"), copy__jsonl=line("a") + line("b"))
    os.link(place / "a.jsonl", place / "hard.jsonl")
    (place / "soft.jsonl").symlink_to("a.jsonl")
    ran = scan(tmp_path, place, place / "." / "a.jsonl", place / "*.jsonl")
    assert ran.run["rows"] == {"in": 4, "used": 2, "duplicate": 2, "rejected": 0, "out_of_window": 0}
