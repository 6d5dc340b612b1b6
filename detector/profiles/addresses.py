"""Client addresses as keys: the host, and the network around it."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = re.compile(rf"({_OCTET})((?:\.{_OCTET}){{2}})\.{_OCTET}", re.ASCII)
#: The last octet is masked, as in logs that keep only the network.
_MASKED_V4 = re.compile(rf"({_OCTET}(?:\.{_OCTET}){{2}})\.(?:\*{{1,3}}|[xX]{{1,3}})", re.ASCII)
#: First octets of v4 addresses some of which say nothing of a client, and so get a closer look.
_SPECIAL = frozenset({"0", "127", "169", *map(str, range(224, 240))})


@lru_cache(maxsize=1 << 16)
def parse_address(text: str | None) -> tuple[str | None, str | None]:
    """Host and network of an address: v4 as itself and its /24, v6 as its /64 and its /48.

    A v6 host is its /64, which one subscriber holds whole; v4 addresses mapped into v6 are v4. Private, loopback
    and otherwise unroutable-by-design addresses of a gateway say nothing of a client and give nulls, but the ranges
    kept for documentation count as ordinary ones. Of an address with a masked last octet the network is known and the
    host is not. Anything that is not an address gives nulls.

    Examples
    --------
    >>> parse_address("198.51.100.7")
    ('198.51.100.7', '198.51.100.0/24')
    """
    if text is None:
        return None, None
    plain = _V4.fullmatch(text)
    if plain is not None and plain[1] not in _SPECIAL:
        return text, f"{plain[1]}{plain[2]}.0/24"
    return _parsed(text)


def _parsed(text: str) -> tuple[str | None, str | None]:
    """Host and network of an address in any notation."""
    masked = _MASKED_V4.fullmatch(text.strip())
    if masked is not None:
        return None, _parsed(f"{masked[1]}.0")[1]
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").split("%")[0])
    except ValueError:
        return None, None
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast:
        return None, None
    if address.version == 4:
        return str(address), str(ipaddress.ip_network((int(address) & ~0xFF, 24)))
    high = int(address) >> 64
    host = ipaddress.ip_network((high << 64, 64))
    return str(host), str(ipaddress.ip_network((high >> 16 << 80, 48)))
