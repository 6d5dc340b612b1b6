"""The command as a user meets it: exit codes, one line on failure, nothing on stdout that was not asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_logs"
LOG = '{"timestamp": "2026-03-02T10:00:00Z", "account_id": "ann", "prompt": "hello"}\n'


def run(*words, cwd=None, given=None):
    command = [sys.executable, "-c", "from detector.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, input=given, timeout=300)


@pytest.fixture(scope="session")
def scanned(tmp_path_factory):
    out = tmp_path_factory.mktemp("scan") / "result"
    done = run(
        "scan",
        SAMPLES / "month_end/logs",
        "--accounts",
        SAMPLES / "month_end/accounts.csv",
        "--out",
        out,
    )
    return done, out


def test_the_sample_week_shows_its_campaign_within_80_columns(scanned):
    done, out = scanned
    assert done.returncode == 0
    assert done.stderr == ""
    assert "1 of tier A" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    written = {path.name for path in out.iterdir()}
    assert written == {
        "accounts.parquet", "campaigns.parquet", "members.parquet", "evidence.parquet", "timeline.parquet",
        "rejects.parquet",
        "report.html", "run.json",
    }  # fmt: skip


def test_the_calm_week_has_nothing_to_find(tmp_path):
    done = run(
        "scan",
        SAMPLES / "calm/logs",
        "--accounts",
        SAMPLES / "calm/accounts.csv",
        "--out",
        tmp_path / "r",
        "--fail-on",
        "B",
        "--quiet",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_explain_tells_a_campaign_and_an_account(scanned):
    _, out = scanned
    found = json.loads((out / "run.json").read_text())
    assert found["population"]["campaigns"]["A"] == 1
    import pandas as pd

    name = pd.read_parquet(out / "campaigns.parquet")["campaign_id"][0]
    member = pd.read_parquet(out / "members.parquet")["account_id"][0]
    campaign, account = run("explain", name, "--run", out), run("explain", member, "--run", out)
    assert campaign.returncode == account.returncode == 0
    assert name in account.stdout
    assert "expected" in campaign.stdout
    assert max(map(len, (campaign.stdout + account.stdout).splitlines())) <= 80


def test_an_unknown_id_is_one_line_and_exit_code_2(scanned):
    done = run("explain", "nobody", "--run", scanned[1])
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_json_is_valid_and_alone_on_stdout(tmp_path):
    (tmp_path / "log.jsonl").write_text(LOG)
    done = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "r", "--json")
    assert json.loads(done.stdout)["run"]["rows"]["used"] == 1


def test_standard_input_is_a_log(tmp_path):
    done = run("scan", "-", "--out", tmp_path / "r", "--quiet", given=LOG)
    assert (done.returncode, done.stderr) == (0, "")


def test_fail_on_gives_4_when_there_is_such_a_campaign(tmp_path):
    done = run(
        "scan",
        SAMPLES / "month_end/logs",
        "--accounts",
        SAMPLES / "month_end/accounts.csv",
        "--out",
        tmp_path / "r",
        "--quiet",
        "--fail-on",
        "A",
    )
    assert done.returncode == 4


@pytest.mark.parametrize(
    ("content", "words", "code", "said"),
    [
        ("", [], 3, "no row in it"),
        ('{"ts": 1, "account_id": "a"}\n', [], 3, 'timestamp = "ITS_NAME"'),
        (LOG, ["--since", "tomorrow"], 2, "write a date or time such as"),
        (LOG, ["--since", "2026-03-05", "--until", "2026-03-04"], 2, "the window is empty"),
        (LOG, ["--settings", "missing.toml"], 2, "cannot be read as TOML settings"),
        (LOG, ["--key", "missing.key"], 2, "the key cannot be read"),
    ],
)
def test_what_goes_wrong_is_one_line_with_a_way_out(tmp_path, content, words, code, said):
    (tmp_path / "log.jsonl").write_text(content)
    done = run("scan", "log.jsonl", "--out", "r", *words, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "r").exists()


def test_an_empty_folder_and_a_missing_path_are_exit_code_3(tmp_path):
    (tmp_path / "empty").mkdir()
    for path in ("empty", "nowhere"):
        done = run("scan", tmp_path / path, "--out", tmp_path / "r")
        assert done.returncode == 3
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_damaged_file_is_named_and_the_exit_code_is_3(tmp_path):
    (tmp_path / "a.jsonl").write_text(LOG)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 junk")
    done = run("scan", tmp_path, "--out", tmp_path / "r", "--quiet")
    assert done.returncode == 3
    assert "b.parquet" in done.stderr
    assert (tmp_path / "r" / "run.json").exists()


def test_a_folder_with_other_files_is_not_overwritten(tmp_path):
    (tmp_path / "log.jsonl").write_text(LOG)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "mine")
    assert done.returncode == 6
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    "words", [["scna"], ["scan"], ["scan", "log", "--fail-on", "Z"], ["scan", "log", "--oot", "x"]]
)
def test_a_wrong_call_is_one_line_that_names_the_help(words):
    done = run(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--help" in done.stderr


def test_every_command_has_help_with_an_example():
    from detector.cli.entry import COMMANDS

    for command in COMMANDS:
        done = run(command, "--help")
        assert done.returncode == 0
        assert f"detector {command}" in done.stdout or command == "baseline"
