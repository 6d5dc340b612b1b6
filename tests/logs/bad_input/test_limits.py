"""Limits on input: each is a setting, costs what it says, is counted in the record of the run and said on stderr."""

import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.results.limits import LIMITS
from detector.settings import Reading
from tests.logs.bad_input.scanning import GOOD, T, line, logs, scan

DEEP = f'{{{T},"account_id":"a","x":{"[" * 9}{"]" * 9}}}\n'.encode()


def limited(folder, **limits):
    """Scan the folder's logs under some limits."""
    lines = [f"{name} = {str(value).lower()}\n" for name, value in limits.items()]
    (folder / "limits.toml").write_text("[reading]\n" + "".join(lines))
    return scan(folder, options=("--settings", folder / "limits.toml"))


ON_ROWS = {
    "max_line_bytes": (200, line("a", prompt="p" * 200), "line_too_long"),
    "max_id_bytes": (8, line("a" * 9), "id_too_long"),
    "max_keys": (4, line("a", b=1, c=1, d=1), "keys"),
    "max_key_bytes": (12, line("a", **{"k" * 13: 1}), "key_too_long"),
    "max_depth": (8, DEEP, "depth"),
}


@pytest.mark.parametrize("name", ON_ROWS)
def test_a_row_over_a_limit_is_rejected_counted_and_said(tmp_path, name):
    most, bad, reason = ON_ROWS[name]
    logs(tmp_path, a__jsonl=GOOD + bad + bad + GOOD)
    ran = limited(tmp_path, **{name: most})
    assert ran.run["rows"]["used"] == 2
    assert ran.run["rejected_by_reason"] == {reason: 2}
    assert ran.run["limits"][name] == {"limit": most, "policy": policy(name), "reached": 2}
    assert f"Warning: reading.{name} ({most}) was reached 2 times: {policy(name)}." in ran.stderr
    assert sum(limit["reached"] for limit in ran.run["limits"].values()) == 2


@pytest.mark.parametrize("name", ON_ROWS)
def test_under_a_higher_limit_the_same_row_is_used_and_nothing_is_said(tmp_path, name):
    most, bad, _ = ON_ROWS[name]
    logs(tmp_path, a__jsonl=GOOD + bad)
    ran = limited(tmp_path, **{name: most * 10})
    assert (ran.run["rows"]["used"], ran.run["limits"][name]["reached"]) == (2, 0)
    assert "was reached" not in ran.stderr


def policy(name):
    return next(limit.policy for limit in LIMITS if limit.name == name)


def test_an_id_that_is_not_the_account_is_set_to_null_and_counted_with_the_limit(tmp_path):
    logs(tmp_path, a__jsonl=line("a", session_id="s" * 300) + line("b", session_id="s"))
    ran = limited(tmp_path)
    assert (ran.run["rows"]["used"], ran.run["limits"]["max_id_bytes"]["reached"]) == (2, 1)
    assert "reading.max_id_bytes (256) was reached 1 time" in ran.stderr


def test_rows_of_accounts_files_count_with_the_limits_too(tmp_path):
    logs(tmp_path, a__jsonl=GOOD)
    (tmp_path / "accounts.jsonl").write_text(json.dumps({"account_id": "x" * 300}) + '\n{"account_id":"good"}\n')
    out = tmp_path / "result"
    from tests.logs.bad_input.scanning import command

    _, _, stderr = command("scan", tmp_path / "logs", "--accounts", tmp_path / "accounts.jsonl", "--out", out)
    assert json.loads((out / "run.json").read_text())["limits"]["max_id_bytes"]["reached"] == 1
    assert "reading.max_id_bytes (256) was reached 1 time" in stderr


def test_a_file_that_grows_beyond_the_ratio_is_read_to_there_and_counted(tmp_path):
    rows = b"".join(line(f"a{i % 9}", prompt="x" * 2_000) for i in range(2_000))
    logs(tmp_path, good__jsonl=GOOD, bomb__jsonl_gz=gzip.compress(rows))
    ran = limited(tmp_path, max_expansion=10, expansion_free_bytes=2_000_000)
    assert (ran.code, ran.run["limits"]["max_expansion"]["reached"]) == (3, 1)
    assert 1 < ran.run["rows"]["used"] < 2_000
    assert "bomb.jsonl.gz: grows to more than 10 times its compressed size" in ran.stderr
    assert "reading.max_expansion (10) was reached 1 time" in ran.stderr


