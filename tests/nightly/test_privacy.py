"""A store tells nobody what it was made from: no prompt, address, e-mail or account id, and nothing open to others."""

import os
import stat

import pytest

from detector.errors import OutputError, UsageError
from detector.nightly.damage import DamagedStore, StoreInUse
from detector.nightly.identities import read, reveal
from detector.nightly.journal import read_journal
from detector.nightly.store import held, key_for, opened
from detector.profiles.profile import Sizes
from tests.nightly.runs import KEY, moment, night, row, write_log

PROMPT, ADDRESS, MAIL, ID = "canary-prompt-7f3a", "198.51.100.231", "canary.example", "canary-account-5b"


def canaries(tmp_path):
    rows = [
        row(day, account, number)
        | {"account_id": f"{ID}-{account}", "prompt": f"{PROMPT} {number}", "client_ip": ADDRESS}
        for day in range(2)
        for account in range(8)
        for number in range(4)
    ]
    lines = ["account_id,created_at,email_domain,signup_ip,payment_fingerprint,label"]
    lines += [f"{ID}-{account},2026-02-20T10:00:{account:02}Z,{MAIL},{ADDRESS},card-1," for account in range(8)]
    people = tmp_path / "people.csv"
    people.write_text("\n".join(lines) + "\n")
    bad = write_log(tmp_path / "logs" / "bad.jsonl", [{"timestamp": PROMPT, "account_id": ID, "prompt": PROMPT}])
    return [write_log(tmp_path / "logs" / "good.jsonl", rows), bad], people


def everything(folder):
    return b"\n".join(path.read_bytes() + str(path).encode() for path in sorted(folder.rglob("*")) if path.is_file())


def test_nothing_of_the_logs_stands_in_the_store_in_clear(tmp_path):
    logs, people = canaries(tmp_path)
    said = []
    night(tmp_path / "store", logs, 1, accounts=[people], said=said)
    held_bytes = everything(tmp_path / "store") + "\n".join(said).encode()
    for canary in (PROMPT, ADDRESS, MAIL, ID, "198.51.100"):
        assert canary.encode() not in held_bytes
    with_ids = tmp_path / "clear"
    night(with_ids, logs, 1, accounts=[people], clear_ids=True)
    assert ID.encode() in (with_ids / "latest" / "lineage.json").read_bytes() + everything(with_ids)


def test_files_and_folders_are_for_their_owner_whatever_the_umask(tmp_path):
    logs, people = canaries(tmp_path)
    before = os.umask(0)
    try:
        night(tmp_path / "store", logs, 1, accounts=[people])
    finally:
        os.umask(before)
    for path in [tmp_path / "store", *(tmp_path / "store").rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


def test_who_stands_behind_a_pseudonym_is_told_for_a_reason_that_is_written_down(tmp_path):
    logs, _ = canaries(tmp_path)
    ids = tmp_path / "ids.parquet"
    night(tmp_path / "store", logs, 1, identities=ids)
    known = read(ids)
    assert sorted(known.values()) == [f"{ID}-{account}" for account in range(8)]
    name = min(known)
    assert reveal(ids, [name], "case 17", "an analyst", moment(1)) == {name: known[name]}
    log = read_journal(tmp_path / "ids.parquet.log.jsonl")
    assert [(entry["by"], entry["reason"], entry["names"]) for entry in log] == [("an analyst", "case 17", [name])]
    with pytest.raises(UsageError, match="Say why"):
        reveal(ids, [name], " ", "an analyst", moment(1))
    with pytest.raises(UsageError, match="does not know p-0"):
        reveal(ids, ["p-0"], "case 17", "an analyst", moment(1))


def test_a_key_that_others_may_read_or_that_lies_in_the_store_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        key_for(key, tmp_path / "store")
    key.chmod(0o600)
    assert key_for(key, tmp_path / "store") == key
    with pytest.raises(UsageError, match="keep the key elsewhere"):
        key_for(tmp_path / "store" / "key", tmp_path / "store")


def test_another_key_does_not_open_a_store(tmp_path):
    with held(tmp_path / "store", KEY, False, Sizes()):
        pass
    with pytest.raises(DamagedStore, match="Give the key that the store was made with"):
        opened(tmp_path / "store", b"another key")
    (tmp_path / "store" / "store.json").unlink()
    with pytest.raises(UsageError, match="is no store"):
        opened(tmp_path / "store", KEY)


def test_a_second_run_leaves_at_once(tmp_path):
    with held(tmp_path / "store", KEY, False, Sizes()):
        with pytest.raises(StoreInUse, match="another run holds the store"):
            with held(tmp_path / "store", KEY, False, Sizes()):
                pass
    with held(tmp_path / "store", KEY, False, Sizes()):
        pass
    assert StoreInUse.exit_code == 5


def test_a_folder_that_is_not_a_store_of_ones_own_is_refused(tmp_path):
    foreign = tmp_path / "foreign"
    foreign.mkdir(mode=0o700)
    (foreign / "thesis.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    for folder, why in ((foreign, "other things"), (tmp_path / "link", "of its own"), (shared, "chmod 700")):
        with pytest.raises(OutputError, match=why):
            with held(folder, KEY, False, Sizes()):
                pass


def test_what_a_store_keeps_of_ids_and_days_does_not_change(tmp_path):
    with held(tmp_path / "store", KEY, False, Sizes()):
        pass
    with pytest.raises(UsageError, match="start a new store"):
        with held(tmp_path / "store", KEY, True, Sizes()):
            pass
    with pytest.raises(UsageError, match="sample_per_day"):
        with held(tmp_path / "store", KEY, False, Sizes(8, 8)):
            pass
