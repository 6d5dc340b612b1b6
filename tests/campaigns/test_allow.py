import datetime as dt

import pandas as pd
import pytest

from detector.campaigns.allow import AllowList, Entry, read_allow
from detector.errors import UsageError
from tests.profiles.batches import KEY, tables

DAY = dt.date(2026, 6, 1)


def entry(type_, value, expires=DAY):
    return Entry(type_, value, "checked with the customer", "jo", expires)


def written(tmp_path, text):
    path = tmp_path / "allow.toml"
    path.write_text(text)
    return path


WHOLE = """
[[allow]]
type = "organization"
value = "org-7"
reason = "contract 12, a labelling vendor"
author = "jo"
expires = 2027-01-31
"""


def test_an_entry_is_read_with_reason_author_and_expiry(tmp_path):
    (found,) = read_allow(written(tmp_path, WHOLE)).entries
    assert found == Entry("organization", "org-7", "contract 12, a labelling vendor", "jo", dt.date(2027, 1, 31))
    assert found.note == "contract 12, a labelling vendor (jo, until 2027-01-31)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace('author = "jo"\n', ""), "entry 1 lacks author"),
        (WHOLE.replace('"jo"', '""'), "author must be text"),
        (WHOLE.replace("2027-01-31", '"2027-01-31"'), "without quotes"),
        (WHOLE.replace('"organization"', '"organisation"'), "Did you mean organization?"),
        (WHOLE + 'note = "x"\n', "no field is called 'note'"),
        ('allowed = "all"\n', "tables [[allow]] and nothing else"),
        ("[[allow]\n", "cannot be read"),
    ],
)
def test_a_list_that_is_not_complete_is_refused_in_one_sentence(tmp_path, text, said):
    with pytest.raises(UsageError, match=r"allow\.toml") as caught:
        read_allow(written(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_entry_holds_through_its_last_day_and_not_longer():
    listed = AllowList((entry("account", "a"),))
    assert listed.on(DAY).entries == listed.entries
    assert listed.on(DAY + dt.timedelta(days=1)) == AllowList((), listed.entries)


def test_a_campaign_is_suppressed_where_half_of_it_is_vouched_for():
    people = pd.DataFrame({"account_id": list("abcd"), "organization_id": ["org", None, "org", None]})
    firm = entry("organization", "org")
    assert AllowList((firm,)).suppressing(people) == firm
    assert AllowList((entry("account", "a"),)).suppressing(people) is None
    assert AllowList((firm, entry("account", "b"))).vouchers(people)[3] is None


def kinds_of(made):
    return set(made.keys["kind"].astype(str))


@pytest.mark.parametrize(
    ("type_", "value", "gone"),
    [
        ("address", "192.0.2.1", {"address", "signup_address"}),
        ("network", "192.0.2.0/24", {"subnet", "signup_subnet"}),
        ("client", "kit/1", {"client"}),
        ("system_prompt", "You are the agent of version 7.", {"system"}),
        ("payment", "card-1", {"payment"}),
        ("domain", "school.example", {"domain"}),
    ],
)
def test_an_allowed_key_links_nobody_and_the_others_still_do(type_, value, gone):
    row = {
        "client_ip": "192.0.2.1",
        "user_agent": "kit/1",
        "system_prompt": "You are the agent of version 9.",
        "prompt": "x",
    }
    fact = {"signup_ip": "192.0.2.1", "payment_fingerprint": "card-1", "email_domain": "school.example"}
    made = tables(
        [{"account_id": name, "at": i, **row} for name in "abc" for i in range(9)],
        [{"account_id": name, **fact} for name in "abc"],
    )
    left = AllowList((entry(type_, value),)).without_keys(made, KEY)
    assert kinds_of(made) - kinds_of(left) == gone
    assert AllowList((entry(type_, "198.51.100.9"),)).without_keys(made, KEY) is made
