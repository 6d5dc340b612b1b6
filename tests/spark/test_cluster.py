"""A Spark cluster writes the store that one machine writes, byte for byte, whatever happens to it meanwhile."""

import gzip
import json
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from detector.cli.entry import group
from detector.errors import UsageError
from detector.nightly.intake import take, unread
from detector.nightly.store import held
from detector.profiles.sizes import Sizes
from detector.settings import Settings
from tests.nightly.runs import KEY, contents, rows_of, write_log

pytestmark = pytest.mark.xdist_group("spark")


#: What the local engine holds until the store has it, and a cluster keeps.
HELD = ("profile", "known", "requests", "days")


def read(folder, logs, engine=None, done=None, remember=False):
    """Read logs into a store; gives what was said of each file."""
    with held(folder, KEY, False, Sizes()) as store:
        new = unread(store, [str(path) for path in logs])
        return take(store, new, Settings(), None, None, done, remember, engine)


def said(files):
    """What is told of files, but what they hold."""
    return [
        (one.report, one.rejects.to_table().to_pylist(), one.rejects.counts, vars(one.built) | dict.fromkeys(HELD))
        for one in files
    ]


def all_kinds_of_files(folder):
    """Repeats within a file and across files, a copy, lines that cannot be used, other formats, a damaged file."""
    rows = rows_of(range(2), accounts=20)
    write_log(folder / "a.jsonl", [*rows, *rows[:7]])
    write_log(folder / "b.jsonl.gz", rows_of(range(1, 3)), packed=True)
    (folder / "copy-of-a.jsonl").write_bytes((folder / "a.jsonl").read_bytes())
    (folder / "bad.jsonl").write_text("\n".join([json.dumps(rows[3]), '{"account_id": 7}', "no json", "[1]"]))
    (folder / "nothing.jsonl").write_text("")
    (folder / "unusable.jsonl").write_text('{"account_id": "ann"}\n')
    broken = gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows_of([3], accounts=300)))
    (folder / "cut-off.jsonl.gz").write_bytes(broken[:-2000])
    late = [{**row, "timestamp": row["timestamp"].replace("Z", ""), "request_id": None} for row in rows_of([2, 4])]
    (folder / "table.csv").write_text(
        "timestamp,account_id,prompt\n" + "".join(f"{r['timestamp']}Z,{r['account_id']},{r['prompt']}\n" for r in late)
    )
    pq.write_table(pa.Table.from_pylist(rows_of([5], accounts=30)), folder / "table.parquet")
    return [folder]


def test_a_cluster_writes_the_bytes_of_one_machine(tmp_path, engine):
    logs = all_kinds_of_files(tmp_path / "logs")
    here = read(tmp_path / "here", logs, remember=True)
    there = read(tmp_path / "there", logs, engine, remember=True)
    assert said(there) == said(here)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert (tmp_path / "there" / "seen.json").read_bytes() == (tmp_path / "here" / "seen.json").read_bytes()
    more = [write_log(tmp_path / "more" / "late.jsonl", rows_of(range(1, 7), accounts=14)), *logs]
    assert said(read(tmp_path / "there", more, engine)) == said(read(tmp_path / "here", more))
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_night_goes_on_from_what_a_cluster_has_read(tmp_path, engine, monkeypatch):
    monkeypatch.setattr("os.umask", lambda mask: mask)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    logs = write_log(tmp_path / "logs" / "a.jsonl", rows_of(range(2))).parent

    def run(command, store, *words):
        given = [command, "--store", tmp_path / store, "--key", tmp_path / "key", *words]
        return CliRunner().invoke(group, list(map(str, given)), catch_exceptions=False).output

    night = ("--now", "2026-03-03T03:00:00Z", "--quiet")
    told = run("profile", "there", "--engine", "spark", logs)
    assert told == "Read 1 files (0 unchanged): 72 new requests, 0 known before.\n"
    assert run("nightly", "there", *night) == run("nightly", "here", *night, logs) == ""
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert (tmp_path / "here" / "latest" / "run.json").exists()


def test_one_account_with_a_third_of_all_rows_changes_nothing(tmp_path, engine):
    for day in range(3):
        crowd = rows_of([day], accounts=70, each=20)
        one = [{**row, "account_id": "busy", "request_id": f"b{i}"} for i, row in enumerate(crowd[:600])]
        write_log(tmp_path / "logs" / f"{day}.jsonl", crowd + one)
    read(tmp_path / "here", [tmp_path / "logs"])
    read(tmp_path / "there", [tmp_path / "logs"], engine)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def many_files(folder):
    for number in range(12):
        write_log(folder / f"{number}.jsonl", rows_of([number % 4, number % 3], accounts=40 + number, each=10))
    return [folder]


def test_a_worker_killed_while_files_are_read_loses_nothing_and_gives_nothing_twice(tmp_path, standalone, engine):
    standalone.mend()
    logs, told = many_files(tmp_path / "logs"), []
    read(tmp_path / "here", logs)
    watching = threading.Thread(target=_kill_in_the_middle, args=(standalone, engine.session, told))
    watching.start()
    read(tmp_path / "there", logs, engine)
    watching.join()
    assert told == ["killed with tasks done and tasks to do"]
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_what_a_dead_executor_held_is_read_anew(tmp_path, standalone, engine):
    standalone.mend()
    logs, killed = many_files(tmp_path / "logs"), []

    def kill_once(one):
        if not killed:
            killed.append(one.report.path)
            standalone.kill(1)

    read(tmp_path / "here", logs)
    read(tmp_path / "there", logs, engine, kill_once)
    assert len(killed) == 1
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def _kill_in_the_middle(standalone, session, told):
    tracker = session.sparkContext.statusTracker()
    while not told:
        for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()):
            if stage is not None and 1 <= stage.numCompletedTasks <= stage.numTasks - 4:
                standalone.kill(0)
                told.append("killed with tasks done and tasks to do")
                return
        time.sleep(0.01)


def test_what_other_machines_cannot_read_is_refused(tmp_path, engine):
    write_log(tmp_path / "logs" / "a.jsonl", rows_of([0]))
    with pytest.raises(UsageError, match="only this machine has it"):
        read(tmp_path / "store", [(tmp_path / "logs").as_uri()], engine)
