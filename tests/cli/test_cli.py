"""The command as a user meets it: exit codes, one line on failure, nothing on stdout that was not asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_logs"
LOG = '{"timestamp": "2026-03-02T10:00:00Z", "account_id": "ann", "prompt": "hello"}\n'


def run(*words, cwd=None, given=None):
    command = [sys.executable, "-m", "detector", *map(str, words)]
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
        "rejects.parquet", "traces.parquet",
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


def test_without_a_command_the_help_is_shown_as_it_reads():
    done = run()
    assert done.returncode == 2
    assert "Commands:\n  scan " in done.stderr
    assert not done.stdout


def test_every_command_has_help_with_an_example():
    from detector.cli.entry import SUMMARIES

    for command in SUMMARIES:
        done = run(command, "--help")
        assert done.returncode == 0
        assert f"detector {command}" in done.stdout or command == "baseline"


SPEND = {"startTime": "2026-03-02 10:00:00", "api_key": "k", "spend": 0.1, "call_type": "acompletion", "user": "ann",
         "proxy_server_request": {"messages": [{"role": "user", "content": "hello"}]}}  # fmt: skip


def test_the_format_of_a_foreign_log_is_said_on_stderr_with_its_caveat(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps(SPEND) + "\n")
    done = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "r")
    assert done.returncode == 0
    first, second = done.stderr.strip().splitlines()
    assert first == (
        "1 file is read as LiteLLM SpendLogs, told by startTime, api_key, spend, call_type (--format litellm-spend)."
    )
    assert second.startswith("Warning: LiteLLM SpendLogs: LiteLLM cuts every text")
    quiet = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "r", "--quiet")
    assert (quiet.stdout, quiet.stderr) == ("", "")
    assert json.loads((tmp_path / "r" / "run.json").read_text())["inputs"][0]["format"] == "litellm-spend"


def test_one_id_with_most_of_the_rows_is_a_warning_that_names_other_fields(tmp_path):
    rows = [
        {"timestamp": f"2026-03-02T10:{i // 60:02}:{i % 60:02}Z", "account_id": "proxy" if i % 3 else f"u{i}",
         "end_user_id": f"e{i % 40}", "api_key_id": "k"}
        for i in range(150)
    ]  # fmt: skip
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "r")
    assert "67% of the rows are of one account, proxy." in done.stderr
    assert "--account-key: api_key_id (1 value), end_user_id (40 values)." in done.stderr
    assert any("67%" in note for note in json.loads((tmp_path / "r/run.json").read_text())["coverage"]["notes"])
    done = run("scan", tmp_path / "log.jsonl", "--account-key", "end_user_id", "--out", tmp_path / "r")
    assert "of one account" not in done.stderr
    assert json.loads((tmp_path / "r/run.json").read_text())["population"]["accounts"] == 40


def test_inspect_prints_what_a_log_holds_and_its_json(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps(SPEND) + "\n")
    done = run("inspect", tmp_path / "log.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("litellm-spend in json lines", "no hour without a row", "network needs client_ip", "100.0%  ann"):
        assert words in done.stdout
    assert json.loads(run("inspect", tmp_path / "log.jsonl", "--json").stdout)["rows"] == 1


def test_convert_writes_parquet_over_nothing_but_parquet(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps(SPEND) + "\nnot json\n")
    done = run("convert", tmp_path / "log.jsonl", "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "1 rows were rejected and not written (json 1)" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["000000.parquet"]
    assert run("convert", tmp_path / "out", "--out", tmp_path / "out").returncode == 0
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert run("convert", tmp_path / "log.jsonl", "--out", tmp_path / "out").returncode == 6


def test_a_log_without_any_account_says_how_to_name_one(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps(SPEND | {"user": None, "api_key": ""}) + "\n")
    done = run("scan", tmp_path / "log.jsonl", "--out", tmp_path / "r", "--quiet")
    assert done.returncode == 3
    assert "name the field that does with --account-key FIELD" in done.stderr


@pytest.mark.parametrize(
    "command", ["scan", "inspect", "convert", "explain", "report", "diff", "decide", "simulate", "evaluate"]
)
def test_help_shows_an_example_on_a_line_of_its_own(command):
    lines = run(command, "--help").stdout.splitlines()
    at = [line.strip() for line in lines].index("Example:")
    assert lines[at + 1].strip().startswith(f"detector {command} ")
