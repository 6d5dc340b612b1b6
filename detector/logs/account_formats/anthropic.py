"""Anthropic's administration API: users and keys of an organization."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.account import Account, domain_of, pattern_of
from detector.logs.formats.declare import Format
from detector.logs.query import Value

_STATUS = {"active": "active", "inactive": "suspended", "archived": "closed", "expired": "closed"}


class User(Struct):
    """A user."""

    id: Value = None
    email: Value = None
    added_at: Value = None


class Key(Struct):
    """A key."""

    id: Value = None
    created_at: Value = None
    status: Value = None
    workspace_id: Value = None


def of_user(row: User) -> Account:
    """Read a user."""
    return Account(
        account_id=row.id,
        created_at=row.added_at,
        email_domain=domain_of(row.email),
        email_pattern=pattern_of(row.email),
    )


def of_key(row: Key) -> Account:
    """Read a key; its workspace is the tenant."""
    return Account(
        account_id=row.id,
        created_at=row.created_at,
        organization_id=row.workspace_id,
        status=_STATUS.get(row.status) if isinstance(row.status, str) else None,
    )


USERS = Format("anthropic-users", "Anthropic users", (("type=user", "email", "added_at"),), User, of_user)
KEYS = Format("anthropic-keys", "Anthropic keys", (("type=api_key", "created_at", "status"),), Key, of_key)
