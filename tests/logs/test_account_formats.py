import csv
import io
import json
from datetime import UTC, datetime

import pytest

from detector.logs.account import Account, domain_of, pattern_of
from detector.logs.account_formats import ACCOUNT_FORMATS
from detector.logs.accounts import read_accounts
from detector.logs.formats import recognise
from detector.logs.rejects import Rejects
from detector.schema import ACCOUNT_NAMES
from detector.settings import Reading

HASH = "ab" * 32
LITELLM_KEY = {
    "token": HASH,
    "key_name": "sk-...x1",
    "key_alias": "prod",
    "spend": 1.5,
    "user_id": "ann",
    "team_id": "t-1",
    "organization_id": None,
    "created_at": "2026-02-01 10:00:00.5",
    "blocked": True,
    "metadata": {},
}
LITELLM_USER = {
    "user_id": "ann",
    "user_email": "Ann.Lee84+x@Example.COM",
    "user_role": "internal_user",
    "organization_id": "o-1",
    "created_at": "2026-01-01T09:00:00",
    "metadata": "{}",
}
LITELLM_END_USER = {"user_id": "c-1", "alias": "Customer", "blocked": False, "spend": 0}
OPENAI_USER = {
    "object": "organization.user",
    "id": "user-1",
    "name": "Bo",
    "email": "bo1@example.org",
    "role": "owner",
    "added_at": 1767258000,
}
OPENAI_KEY = {
    "object": "organization.project.api_key",
    "id": "key_1",
    "name": "x",
    "redacted_value": "sk-abc...def",
    "created_at": 1767258000,
    "owner": {"type": "user", "user": {"email": "bo1@example.org"}},
}
ANTHROPIC_USER = {
    "type": "user",
    "id": "user_01",
    "email": "cy@example.net",
    "name": "Cy",
    "role": "developer",
    "added_at": "2026-01-01T09:00:00Z",
}
ANTHROPIC_KEY = {
    "type": "api_key",
    "id": "apikey_01",
    "name": "dev",
    "created_at": "2026-01-01T09:00:00Z",
    "status": "inactive",
    "workspace_id": "wrk_1",
    "partial_key_hint": "sk-ant-api03-R2D...igAA",
    "created_by": {"id": "user_01"},
}
STRIPE = {
    "object": "payment_method",
    "id": "pm_1",
    "type": "card",
    "customer": "cus_1",
    "created": 1767258000,
    "livemode": True,
    "billing_details": {"email": "d@example.com", "address": {"country": "fr"}},
    "metadata": {},
    "card": {
        "brand": "visa",
        "fingerprint": "Xt5EWLLDS7FJjR1c",
        "funding": "prepaid",
        "country": "US",
        "last4": "4242",
    },
}
FORMATS = [
    ("litellm-keys", LITELLM_KEY), ("litellm-users", LITELLM_USER), ("litellm-end-users", LITELLM_END_USER),
    ("openai-users", OPENAI_USER), ("openai-keys", OPENAI_KEY), ("anthropic-users", ANTHROPIC_USER),
    ("anthropic-keys", ANTHROPIC_KEY), ("stripe-payment-methods", STRIPE),
]  # fmt: skip
NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)


def accounts(folder, **files):
    paths = []
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        paths.append(path)
    reports = []
    table = read_accounts(paths, Reading(), None, Rejects(), reports)
    rows = {row["account_id"]: {k: v for k, v in row.items() if v is not None} for row in table.to_pylist()}
    return rows, [report.format for report in reports]


def test_an_account_has_the_columns_of_the_schema_in_their_order():
    assert Account.__struct_fields__[: len(ACCOUNT_NAMES)] == ACCOUNT_NAMES


