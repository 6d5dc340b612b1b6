import pytest

from detector.drill import Recipe, simulate


@pytest.fixture(scope="module")
def world():
    names = (
        "reasoning_class", "starter_kit_hackathon", "startup_programme", "harness_runners", "published_rubric",
        "app_users", "freelancers", "cron_users", "overnight_developer", "subset_runners",
    )  # fmt: skip
    return simulate(Recipe(accounts=0, days=7, populations=dict.fromkeys(names, 1)), seed=8)


@pytest.fixture
def group(world):
    def of(name):
        accounts = world.accounts.merge(world.labels, on="account_id")
        asked = world.queries.merge(world.labels[["account_id", "population"]], on="account_id")
        return accounts[accounts["population"] == name], asked[asked["population"] == name]

    return of


def test_users_of_an_app_share_its_prompt_and_client_and_nothing_else(group):
    accounts, asked = group("app_users")
    assert len(accounts) >= 150
    assert asked["system_prompt"].nunique() == 1 and asked["user_agent"].nunique() == 1
    assert accounts["payment_fingerprint"].dropna().is_unique


def test_a_class_asks_for_reasoning_because_the_sheet_says_so(group):
    _, asked = group("reasoning_class")
    first = asked[asked["n_messages"] == 1]
    assert first["prompt"].str.contains("Show every step of your reasoning").all()
    assert first["prompt"].nunique() <= 80


def test_a_hackathon_with_a_starter_kit_has_one_system_prompt(group):
    _, asked = group("starter_kit_hackathon")
    assert asked["system_prompt"].nunique() == 1
    assert asked["prompt"].nunique() > 0.95 * len(asked)


def test_a_programme_gives_one_referral_to_firms_with_products_of_their_own(group):
    accounts, asked = group("startup_programme")
    assert accounts["referrer"].nunique() == 1 and accounts["payment_fingerprint"].isna().all()
    assert accounts["email_domain"].nunique() == len(accounts)
    assert asked["system_prompt"].nunique() == asked["account_id"].nunique()


def test_harness_users_ask_for_log_probabilities_at_temperature_0_at_times_of_their_own(group):
    accounts, asked = group("harness_runners")
    assert (asked["top_logprobs"] > 0).all() and (asked["temperature"] == 0).all()
    assert asked.groupby("account_id")["timestamp"].min().dt.floor("h").nunique() > 0.6 * len(accounts)
    assert asked.groupby("prompt")["account_id"].nunique().median() >= 3


def test_groups_that_run_parts_of_a_public_set_have_a_tenth_of_it_each(group):
    accounts, asked = group("subset_runners")
    assert accounts["payment_fingerprint"].dropna().is_unique
    assert asked.groupby("account_id")["prompt"].nunique().median() == pytest.approx(95, abs=8)
    assert asked["prompt"].nunique() <= 1000


def test_judges_of_unrelated_firms_share_a_rubric(group):
    accounts, asked = group("published_rubric")
    assert asked["prompt"].str.contains("Heath rubric").all()
    assert accounts["payment_fingerprint"].dropna().is_unique


def test_freelancers_use_a_published_frame_for_a_part_of_their_work(group):
    _, asked = group("freelancers")
    assert 0.15 < asked["prompt"].str.contains("Marlow method").mean() < 0.8


def test_cron_jobs_start_at_the_top_of_the_hour(group):
    _, asked = group("cron_users")
    assert (asked["timestamp"].dt.minute == 0).mean() > 0.95


def test_a_developer_works_all_night_on_one_repository(group):
    accounts, asked = group("overnight_developer")
    daily = asked.groupby("account_id").size() / 7
    assert daily.between(300, 5500).all()
    night = asked["timestamp"].dt.hour.isin([20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    assert night.mean() > 0.8
    assert len(accounts) <= 2
