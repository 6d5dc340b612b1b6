"""Groups that nothing ties together, joined where one set of tasks is dealt out among them."""

import numpy as np

from detector.campaigns.kin import kin
from detector.campaigns.passages import passages
from detector.campaigns.reference import Reference
from tests.campaigns.test_verify import words
from tests.campaigns.writers import FRAMES
from tests.profiles.batches import tables

HOUR = 3_600_000_000
POOLS, EACH = 6, 5


def joined(frame=FRAMES["a"], own_topics=False, overt=False, one_set=False):
    """Whether pools of accounts with a frame each request stands in come out as one."""
    rng = np.random.default_rng(5)
    rows, facts = [], []
    tasks = [words(rng, j % 4) for j in range(40)]
    for i in range(POOLS * EACH):
        pool, name = i // EACH, f"a{i:02}"
        owner = f"{pool}" if overt else name
        facts.append({"account_id": name, "payment_fingerprint": f"card {owner}", "email_domain": f"{owner}.example"})
        for j in range(40):
            topic = pool % 4 if own_topics else rng.integers(0, 4)
            task = tasks[j] if one_set else words(rng, topic)
            rows.append({"account_id": name, "at": j * HOUR, "prompt": f"{frame} {task}"})
    for i in range(60):
        for j in range(24):
            topic = i % 4 if rng.random() < 0.8 else rng.integers(0, 4)
            rows.append({"account_id": f"p{i:02}", "at": j * HOUR, "prompt": words(rng, topic)})
    made = tables(rows, facts)
    label = np.where(np.arange(len(made.accounts)) < POOLS * EACH, np.arange(len(made.accounts)) // EACH, -1)
    found = kin(label, Reference(made, np.flatnonzero(label < 0)), passages(made))
    assert (found[POOLS * EACH :] == -1).all()
    assert set(found[: POOLS * EACH]) == set(range(found.max() + 1))
    return found.max() == 0


def test_pools_in_one_wording_with_tasks_dealt_out_among_them_are_one():
    assert joined()


def test_pools_with_topics_of_their_own_stay_apart():
    assert not joined(own_topics=True)


def test_small_firms_that_do_not_hide_stay_apart_whatever_they_ask():
    assert not joined(overt=True)


def test_groups_that_run_one_set_stay_apart():
    assert not joined(one_set=True)


def test_pools_without_a_wording_in_common_stay_apart():
    assert not joined(frame="")
