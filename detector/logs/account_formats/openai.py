"""OpenAI's administration API: users and keys of an organization."""

from __future__ import annotations

from msgspec import Struct

from detector.logs.account import Account, domain_of, pattern_of
from detector.logs.formats.declare import Format
from detector.logs.moments import of_seconds
from detector.logs.nested import as_object
from detector.logs.query import Value


class User(Struct):
    """An object organization.user or organization.project.user."""

    id: Value = None
    email: Value = None
    added_at: Value = None


class Key(Struct):
    """An object organization.project.api_key or organization.admin_api_key."""

    id: Value = None
    created_at: Value = None
    owner: Value = None


def of_user(row: User) -> Account:
    """Read a user."""
    return Account(
        account_id=row.id,
        created_at=of_seconds(row.added_at),
        email_domain=domain_of(row.email),
        email_pattern=pattern_of(row.email),
    )


def of_key(row: Key) -> Account:
    """Read a key, with the mailbox of its owner."""
    email = as_object(as_object(row.owner).get("user")).get("email")
    return Account(
        account_id=row.id,
        created_at=of_seconds(row.created_at),
        email_domain=domain_of(email),
        email_pattern=pattern_of(email),
    )


USERS = Format(
    "openai-users",
    "OpenAI users",
    (("object=organization.user",), ("object=organization.project.user",)),
    User,
    of_user,
)
KEYS = Format(
    "openai-keys",
    "OpenAI keys",
    (("object=organization.project.api_key",), ("object=organization.admin_api_key",)),
    Key,
    of_key,
)
