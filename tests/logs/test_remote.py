"""Logs at the addresses of object stores, against an S3-compatible server on loopback where moto is installed."""

import gc
import gzip
import json
import os
import socket

import pyarrow.fs
import pytest

from detector import scan
from detector.errors import InputError, UsageError
from detector.logs.files import discover

SECRET = "a-secret-that-must-not-be-shown"


def line(n):
    return json.dumps({"timestamp": 1_767_225_600 + n, "account_id": f"a{n % 7}", "prompt": f"Translate text {n}."})


LOG = "\n".join(line(n) for n in range(200)).encode()


@pytest.fixture(scope="module")
def server():
    running = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "id")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        running.start()
        yield f"endpoint_override=127.0.0.1:{running.get_host_and_port()[1]}&scheme=http&region=us-east-1"
        running.stop()


@pytest.fixture(scope="module")
def bucket(server):
    store, _ = pyarrow.fs.FileSystem.from_uri(f"s3://logs?{server}&allow_bucket_creation=true")
    store.create_dir("logs")
    for path, content in {
        "logs/november/one.jsonl": LOG,
        "logs/november/two.jsonl.gz": gzip.compress(LOG.replace(b"a", b"b")),
        "logs/november/README.md": b"not a log",
        "logs/november/.hidden/three.jsonl": LOG,
        "logs/december/four.jsonl": LOG,
        "logs/people/accounts.csv": b"account_id,created_at\na0,2026-01-01\n",
    }.items():
        with store.open_output_stream(path, compression=None) as out:
            out.write(content)
    return server


def names(*addresses):
    return [file.shown for file in discover(addresses)]


def test_an_address_of_an_object_is_that_object(bucket):
    assert names(f"s3://logs/november/README.md?{bucket}") == ["s3://logs/november/README.md"]


def test_an_address_of_a_folder_is_the_logs_below_it(bucket):
    assert names(f"s3://logs/november/?{bucket}") == [
        "s3://logs/november/one.jsonl",
        "s3://logs/november/two.jsonl.gz",
    ]


def test_a_pattern_matches_names_in_the_store(bucket):
    assert names(f"s3://logs/*/*o*.jsonl?{bucket}") == ["s3://logs/december/four.jsonl", "s3://logs/november/one.jsonl"]


def test_an_object_that_is_named_twice_is_read_once(bucket):
    twice = names(f"s3://logs/december?{bucket}", f"s3://logs/december/four.jsonl?{bucket}")
    assert twice == ["s3://logs/december/four.jsonl"]


def test_a_scan_of_addresses_finds_what_a_scan_of_the_files_finds(bucket, tmp_path):
    (tmp_path / "one.jsonl").write_bytes(LOG)
    (tmp_path / "accounts.csv").write_text("account_id,created_at\na0,2026-01-01\n")
    here = scan(tmp_path / "one.jsonl", accounts=tmp_path / "accounts.csv", key=b"k" * 32)
    there = scan(f"s3://logs/november/one.jsonl?{bucket}", accounts=f"s3://logs/people?{bucket}", key=b"k" * 32)
    assert there.accounts.equals(here.accounts)
    assert there.run["rows"] == here.run["rows"]
    assert [entry["path"] for entry in there.run["inputs"]] == ["s3://logs/november/one.jsonl"]


def test_the_copy_has_no_name_in_any_folder_and_goes_with_the_file(bucket, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = discover([f"s3://logs/december?{bucket}"])
    path = files[0].path
    assert os.stat(path).st_size == len(LOG)
    assert list(tmp_path.iterdir()) == []
    del files
    gc.collect()
    assert not os.path.exists(path)


def test_an_object_that_was_read_before_is_not_copied_until_it_changes(bucket, monkeypatch):
    monkeypatch.setattr("detector.logs.remote.FRESH_NS", 0)
    address = f"s3://logs/november/?{bucket}"
    before = {file.name: file.state for file in discover([address])}

    def copied():
        listed = discover([address], lambda name, state: before[name] == state)
        return {file.name.rpartition("/")[2]: file.copy is not None for file in listed}

    assert copied() == {"one.jsonl": False, "two.jsonl.gz": False}
    store, _ = pyarrow.fs.FileSystem.from_uri(f"s3://logs?{bucket}")
    with store.open_output_stream("logs/november/one.jsonl") as out:
        out.write(LOG + b"\n" + line(200).encode())
    assert copied() == {"one.jsonl": True, "two.jsonl.gz": False}
    with store.open_output_stream("logs/november/one.jsonl") as out:
        out.write(LOG)


def test_an_object_that_changed_just_now_could_change_again_unseen(bucket):
    assert [file.state for file in discover([f"s3://logs/november/one.jsonl?{bucket}"])] == [None]


def test_what_is_not_there_is_said_with_its_address(bucket):
    with pytest.raises(InputError, match=r"^s3://logs/october: there is no such object or folder"):
        discover([f"s3://logs/october?{bucket}"])


def test_a_store_that_does_not_answer_is_said_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        options = f"endpoint_override=127.0.0.1:{taken.getsockname()[1]}&scheme=http&region=x&connect_timeout=1"
        with pytest.raises(InputError, match=r"^s3://logs/october: cannot be listed \(") as caught:
            discover([f"s3://logs/october?{options}"])
    assert "\n" not in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(UsageError, match=r"^s3://logs/one.jsonl: an address holds no user and no password") as caught:
        discover([f"s3://id:{SECRET}@logs/one.jsonl"])
    assert SECRET not in str(caught.value)


def test_nothing_of_the_credentials_or_options_is_in_the_record(bucket):
    result = scan(f"s3://logs/november/one.jsonl?{bucket}", key=b"k" * 32)
    assert SECRET not in json.dumps(result.run)
    assert "endpoint_override" not in json.dumps(result.run)


def test_a_local_address_is_a_path(tmp_path):
    (tmp_path / "one.jsonl").write_bytes(LOG)
    assert names(f"file://{tmp_path}/one.jsonl") == [f"file://{tmp_path}/one.jsonl"]


def test_only_what_a_folder_hides_below_itself_is_left_out(tmp_path):
    for folder in (".cache/logs", ".cache/logs/.old"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "one.jsonl").write_bytes(LOG)
    assert names(f"file://{tmp_path}/.cache/logs/") == [f"file://{tmp_path}/.cache/logs/one.jsonl"]


def test_a_scan_of_local_files_opens_no_socket(tmp_path, monkeypatch):
    def refuse(*given, **named):
        raise AssertionError("a socket was opened")

    (tmp_path / "one.jsonl").write_bytes(LOG)
    monkeypatch.setattr(socket, "socket", refuse)
    assert scan(tmp_path / "one.jsonl", key=b"k" * 32).run["rows"]["used"] == 200
