import gzip
import hashlib
import io
import os

import pytest
import zstandard

from detector.errors import InputError
from detector.logs.files import LogFile, discover
from detector.logs.opening import DamagedFile, open_source
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.settings import Reading
from tests.logs.reading import read, read_partly

ROWS = b"".join(
    b'{"timestamp":"2026-03-01T12:00:%02dZ","account_id":"a%d"}\n' % (i % 60, i * 7919) for i in range(40_000)
)
HALF = len(ROWS) // 2


@pytest.mark.parametrize(
    "packed",
    [
        ROWS,
        gzip.compress(ROWS),
        gzip.compress(ROWS[:HALF]) + gzip.compress(ROWS[HALF:]),
        gzip.compress(ROWS) + b"\0" * 512,
        zstandard.compress(ROWS),
        zstandard.compress(ROWS[:HALF]) + zstandard.compress(ROWS[HALF:]),
        b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + zstandard.compress(ROWS),
    ],
    ids=["plain", "gzip", "members", "padded", "zstd", "frames", "skippable"],
)
def test_compression_is_told_by_content_and_changes_nothing(tmp_path, packed):
    found = read(tmp_path, packed, "any.name")
    assert found.table.num_rows == 40_000
    assert found.report.sha256 == hashlib.sha256(ROWS).hexdigest()
    assert found.report.bytes == len(packed)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("harm", ["cut", "junk"])
def test_rows_before_the_damage_are_read_and_the_damage_is_named(tmp_path, pack, harm):
    packed = pack(ROWS)
    path = tmp_path / "a.jsonl"
    path.write_bytes(packed[: len(packed) // 2] if harm == "cut" else packed + b"junk that follows")
    table, report = read_partly(path, batch_rows=1000)
    assert 0 < table.num_rows <= 40_000
    assert table.column("account_id").to_pylist() == [f"a{i * 7919}" for i in range(table.num_rows)]
    assert "a.jsonl" in report.error
    assert report.rows_in == table.num_rows + report.rows_rejected
    assert report.rows_rejected <= 1


def test_a_damaged_file_raises_after_its_good_rows(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(ROWS)[:-9])
    with pytest.raises(DamagedFile, match="cut off"):
        list(read_queries(LogFile(str(path), 0), Reading(), None, FileReport(), Rejects()))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_decompression_bomb_is_stopped_early(tmp_path, pack):
    path = tmp_path / "bomb.jsonl"
    path.write_bytes(pack(b"x" * (32 << 20)))
    source = open_source(LogFile(str(path), 0), Reading(expansion_free_bytes=1 << 20))
    with pytest.raises(DamagedFile, match="bomb"):
        for _ in source.pieces():
            pass
    assert source.decoded < 8 << 20


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"PK\x03\x04", "zip"),
        (b"ARROW1\x00\x00", "Feather"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\xfe\xff\x00{", "UTF-16"),
        (b"\xff\xfe\x00\x00{\x00\x00\x00", "UTF-32"),
        (b"\x7fELF\x00\x00", "not a text file"),
    ],
)
def test_foreign_files_are_refused_by_name_with_what_to_do(tmp_path, head, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, head + b"rest", "x.log")


def test_folders_pipes_and_unreadable_paths_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name in ("pipe.jsonl", "gone.jsonl", "."):
        with pytest.raises(InputError, match=r"regular file|cannot be opened"):
            open_source(LogFile(str(tmp_path / name), 0), Reading())


def test_standard_input_is_read_whatever_its_compression(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(gzip.compress(ROWS))

    monkeypatch.setattr("sys.stdin", Stdin)
    report = FileReport()
    [file] = discover(["-"])
    batches = list(read_queries(file, Reading(), None, report, Rejects()))
    assert sum(b.num_rows for b in batches) == report.rows_in == 40_000
    assert report.path == "-"