@pytest.mark.parametrize(("name", "record"), FORMATS)
def test_a_record_is_recognised_and_read_in_lines_arrays_and_tables(tmp_path, name, record):
    assert [f.name for f in ACCOUNT_FORMATS.values() if f.sign_in(record)] == [name]
    assert recognise([record], ACCOUNT_FORMATS, ("account_id",)).format is ACCOUNT_FORMATS[name]
    text = io.StringIO()
    flat = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in record.items()}
    writer = csv.DictWriter(text, flat.keys())
    writer.writeheader()
    writer.writerow(flat)
    lines, kind = accounts(tmp_path, a_jsonl=json.dumps(record) + "\n")
    assert kind == [name]
    assert accounts(tmp_path, a_json=[record]) == (lines, kind)
    assert accounts(tmp_path, a_json={"data": [record], "has_more": False}) == (lines, kind)
    assert accounts(tmp_path, a_csv=text.getvalue()) == (lines, kind)


def test_a_litellm_key_is_an_account_and_tells_of_its_user_only_the_tenant(tmp_path):
    rows, _ = accounts(tmp_path, a_jsonl=json.dumps(LITELLM_KEY))
    assert rows[HASH] == {
        "account_id": HASH,
        "created_at": datetime(2026, 2, 1, 10, 0, 0, 500000, tzinfo=UTC),
        "organization_id": "t-1",
        "status": "suspended",
    }
    assert rows["ann"] == {"account_id": "ann", "organization_id": "t-1"}


def test_of_an_address_only_the_domain_and_the_shape_are_kept(tmp_path):
    rows, _ = accounts(tmp_path, a_jsonl=json.dumps(LITELLM_USER))
    assert rows["ann"] == {
        "account_id": "ann",
        "created_at": NINE,
        "email_domain": "example.com",
        "email_pattern": "aaa.aaa99",
        "organization_id": "o-1",
    }


@pytest.mark.parametrize(
    ("address", "domain", "pattern"),
    [
        ("a@b.c", "b.c", "a"),
        ("Jö-9@X.Y", "x.y", "aa-9"),
        ("no address", None, None),
        ("@b.c", None, None),
        (None, None, None),
        (7, None, None),
        ("+tag@b.c", "b.c", None),
    ],
)
def test_mailboxes(address, domain, pattern):
    assert (domain_of(address), pattern_of(address)) == (domain, pattern)


def test_exports_of_providers(tmp_path):
    rows, _ = accounts(
        tmp_path, a_json=[OPENAI_USER], b_json=[OPENAI_KEY], c_json=[ANTHROPIC_USER], d_json=[ANTHROPIC_KEY]
    )
    assert rows["user-1"]["created_at"] == rows["key_1"]["created_at"] == rows["user_01"]["created_at"] == NINE
    assert rows["key_1"]["email_domain"] == "example.org"
    assert (rows["apikey_01"]["status"], rows["apikey_01"]["organization_id"]) == ("suspended", "wrk_1")


def test_a_card_is_its_fingerprint(tmp_path):
    rows, _ = accounts(tmp_path, a_json=[STRIPE])
    assert rows["cus_1"] == {
        "account_id": "cus_1",
        "payment_fingerprint": "Xt5EWLLDS7FJjR1c",
        "payment_funding": "prepaid",
        "country": "FR",
        "email_domain": "example.com",
        "email_pattern": "a",
    }
    named = STRIPE | {"metadata": {"user_id": "ann"}, "customer": {"id": "cus_1", "object": "customer"}}
    assert set(accounts(tmp_path, a_json=[named])[0]) == {"ann"}


def test_several_files_of_different_formats_join_on_the_account(tmp_path):
    paid = STRIPE | {"metadata": {"account_id": "ann"}}
    rows, formats = accounts(
        tmp_path,
        a_csv="account_id,signup_ip,label\nann,198.51.100.7,benign\n",
        b_jsonl=json.dumps(LITELLM_USER),
        c_json=[paid],
    )
    assert formats == ["canonical", "litellm-users", "stripe-payment-methods"]
    assert rows["ann"]["signup_ip"] == "198.51.100.7"
    assert rows["ann"]["created_at"] == NINE
    assert rows["ann"]["payment_fingerprint"] == "Xt5EWLLDS7FJjR1c"


def test_a_raw_key_for_an_account_is_hashed_as_it_is_in_the_log(tmp_path):
    rows, _ = accounts(tmp_path, a_csv="account_id\nsk-proj-abcdefghijklmnopqrst\n")
    assert [name[:7] for name in rows] == ["sha256:"]
