"""Stripe's payment methods: the fingerprint that tells one card from another."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from detector.logs.account import Account, domain_of, pattern_of
from detector.logs.formats.declare import Format
from detector.logs.nested import as_object, first
from detector.logs.query import Value

_ACCOUNTS = ("account_id", "user_id", "customer_id")
_KINDS = ("card", "sepa_debit", "us_bank_account", "bacs_debit", "au_becs_debit")


class PaymentMethod(Struct):
    """A payment method of the API, or a row of the dashboard's export of them."""

    customer: Value = None
    metadata: Value = None
    billing_details: Value = None
    card: Value = None
    sepa_debit: Value = None
    us_bank_account: Value = None
    bacs_debit: Value = None
    au_becs_debit: Value = None
    flat_customer: Value = field(default=None, name="Customer ID")
    fingerprint: Value = field(default=None, name="Card Fingerprint")
    funding: Value = field(default=None, name="Card Funding")
    country: Value = field(default=None, name="Card Issue Country")
    email: Value = field(default=None, name="Customer Email")
    account: Value = field(default=None, name="account_id (metadata)")


def of_method(row: PaymentMethod) -> Account:
    """Read a payment method; its account is what the metadata names so, or the customer."""
    instrument = _instrument(row)
    billing, metadata = as_object(row.billing_details), as_object(row.metadata)
    customer = row.customer.get("id") if isinstance(row.customer, dict) else row.customer
    email = first(billing.get("email"), row.email)
    return Account(
        account_id=first(*(metadata.get(name) for name in _ACCOUNTS), row.account, customer, row.flat_customer),
        email_domain=domain_of(email),
        email_pattern=pattern_of(email),
        payment_fingerprint=first(instrument.get("fingerprint"), row.fingerprint),
        payment_funding=first(instrument.get("funding"), row.funding),
        country=first(as_object(billing.get("address")).get("country"), instrument.get("country"), row.country),
        fields=metadata,
    )


def _instrument(row: PaymentMethod) -> dict[str, Any]:
    """Card or bank account, whichever the method is."""
    return next((found for kind in _KINDS if (found := as_object(getattr(row, kind)))), {})


PAYMENT_METHODS = Format(
    "stripe-payment-methods",
    "Stripe payment methods",
    (("object=payment_method",), ("customer", "card.fingerprint"), ("Customer ID", "Card Fingerprint")),
    PaymentMethod,
    of_method,
)
