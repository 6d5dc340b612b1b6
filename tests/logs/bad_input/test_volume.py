"""Bad input E: repeats, volume, populations that are no population."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from detector.campaigns.pairs import Holdings
from detector.text import Fingerprinter
from detector.text.kernel import PROMPT
from tests.logs.bad_input.scanning import GOOD, line, logs, scan


def rows_of(ran):
    return tuple(ran.run["rows"][name] for name in ("in", "used", "duplicate", "rejected"))


def requests(folder):
    table = pd.read_parquet(folder / "result/accounts.parquet")
    return dict(zip(table["account_id"], table["n_queries"], strict=True))


def test_e1_a_row_given_twice_with_its_request_id_counts_once(tmp_path):
    logs(
        tmp_path, a__jsonl=line("a", request_id="r") * 2 + line("b", request_id="s"), b__jsonl=line("a", request_id="r")
    )
    assert rows_of(scan(tmp_path)) == (4, 2, 2, 0)


def test_e2_rows_without_request_id_count_each_unless_the_whole_file_is_a_copy(tmp_path):
    logs(tmp_path, a__jsonl=GOOD * 3, b__jsonl=GOOD * 3, c__jsonl=GOOD * 2)
    assert rows_of(scan(tmp_path)) == (8, 5, 3, 0)


@pytest.mark.parametrize("first", ["x", "y"])
def test_e3_one_request_id_with_two_contents_counts_once(tmp_path, first):
    # The first in the file counts, whatever it says: a request that is logged twice, at its start and its end, differs.
    rows = [line("a", request_id="r", prompt=p) for p in (first, "z")]
    assert rows_of(scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(rows)))) == (2, 1, 1, 0)


def test_e4_a_request_id_that_a_client_chose_hides_no_other_accounts_row(tmp_path):
    logs(tmp_path, a__jsonl=line("victim", request_id="r") + line("attacker", request_id="r"))
    assert rows_of(scan(tmp_path)) == (2, 2, 0, 0)
    assert requests(tmp_path) == {"victim": 1, "attacker": 1}


def test_e5_a_file_delivered_again_packed_or_renamed_counts_once(tmp_path):
    rows = line("a") + line("b")
    logs(tmp_path, a__jsonl=rows, again__log=rows, z__jsonl_gz=gzip.compress(rows))
    assert rows_of(scan(tmp_path)) == (6, 2, 4, 0)


def test_e6_an_account_with_nearly_all_rows_is_counted_exactly(tmp_path):
    rows = [line("hot", prompt=f"p{i}") for i in range(20_000)] + [line(f"a{i % 9}") for i in range(200)]
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(rows)))
    assert ran.code == 0
    assert requests(tmp_path)["hot"] == 20_000
    assert "99% of the rows are of one account" in ran.stderr


@pytest.mark.parametrize("accounts", [1, 2])
def test_e7_one_or_two_accounts_are_scored_against_the_shipped_baseline(tmp_path, accounts):
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(line(f"a{i}") for i in range(accounts))))
    assert (ran.code, ran.run["population"]["accounts"], ran.run["population"]["flagged"]) == (0, accounts, 0)


def test_e8_where_no_row_is_left_the_run_ends_with_3_and_says_why(tmp_path):
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=GOOD), options=("--since", "2026-04-01"))
    assert (ran.code, "1 outside the window" in ran.stderr) == (3, True)


def test_e9_accounts_that_are_all_alike_are_not_flagged(tmp_path):
    rows = b"".join(
        line(f"a{i}", prompt="hi", timestamp=f"2026-03-01T{h:02}:00:00Z") for i in range(400) for h in (1, 7)
    )
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=rows))
    assert ran.run["population"]["flagged"] == 0
    assert pd.read_parquet(ran.out / "accounts.parquet")["score"].nunique() == 1


def test_e10_accounts_of_one_row_each_with_agents_of_their_own_are_all_counted(tmp_path):
    rows = b"".join(line(f"a{i}", user_agent=f"agent/{i}.{i * 7 % 1_000}") for i in range(5_000))
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=rows))
    assert (ran.code, ran.run["population"]["accounts"], ran.run["population"]["flagged"]) == (0, 5_000, 0)


def test_e11_one_template_in_all_accounts_forms_no_pairs_of_accounts_and_no_campaign(tmp_path, monkeypatch):
    # What everybody holds is what chance explains, so it drops out and no bucket needs a cap. What is counted are the
    # pairs of keys that are written down: with four times the accounts, pairs of accounts would be sixteen times as
    # many.
    written: list[int] = []
    counted = Holdings.counted

    def noted(held):
        found = counted(held)
        written.append(len(found[0]))
        return found

    monkeypatch.setattr(Holdings, "counted", noted)
    most = []
    for many in (500, 2_000):
        folder = tmp_path / str(many)
        folder.mkdir()
        rows = [
            line(f"a{i}", prompt=f"Translate order {i * k} for him", timestamp=f"2026-03-01T{k:02}:{i % 60:02}:00Z")
            for i in range(many)
            for k in (3, 9)
        ]  # fmt: skip
        written.clear()
        ran = scan(folder, logs(folder, a__jsonl=b"".join(rows)))
        assert (ran.code, ran.run["population"]["flagged"]) == (0, 0)
        assert written  # pairs were counted
        most.append(sum(written))
    assert most[1] <= 6 * most[0] + many


def test_e12_prompts_that_collide_under_one_key_do_not_under_another():
    texts = pa.array([f"prompt number {i}" for i in range(3_000)], pa.large_string())
    one, other = (Fingerprinter(bytes([k]) * 32).texts(texts).hashes[:, PROMPT] for k in (1, 2))
    assert not (one == other).any()
    bucket, elsewhere = one & np.uint64(0xFFFF), other & np.uint64(0xFFFF)
    order = np.argsort(bucket, kind="stable")
    pairs = bucket[order][1:] == bucket[order][:-1]
    assert pairs.sum() > 20
    assert (elsewhere[order][1:] == elsewhere[order][:-1])[pairs].mean() < 0.1


def test_e12_a_scan_without_a_key_takes_another_for_other_logs(tmp_path):
    ids = [scan(tmp_path, logs(tmp_path, a__jsonl=line(account))).run["key_id"] for account in "ab"]
    assert ids[0] != ids[1]


def test_e15_no_feature_is_a_moment(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    found = []
    for day in ("2026-03-02", "2026-03-30"):
        rows = [line(f"a{i % 20}", prompt=f"p{i}", timestamp=f"{day}T{i % 24:02}:{i % 60:02}:00Z") for i in range(900)]
        ran = scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(rows)), options=("--key", key))
        found.append(pd.read_parquet(ran.out / "accounts.parquet").set_index("account_id").sort_index())
    numbers = found[0].select_dtypes("number").columns
    assert len(numbers) > 20
    pd.testing.assert_frame_equal(found[0][numbers], found[1][numbers])


def test_e13_e14_features_of_a_scan_are_finite_or_unknown_and_scores_finite(tmp_path):
    rows = b"".join(line(f"a{i}", input_tokens=v, temperature=v) for i in range(30) for v in (None, 1e9, 1e308, 0))
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=rows))
    table = pd.read_parquet(ran.out / "accounts.parquet")
    assert np.isfinite(table["score"]).all()
    assert not any(np.isinf(table[name]).any() for name in table.select_dtypes("number"))
