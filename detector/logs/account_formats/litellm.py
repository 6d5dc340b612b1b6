"""LiteLLM's tables of virtual keys, of internal users and of end users."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.account import Account, domain_of, pattern_of
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first
from detector.logs.query import Value

_BLOCKED = (True, "true", "True", "t")


class Key(Struct):
    """A row of LiteLLM_VerificationToken; `token` is the hash of the key."""

    token: Value = None
    user_id: Value = None
    organization_id: Value = None
    team_id: Value = None
    created_at: Value = None
    blocked: Value = None
    metadata: Value = None


class User(Struct):
    """A row of LiteLLM_UserTable."""

    user_id: Value = None
    user_email: Value = None
    organization_id: Value = None
    created_at: Value = None
    metadata: Value = None


class EndUser(Struct):
    """A row of LiteLLM_EndUserTable."""

    user_id: Value = None
    blocked: Value = None


def of_key(row: Key) -> list[Account]:
    """Read a key as an account of its own, and what it tells of its user, whose account is older than the key."""
    tenant = first(row.organization_id, row.team_id)
    status = "suspended" if row.blocked in _BLOCKED else None
    fields = as_object(row.metadata)
    found = [
        Account(account_id=row.token, created_at=row.created_at, organization_id=tenant, status=status, fields=fields)
    ]
    if first(row.user_id) is not None:
        found.append(Account(account_id=row.user_id, organization_id=tenant, fields=fields))
    return found


def of_user(row: User) -> Account:
    """Read an internal user."""
    return Account(
        account_id=row.user_id,
        created_at=row.created_at,
        email_domain=domain_of(row.user_email),
        email_pattern=pattern_of(row.user_email),
        organization_id=first(row.organization_id),
        fields=as_object(row.metadata),
    )


def of_end_user(row: EndUser) -> Account:
    """Read an end user."""
    return Account(account_id=row.user_id, status="suspended" if row.blocked in _BLOCKED else None)


KEYS = Format(
    "litellm-keys", "LiteLLM key table", (("token", "key_alias"), ("token", "spend", "user_id")), Key, of_key
)  # fmt: skip
USERS = Format("litellm-users", "LiteLLM user table", (("user_id", "user_email"),), User, of_user)
END_USERS = Format(
    "litellm-end-users", "LiteLLM end-user table", (("user_id", "alias", "blocked"),), EndUser, of_end_user
)
