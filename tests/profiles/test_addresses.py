import pytest

from detector.profiles.addresses import parse_address


@pytest.mark.parametrize(
    ("text", "host", "network"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        (" 198.51.100.7 ", "198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", None, None),
        ("127.0.0.1", None, None),
        ("81.2.69.***", None, None),
        ("not an address", None, None),
        (None, None, None),
    ],
)
def test_an_address_gives_its_host_and_network(text, host, network):
    assert parse_address(text) == (host, network)
