"""Client addresses as keys: the host, and the network around it."""

from __future__ import annotations

import ipaddress


def parse_address(text: str | None) -> tuple[str | None, str | None]:
    """Host and network of an address: v4 as itself and its /24, v6 as its /64 and its /48.

    A v6 host is its /64, which one subscriber holds whole; v4 addresses mapped into v6 are v4. Private, loopback
    and otherwise unroutable-by-design addresses of a gateway say nothing of a client and give nulls, but the ranges
    kept for documentation count as ordinary ones. Anything that is not an address gives nulls.

    Examples
    --------
    >>> parse_address("198.51.100.7")
    ('198.51.100.7', '198.51.100.0/24')
    """
    if text is None:
        return None, None
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
