"""Overt owners: whose a group is shows in one payer, one mailbox domain, one place of sign-up, one name.

An operator who hides has each account pay, sign up or be named apart from most others; a firm, a school or an agency
does not take that trouble.

References
----------
.. [1] Stringhini, G. et al. (2015), "EvilCohort", USENIX Security (communities of benign accounts behind one address).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort

#: Share of ordinary accounts with a mailbox domain from which it is a public provider's, not an organisation's.
PUBLIC_DOMAIN = 0.02


@dataclass(frozen=True)
class Owner:
    """Shares of a group that have the commonest value of what an owner would give them.

    Attributes
    ----------
    payment, domain, signup, name : float
        Card, mailbox domain that is no public provider's, network of sign-up, and organisation named.
    address : float
        Network that most of an account's requests come from.
    known : bool
        Whether anything is known of the accounts but their requests.
    """

    payment: float
    domain: float
    signup: float
    name: float
    address: float
    known: bool

    @property
    def overt(self) -> float:
        """Share that two of the four have in common, or, where nothing is known of accounts, a network."""
        return sorted((self.payment, self.domain, self.signup, self.name))[-2] if self.known else self.address


def owner_of(cohort: Cohort) -> Owner:
    """What the accounts of a group have in common that an owner would give them."""
    people, keys = cohort.people, cohort.keys
    return Owner(
        payment=top_share(people["payment_fingerprint"], len(people)),
        domain=top_share(_own_domains(cohort), len(people)),
        signup=top_share(keys.loc[keys["kind"] == "signup_subnet", "key"], len(people)),
        name=top_share(people["organization_id"], len(people)),
        address=top_share(_main_networks(cohort), len(people)),
        known=bool(people["has_account_row"].any()),
    )


def top_share(values: pd.Series, n: int) -> float:
    """Share of `n` that the commonest of the known values has."""
    counts = values.dropna().value_counts()
    return float(counts.iloc[0] / n) if len(counts) else 0.0


def _main_networks(cohort: Cohort) -> pd.Series:
    """Network that most held-back requests of each member come from."""
    rows = cohort.held_back
    address = rows[rows["subnet"] != 0].groupby(["account", "subnet"])["weight"].sum().reset_index()
    return address.sort_values("weight", ascending=False).drop_duplicates("account")["subnet"]


def _own_domains(cohort: Cohort) -> pd.Series:
    """Mailbox domains of the members that are not a public provider's."""
    domains = cohort.people["email_domain"]
    shares = domains.map(cohort.reference.domain_shares).fillna(0.0)
    return domains.where(shares.to_numpy(dtype=np.float64) <= PUBLIC_DOMAIN)
