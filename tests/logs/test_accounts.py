from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import MissingColumns, UsageError
from detector.logs.accounts import read_accounts
from detector.logs.mapping import Mapping, read_mapping
from detector.logs.rejects import Rejects
from detector.schema import ACCOUNTS_SCHEMA
from detector.settings import Reading


def accounts(folder, files, mapping=None, reports=None, rejects=None):
    paths = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    table = read_accounts(paths, Reading(), mapping, rejects or Rejects(), reports)
    table.validate(full=True)
    assert table.schema == ACCOUNTS_SCHEMA
    return table.to_pylist()


def test_accounts_are_sorted_by_the_bytes_of_their_ids(tmp_path):
    found = accounts(tmp_path, {"a.csv": "account_id\nb\n00123\nNA\né\nB\n".encode()})
    assert [row["account_id"] for row in found] == ["00123", "B", "NA", "b", "é"]


def test_values_are_read_in_their_usual_spellings(tmp_path):
    head = b"account_id,created_at,organization_verified,email_domain,country\n"
    data = head + b"a,2026-01-02,Yes,X.COM,de\nb,later,0,,\n"
    reports = []
    one, two = accounts(tmp_path, {"a.csv": data}, reports=reports)
    assert one["created_at"] == datetime(2026, 1, 2, tzinfo=UTC)
    assert (one["organization_verified"], two["organization_verified"]) == (True, False)
    assert (one["email_domain"], one["country"], two["country"]) == ("x.com", "DE", None)
    assert two["created_at"] is None
    assert reports[0].warnings == ["created_at: not a time that can be read, set to null (1 values)."]


def test_formats_agree(tmp_path):
    csv = accounts(tmp_path, {"a.csv": b"account_id,organization_verified,plan\na,true,free\n"})
    lines = accounts(tmp_path, {"a.jsonl": b'{"account_id":"a","organization_verified":true,"plan":"free"}'})
    pq.write_table(
        pa.table({"account_id": ["a"], "organization_verified": [True], "plan": ["free"]}),
        tmp_path / "b.parquet",
    )
    parquet = read_accounts([tmp_path / "b.parquet"], Reading(), None, Rejects()).to_pylist()
    assert csv == lines == parquet


def test_labels_are_three_words_and_any_other_is_counted_as_no_label(tmp_path):
    data = b"account_id,label\na,Abusive\nb, benign \nc,unknown\nd,spammer\ne,1\nf,\n"
    reports = []
    found = accounts(tmp_path, {"a.csv": data}, reports=reports)
    assert [row["label"] for row in found] == ["abusive", "benign", "unknown", None, None, None]
    assert reports[0].warnings == ["label: an unknown word, set to null (2 values)."]
    assert reports[0].rows_rejected == 0


def test_rows_and_files_of_one_account_are_joined_first_known_value_first(tmp_path):
    files = {
        "1.csv": b"account_id,plan,device_id\na,,d1\na,free,d2\n",
        "2.csv": b"account_id,plan,status\na,payg,active\nb,payg,\n",
    }
    reports = []
    one, two = accounts(tmp_path, files, reports=reports)
    assert (one["plan"], one["device_id"], one["status"]) == ("free", "d1", "active")
    assert two["plan"] == "payg"
    assert reports[0].warnings == ["1 rows name an account that an earlier row has named; the earlier wins."]


def test_rows_without_an_account_are_rejected(tmp_path):
    rejects = Rejects()
    assert len(accounts(tmp_path, {"a.csv": b"account_id,plan\na,x\n,x\n"}, rejects=rejects)) == 1
    assert rejects.reasons() == {"no_account": 1}


def test_a_file_without_account_ids_is_refused(tmp_path):
    with pytest.raises(MissingColumns, match="account_id"):
        accounts(tmp_path, {"a.csv": b"user,plan\na,x\n"})


def test_the_accounts_section_of_a_map_names_their_columns(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text('account_id = "auth.sub"\n[accounts]\naccount_id = "id"\nplan = "tier.name"\n')
    mapping = read_mapping(path)
    assert mapping == Mapping({"account_id": "auth.sub"}, {"account_id": "id", "plan": "tier.name"})
    (row,) = accounts(tmp_path, {"a.jsonl": b'{"id":7,"tier":{"name":"free"}}'}, mapping)
    assert (row["account_id"], row["plan"]) == ("7", "free")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('acount_id = "x"', "Did you mean account_id?"),
        ("account_id = 7", "must name a field"),
        ('accounts = "x"', r"\[accounts\]"),
        ("= 1", "cannot be read as a TOML map"),
        ("[accounts]\nplans = 'x'", "Did you mean plan?"),
    ],
)
def test_a_wrong_map_is_refused_with_a_hint(tmp_path, text, words):
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        read_mapping(path)
