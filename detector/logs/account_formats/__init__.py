"""Formats of files that tell of accounts: tables of gateways, exports of providers and of payment processors."""

from __future__ import annotations

from detector.logs.account_formats import anthropic, litellm, openai, stripe
from detector.logs.formats.declare import Format

ACCOUNT_FORMATS: dict[str, Format] = {
    format.name: format
    for format in (litellm.KEYS, litellm.USERS, litellm.END_USERS, openai.USERS, openai.KEYS, anthropic.USERS,
                   anthropic.KEYS, stripe.PAYMENT_METHODS)
}  # fmt: skip
#: The column that every accounts file with canonical names has.
CANONICAL_SIGNS = ("account_id",)
