import numpy as np
import pytest

from detector.features import identity

from .conftest import by_name, tables_of

# Five values, of which three have one holder, one has two and one has three.
SHARED = dict(zip("abcdefgh", ["x", "x", "x", "y", "y", "p", "q", "r"], strict=True))
SLOPE = np.log2((5 + 0.5) / (2 + 0.5))


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (identity.payment_surprise, "payment_fingerprint"),
        (identity.device_surprise, "device_id"),
        (identity.signup_address_surprise, "signup_ip"),
        (identity.domain_surprise, "email_domain"),
    ],
)
def test_shared_facts_surprise_by_how_rare_sharing_is(feature, column):
    accounts = {name: {column: value} for name, value in SHARED.items()}
    values = by_name(feature, tables_of({name: ["09:00"] for name in "abcdefghi"}, accounts))
    assert values["a"] == pytest.approx(SLOPE * np.log10(3))
    assert values["d"] == pytest.approx(SLOPE * np.log10(2))
    assert values["f"] == 0
    assert np.isnan(values["i"])


def test_shared_card_of_a_verified_organisation_does_not_surprise():
    seat = {"payment_fingerprint": "x", "organization_id": "o", "organization_verified": True}
    tables = tables_of({name: ["09:00"] for name in "abc"}, dict.fromkeys("abc", seat))
    assert by_name(identity.payment_surprise, tables).tolist() == [0, 0, 0]


def test_a_public_mailbox_provider_does_not_surprise():
    listed = {name: {"email_domain": "gmail.com"} for name in "abc"}
    popular = {f"user-{i:02}": {"email_domain": "mail.example"} for i in range(21)}
    accounts = listed | popular
    values = by_name(identity.domain_surprise, tables_of({name: ["9:00"] for name in accounts}, accounts))
    assert (values == 0).all()


@pytest.mark.parametrize(
    ("feature", "column"),
    [(identity.address_surprise, "address"), (identity.subnet_surprise, "subnet")],
)
def test_places_surprise_by_the_mean_over_requests(feature, column):
    log = {name: [{"at": "09:00", column: place}] for name, place in SHARED.items()}
    log["a"] *= 3
    log["a"].append({"at": "10:00", column: "r"})  # which now has two holders, like y
    slope = np.log2((5 + 0.5) / (3 + 0.5))
    expected = slope * (3 * np.log10(3) + np.log10(2)) / 4
    assert by_name(feature, tables_of(log))["a"] == pytest.approx(expected)


def test_addresses_per_day():
    rows = [{"at": f"{day} 09:00", "address": str(i)} for i, day in enumerate((1, 1, 1, 3))]
    values = by_name(identity.addresses_per_day, tables_of({"a": rows, "unknown": ["09:00"]}))
    assert values["a"] == 4 / 2
    assert np.isnan(values["unknown"])


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (identity.subnets_in_ten, "subnet"),
        (identity.clients_in_ten, "client"),
        (identity.end_users_in_ten, "end_user"),
    ],
)
def test_distinct_values_in_ten(feature, column):
    log = {
        "one": [{"at": "09:00", column: "same"}] * 11,
        "many": [{"at": "09:00", column: str(i)} for i in range(12)],
        "few": [{"at": "09:00", column: "same"}] * 9,
    }
    values = by_name(feature, tables_of(log))
    assert (values["one"], values["many"]) == (pytest.approx(1), pytest.approx(10))
    assert np.isnan(values["few"])


def test_network_hops_count_only_requests_close_in_time():
    places = ["a", "a", "b", "b", "b", "c"]  # a minute apart: two hops in five steps
    rows = [{"at": f"09:0{i}", "subnet": place} for i, place in enumerate(places)]
    log = {"a": [*rows, {"at": "10:00", "subnet": "d"}], "few": rows[:5]}
    values = by_name(identity.network_hops, tables_of(log))
    assert values["a"] == 2 / 5
    assert np.isnan(values["few"])


def test_nameless_client_share():
    rows = [{"at": "09:00", "client": client} for client in ("sdk", None, None, "sdk")]
    assert by_name(identity.nameless_client_share, tables_of({"a": rows}))["a"] == 1 / 2
