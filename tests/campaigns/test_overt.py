"""Whether a group hides whose it is."""

import numpy as np

from detector.campaigns.cohort import Cohort
from detector.campaigns.overt import owner_of
from detector.campaigns.reference import Reference
from tests.profiles.batches import tables


def owner(facts, others="provider.example", n_others=100):
    """What ten accounts with these facts have in common, among others with mailboxes of one provider."""
    people = [{"account_id": f"a{i}", **{k: v.format(i=i) for k, v in facts.items()}} for i in range(10)]
    people += [{"account_id": f"p{i:03}", "email_domain": others} for i in range(n_others)]
    rows = [{"account_id": one["account_id"], "at": i, "prompt": f"prompt {i}"} for i, one in enumerate(people)]
    made = tables(rows, people)
    members = np.arange(10)
    return owner_of(Cohort(members, np.ones(10, bool), Reference(made, np.arange(10, len(made.accounts)))))


def test_one_card_and_one_mailbox_domain_are_an_overt_owner():
    found = owner({"payment_fingerprint": "one", "email_domain": "firm.example"})
    assert (found.payment, found.domain, found.overt) == (1.0, 1.0, 1.0)


def test_mailboxes_of_a_public_provider_are_no_owner():
    found = owner({"payment_fingerprint": "one", "email_domain": "provider.example"})
    assert (found.payment, found.domain, found.overt) == (1.0, 0.0, 0.0)


def test_one_fact_in_common_is_not_enough():
    assert owner({"payment_fingerprint": "card {i}", "email_domain": "firm.example"}).overt == 0.1


def test_where_nothing_is_known_of_accounts_the_network_speaks():
    rows = [
        {"account_id": f"a{i}", "at": i, "prompt": f"{i} {j}", "client_ip": "192.0.2.1"} for i in range(6) for j in "ab"
    ]
    made = tables(rows)
    found = owner_of(Cohort(np.arange(6), np.ones(6, bool), Reference(made, np.zeros(0, np.int64))))
    assert not found.known
    assert found.overt > 0
