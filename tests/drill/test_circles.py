import numpy as np
import pytest

from detector.drill import Circle, Recipe, simulate
from detector.errors import UsageError


def made(circle, seed=3):
    world = simulate(Recipe(accounts=0, days=5, populations={}, circles=[circle]), seed)
    return world.accounts, world.queries, world.labels


def test_an_organisation_has_one_domain_and_its_cards():
    firm = Circle("firm", "organisation", 40, mailbox="one domain", card="by team", tasks="documents")
    accounts, queries, labels = made(firm)
    assert accounts["email_domain"].nunique() == 1
    assert 2 <= accounts["payment_fingerprint"].nunique() <= 4
    assert not queries["prompt"].duplicated().any()
    assert set(labels["population"]) == {"firm"}
    assert set(labels["kind"]) == {"benign"}


def test_a_gathering_signs_up_within_its_time_and_sits_twice():
    course = Circle(bond="gathering", created="within hours", hours="two sittings", card="none", per_day=20.0)
    accounts, queries, _ = made(course)
    assert np.ptp(accounts["created_at"].astype("int64")) < 3 * 3600 * 1_000_000
    assert accounts["payment_fingerprint"].isna().all()
    assert queries["timestamp"].dt.date.nunique() <= 3


def test_users_of_a_tool_on_servers_sign_up_at_home():
    accounts, queries, _ = made(Circle(place="servers", client="one"))
    assert accounts["signup_ip"].nunique() > 50
    assert queries["client_ip"].value_counts(normalize=True).head(4).sum() > 0.8
    assert queries["user_agent"].nunique() == 1


@pytest.mark.parametrize(("wording", "openings"), [("one", 1), ("modes", 4), ("own", 30)])
def test_words_stand_round_tasks_as_often_as_asked(wording, openings):
    _, queries, _ = made(Circle(accounts=60, tasks="work", wording=wording, words="plain", worded=0.6, per_day=20.0))
    opening = queries["prompt"].str.split("\n").str[0]
    repeated = opening.value_counts()
    repeated = repeated[repeated > 8]
    assert len(repeated) >= openings
    assert repeated.sum() / len(queries) == pytest.approx(0.6, abs=0.1)


def test_a_system_prompt_is_one_for_all():
    _, queries, _ = made(Circle(wording="one", words="grading", written_in="system"))
    assert queries["system_prompt"].nunique() == 1


def test_training_data_from_an_organisations_documents_is_for_a_contract_to_tell():
    with pytest.raises(UsageError, match="plain"):
        Circle(bond="organisation", mailbox="one domain", card="one", tasks="documents", wording="one", words="tags")
