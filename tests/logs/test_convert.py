import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.logs.convert import convert
from detector.logs.files import discover
from detector.logs.mapping import Mapping
from detector.logs.rejects import Rejects
from detector.pipeline import scan
from detector.schema import QUERIES_SCHEMA
from detector.settings import Reading
from tests.logs.formats.reading import read_files
from tests.logs.formats.samples import SAMPLES

MONTH_END = Path(__file__).parents[2] / "sample_logs" / "month_end"


def converted(paths, out, said=None, **limits):
    out.mkdir()
    rejects = Rejects()
    return convert(discover([str(paths)]), out, Reading(**limits), said, rejects), rejects


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(("name", "record"), SAMPLES)
def test_rows_of_every_format_come_back_the_same(tmp_path, name, record):
    (tmp_path / "log.jsonl").write_text(json.dumps(record) + "\n")
    said = Mapping(account_key="request_id" if name in ("azure-apim", "langfuse", "cloudflare") else None)
    converted(tmp_path / "log.jsonl", tmp_path / "out", said)
    assert read_files(tmp_path / "log.jsonl", said).rows == [
        row for path in (tmp_path / "out").iterdir() for row in read_files(path).rows
    ]


@pytest.mark.parametrize("batch_rows", [3, 7, 100])
def test_what_was_written_converts_to_itself(tmp_path, batch_rows):
    log = tmp_path / "log"
    log.mkdir()
    for i, rows in enumerate((2, 0, 10, 1, 7, 3, 5)):
        lines = [
            json.dumps(
                {"timestamp": f"2026-03-02T10:0{i}:{j:02}Z", "account_id": f"a{i}-{j}", "finish_reason": "end_turn"}
            )
            for j in range(rows)
        ]
        (log / f"{i}.jsonl").write_text("\n".join([*lines, "not json", ""]))
    reports, rejects = converted(log, tmp_path / "one", batch_rows=batch_rows)
    assert len(reports) == rejects.total == 7
    converted(tmp_path / "one", tmp_path / "two", batch_rows=batch_rows)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    tables = [pq.read_table(path) for path in sorted((tmp_path / "one").iterdir())]
    assert all(table.schema.equals(QUERIES_SCHEMA) for table in tables)
    assert pa.concat_tables(tables).num_rows == 28


def test_small_copies_are_left_out_as_a_scan_leaves_them_out(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (log / name).write_text('{"timestamp": "2026-03-02T10:00:00Z", "account_id": "ann"}\n')
    converted(log, tmp_path / "out")
    assert [pq.read_table(path).num_rows for path in (tmp_path / "out").iterdir()] == [1]


def test_scanning_what_was_converted_finds_the_same(tmp_path):
    converted(MONTH_END / "logs", tmp_path / "out")
    accounts = str(MONTH_END / "accounts.csv")
    first = scan(str(MONTH_END / "logs"), accounts=accounts, key=b"k" * 32)
    second = scan(str(tmp_path / "out"), accounts=accounts, key=b"k" * 32)
    assert first.accounts.equals(second.accounts)
    assert first.campaigns.equals(second.campaigns)
    assert first.members.equals(second.members)
    told = ["campaign_id", "family", "name", "statement", "observed", "expected", "p", "weight"]
    assert first.evidence_table[told].equals(second.evidence_table[told])
    assert first.timeline_table.equals(second.timeline_table)
    assert len(first.campaigns)
