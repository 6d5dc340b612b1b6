import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.profiles.addresses import _parsed, parse_address


@pytest.mark.parametrize(
    ("text", "host", "network"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        (" 198.51.100.7 ", "198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", None, None),
        ("127.0.0.1", None, None),
        ("81.2.69.***", None, "81.2.69.0/24"),
        ("81.2.69.x", None, "81.2.69.0/24"),
        ("127.0.0.***", None, None),
        ("81.2.***.***", None, None),
        ("not an address", None, None),
        (None, None, None),
    ],
)
def test_an_address_gives_its_host_and_network(text, host, network):
    assert parse_address(text) == (host, network)


@given(st.ip_addresses(v=4).map(str) | st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4}){2,4}", fullmatch=True))
def test_the_short_way_for_plain_addresses_gives_what_the_long_way_gives(text):
    assert parse_address(text) == _parsed(text)


@pytest.mark.parametrize(
    "block", ["0.0.0.0/30", "127.0.0.0/30", "169.254.1.0/30", "224.0.0.0/30", "239.255.255.252/30", "240.0.0.0/30"]
)
def test_the_two_ways_agree_at_the_edges_of_special_blocks(block):
    for address in map(str, ipaddress.ip_network(block)):
        assert parse_address(address) == _parsed(address)
