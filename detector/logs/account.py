"""An account as the reader of an accounts file hands it over, and what is kept of its mailbox."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from detector.logs.query import Value

_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
_LONGEST = 64


class Account(Struct, kw_only=True):
    """One account; what a file does not tell stays None. The first attributes are the columns of `schema.ACCOUNTS`."""

    account_id: Value = None
    created_at: Value = None
    email_domain: Value = None
    email_pattern: Value = None
    payment_fingerprint: Value = None
    payment_funding: Value = None
    signup_ip: Value = None
    signup_country: Value = None
    device_id: Value = None
    organization_id: Value = None
    organization_verified: Value = None
    plan: Value = None
    country: Value = None
    referrer: Value = None
    status: Value = None
    closed_at: Value = None
    label: Value = None
    fields: dict[str, Any] | None = None


def domain_of(address: Value) -> str | None:
    """Domain of a mail address, in lower case."""
    name, at, domain = address.strip().rpartition("@") if isinstance(address, str) else ("", "", "")
    return domain.lower() if at and name and domain else None


def pattern_of(address: Value) -> str | None:
    """Shape of a mail address's name: letters as ``a``, digits as ``9``; what stands after a plus is left out.

    Examples
    --------
    >>> pattern_of("jane.doe84+x@example.com")
    'aaaa.aaa99'
    """
    if domain_of(address) is None:
        return None
    name = address.strip().rpartition("@")[0].partition("+")[0][:_LONGEST]
    return _DIGIT.sub("9", _LETTER.sub("a", name)) or None