def test_parquet_of_too_many_rows_times_columns_is_set_aside_and_counted(tmp_path):
    place = logs(tmp_path, good__jsonl=GOOD)
    moments = pa.array(np.full(1_000, 1772366400000000)).cast(pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"timestamp": moments, "account_id": ["a"] * 1_000}), place / "wide.parquet")
    ran = limited(tmp_path, max_parquet_cells=1_999)
    assert (ran.code, ran.run["rows"]["used"], ran.run["limits"]["max_parquet_cells"]["reached"]) == (3, 1, 1)
    assert "reading.max_parquet_cells (1,999) was reached 1 time: file set aside" in ran.stderr
    assert limited(tmp_path, max_parquet_cells=2_000).run["rows"]["used"] == 1_001


def test_rejected_rows_that_are_not_listed_are_counted_and_said(tmp_path):
    logs(tmp_path, a__jsonl=GOOD + b"{\n" * 30)
    ran = limited(tmp_path, max_rejects_kept=10)
    assert len(pd.read_parquet(ran.out / "rejects.parquet")) == 10
    assert ran.run["rejected_by_reason"] == {"json": 30}
    assert ran.run["limits"]["max_rejects_kept"]["reached"] == 20
    assert "reading.max_rejects_kept (10) was reached 20 times" in ran.stderr


def crowd(many, per=3):
    return [line(f"a{i:03}", request_id=f"{i}-{k}", prompt=f"p{i} {k}") for k in range(per) for i in range(many)]


def stayed(ran):
    table = pd.read_parquet(ran.out / "accounts.parquet")
    return dict(zip(table["account_id"], table["n_queries"], strict=True))


def test_of_more_accounts_than_the_limit_those_that_are_drawn_keep_all_their_rows(tmp_path):
    logs(tmp_path, a__jsonl=b"".join(crowd(100)))
    ran = limited(tmp_path, max_accounts=40)
    assert ran.run["rows"] == {"in": 300, "used": 120, "duplicate": 0, "rejected": 180, "out_of_window": 0}
    assert ran.run["rejected_by_reason"] == {"accounts": 180}
    assert ran.run["limits"]["max_accounts"]["reached"] == 180
    assert "reading.max_accounts (40) was reached 180 times: rows of all other accounts rejected" in ran.stderr
    assert set(stayed(ran).values()) == {3}
    listed = pd.read_parquet(ran.out / "rejects.parquet")
    given = dict(enumerate((f"a{i:03}" for _ in range(3) for i in range(100)), start=1))
    assert {given[row] for row in listed["row"]} == set(given.values()) - set(stayed(ran))


def test_which_accounts_are_drawn_depends_on_the_key_and_not_on_files_or_their_order(tmp_path):
    rows, found = crowd(100), []
    key = tmp_path / "key"
    for number, parts in enumerate(([rows], [rows[::-1]], [rows[:7], rows[7:150], rows[150:], rows[150:]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        logs(folder, **{f"f{i}__jsonl": b"".join(part) for i, part in enumerate(parts)})
        key.write_bytes(b"k" * 32)
        (folder / "limits.toml").write_text("[reading]\nmax_accounts = 40\n")
        ran = scan(folder, options=("--settings", folder / "limits.toml", "--key", key))
        assert ran.run["limits"]["max_accounts"]["reached"] == 180
        found.append(stayed(ran))
    assert found[0] == found[1] == found[2]
    key.write_bytes(b"q" * 32)
    other = scan(tmp_path / "0", options=("--settings", tmp_path / "0/limits.toml", "--key", key))
    assert set(stayed(other)) != set(found[0])


def test_no_more_accounts_than_the_limit_are_held_while_a_file_is_read(monkeypatch, tmp_path):
    from detector.profiles import build, growing

    monkeypatch.setattr(build, "FOLD_ROWS", 50)
    held = []
    merge = growing.merge
    monkeypatch.setattr(
        growing, "merge", lambda parts, *more: held.append(max(len(p.ids) for p in parts)) or merge(parts, *more)
    )
    moments = pa.array(np.full(2_000, 1772366400000000)).cast(pa.timestamp("us", "UTC"))
    pq.write_table(
        pa.table({"timestamp": moments, "account_id": [f"a{i}" for i in range(2_000)]}), logs(tmp_path) / "a.parquet"
    )
    (tmp_path / "limits.toml").write_text("[reading]\nmax_accounts = 60\nbatch_rows = 50\n")
    ran = scan(tmp_path, options=("--settings", tmp_path / "limits.toml"))
    assert len(stayed(ran)) == 60
    assert len(held) > 5
    assert max(held) <= 2 * 60 + 2 * 50  # twice the limit, and those of the rows that were read last


def test_every_limit_is_a_setting_with_a_policy():
    assert {limit.name for limit in LIMITS} <= set(vars(Reading()))
    assert all(limit.policy for limit in LIMITS)
