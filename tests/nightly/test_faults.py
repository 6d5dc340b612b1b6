"""What one machine can do to a run from outside: full disks, signals, other runs, readers, other surroundings."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from detector.nightly import generations
from detector.nightly.store import held
from detector.profiles.sizes import Sizes
from tests.nightly.runs import FIRST, KEY, contents, results, rows_of, write_log

COMMAND = "from detector.cli import run; run()"


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "store.key"
    path.write_bytes(b"k" * 32)
    path.chmod(0o600)
    return path


def nightly(store, key, *paths, env=None, **more):
    words = ["nightly", "--store", store, "--key", key, "--now", "2026-03-03T03:00:00Z", "--quiet", *paths]
    surroundings = {"PYTHONPATH": os.environ.get("PYTHONPATH", ""), **(env or {})}
    command = [sys.executable, "-c", COMMAND, *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=surroundings, **more)


def said(process):
    return process.communicate()[1].decode().strip()


def test_no_home_no_terminal_and_nothing_to_say(tmp_path, key):
    process = nightly(tmp_path / "store", key, write_log(tmp_path / "log.jsonl", rows_of(range(2))))
    assert (said(process), process.returncode) == ("", 0)


def test_other_cores_hash_seeds_rows_files_time_zones_and_locales_give_the_same_bytes(tmp_path, key):
    rows = rows_of(range(2), accounts=8)
    one = nightly(tmp_path / "one", key, write_log(tmp_path / "a" / "all.jsonl", rows), env={"PYTHONHASHSEED": "0"})
    two = tmp_path / "two.toml"
    two.write_text("[profiling]\nworkers = 2\n")
    random.Random(4).shuffle(rows)
    pieces = [write_log(tmp_path / "b" / f"{i}.jsonl", rows[i::3]) for i in range(3)]
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0"}
    other = nightly(tmp_path / "other", key, "--settings", two, *pieces, env=elsewhere)
    assert (said(one), said(other)) == ("", "")
    assert results(tmp_path / "one").keys() == results(tmp_path / "other").keys()
    digests = [set(results(tmp_path / name).items()) for name in ("one", "other")]
    assert {name for name, _ in digests[0] ^ digests[1]} == set()


def test_a_run_beside_another_ends_at_once_with_5_and_changes_nothing(tmp_path, key):
    log = write_log(tmp_path / "log.jsonl", rows_of(range(1)))
    with held(tmp_path / "store", KEY, False, Sizes()):
        before = contents(tmp_path / "store")
        process = nightly(tmp_path / "store", key, log)
        assert "another run holds the store; nothing was changed" in said(process)
        assert process.returncode == 5
        assert contents(tmp_path / "store") == before


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_run_in_a_line_and_the_next_goes_on(tmp_path, key, asked):
    log = write_log(tmp_path / "log.jsonl", rows_of(range(2)))
    process = nightly(tmp_path / "store", key, log)
    deadline = time.monotonic() + 60
    while not (tmp_path / "store" / "files").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(asked)
    assert said(process) == f"Error: Stopped by {asked.name}; what was not finished was not written."
    assert process.returncode == 128 + asked
    again = nightly(tmp_path / "store", key, log)
    assert (said(again), again.returncode) == ("", 0)


@pytest.fixture
def small_disk(tmp_path):
    """Give a function that mounts a file system of some size; skips where that is not allowed."""
    mounted = []

    def mount(options):
        folder = tmp_path / f"disk-{len(mounted)}"
        folder.mkdir()
        asked = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True)
        if asked.returncode:
            pytest.skip("this user may not mount")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("options", ["size=16k", "size=64k", "size=160k", "nr_inodes=12", "nr_inodes=25"])
def test_a_full_disk_is_one_line_and_6_and_room_mends_it(tmp_path, key, small_disk, options):
    disk = small_disk(options + ",mode=0700")
    log = write_log(tmp_path / "log.jsonl", rows_of(range(2)))
    process = nightly(disk / "store", key, log)
    line = said(process)
    assert line.startswith(f"Error: {disk}") and "No space left on device" in line and "\n" not in line
    assert process.returncode == 6
    subprocess.run(["mount", "-o", "remount,size=64m,nr_inodes=10000", disk], check=True)
    again = nightly(disk / "store", key, log)
    assert (said(again), again.returncode) == ("", 0)
    whole = nightly(tmp_path / "whole", key, log)
    assert (said(whole), whole.returncode) == ("", 0)
    assert contents(disk / "store") == contents(tmp_path / "whole")


def test_a_disk_that_became_read_only_is_one_line_and_6(tmp_path, key, small_disk):
    disk = small_disk("size=16m,mode=0700")
    log = write_log(tmp_path / "log.jsonl", rows_of(range(2)))
    assert said(nightly(disk / "store", key, log)) == ""
    before = contents(disk / "store")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    process = nightly(disk / "store", key, write_log(tmp_path / "more.jsonl", rows_of([1], accounts=20)))
    line = said(process)
    assert "Read-only file system" in line and "\n" not in line
    assert process.returncode == 6
    assert contents(disk / "store") == before


def test_a_reader_beside_commits_never_sees_a_mix(tmp_path):
    def files(number):
        return {name: json.dumps({"made": number}).encode() for name in ("a.json", "b.json", "c.json")}

    mixed, read = [], []

    def reading(link, until):
        while not until.is_set():
            folder = link.resolve()
            seen = {json.loads((folder / f"{name}.json").read_bytes())["made"] for name in "abc"}
            read.append(seen)
            if len(seen) != 1:
                mixed.append(seen)

    with held(tmp_path / "store", KEY, False, Sizes()) as store:
        generations.commit(store, FIRST, "0", files(0))
        over = threading.Event()
        reader = threading.Thread(target=reading, args=(store / "latest", over))
        reader.start()
        for number in range(1, 40):
            generations.commit(store, FIRST, str(number), files(number))
        over.set()
        reader.join()
    assert len(read) > 40 and not mixed


def test_a_signal_that_compiled_code_swallows_is_asked_again():
    program = (
        "import time\n"
        "from detector.cli import entry\n"
        "entry._PATIENCE = 0.3\n"
        "def swallow(*args, **kwargs):\n"
        "    print('started', flush=True)\n"
        "    try:\n"
        "        time.sleep(60)\n"
        "    except BaseException:\n"
        "        pass\n"
        "    time.sleep(60)\n"
        "entry.group.main = swallow\n"
        "entry.main()\n"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, line = process.communicate(timeout=50)
    assert line == "Error: Stopped by SIGINT; what was not finished was not written.\n"
    assert process.returncode == 128 + signal.SIGINT
