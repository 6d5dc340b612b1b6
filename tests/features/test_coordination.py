import numpy as np
import pytest
from scipy.stats import poisson

from detector.features import coordination

from .conftest import by_name, tables_of


def population(shared, others=7, plain=("09:00",)):
    """Log of accounts a, b and c with the given requests, and of others with a bare one."""
    return {name: shared for name in "abc"} | {f"other-{i}": list(plain) for i in range(others)}


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (coordination.shared_head, "head"),
        (coordination.shared_tail, "tail"),
        (coordination.shared_system, "system"),
        (coordination.shared_phrase, "phrase_2"),
    ],
)
def test_wording_shared_by_three_of_ten_counts_by_its_rarity(feature, column):
    log = population([{"at": "09:00", column: "shared"}] * 2)
    log["a"] = [*log["a"], *[{"at": "09:01", column: "own"}] * 2]
    values = by_name(feature, tables_of(log))
    assert values["b"] == pytest.approx(np.log(10 / 3) / np.log(10))
    assert values["a"] == pytest.approx(np.log(10 / 3) / np.log(10) / 2)


def test_an_opening_used_once_is_a_question_and_no_frame():
    log = population([{"at": "09:00", "head": "how do I"}, {"at": "09:00", "head": None}])
    assert by_name(coordination.shared_head, tables_of(log))["a"] == 0


def test_a_repeated_phrase_counts_wherever_it_stands():
    log = population([{"at": "09:00", "phrase_0": "p"}, {"at": "09:01", "phrase_3": "p"}])
    log["a"] = [{"at": "09:00", "phrase_0": "p"}, {"at": "09:01", "phrase_0": "own"}]
    values = by_name(coordination.shared_phrase, tables_of(log))
    assert values["b"] == pytest.approx(np.log(10 / 3) / np.log(10))
    assert values["a"] == 0


@pytest.mark.parametrize("holders", [2, 10])
def test_wording_of_two_or_of_all_is_no_sign(holders):
    row = {"at": "09:00", "head": "shared"}
    log = {f"account-{i}": [row if i < holders else {**row, "head": str(i)}] * 2 for i in range(10)}
    assert (by_name(coordination.shared_head, tables_of(log)) == 0).all()


def test_tiled_share_needs_a_shared_frame_and_a_prompt_of_ones_own():
    log = population([])
    for name in "abc":
        log[name] = [
            {"at": "09:00", "head": "frame", "prompt": "everybody's"},
            {"at": "09:01", "head": "frame", "prompt": f"task of {name}"},
            {"at": "09:02", "head": f"idea of {name}", "prompt": f"question of {name}"},
        ]
    weight = np.log(10 / 3) / np.log(10)
    value = by_name(coordination.tiled_share, tables_of(log))["a"]
    assert value == pytest.approx(weight / 3)


def test_handed_session_share_counts_sessions_of_two_principals():
    log = {f"account-{i}": [{"at": "09:00", "session": str(i)}] for i in range(10)}
    log["account-0"].append({"at": "09:30", "session": "1"})
    value = by_name(coordination.handed_session_share, tables_of(log))["account-0"]
    assert value == pytest.approx(np.log(10 / 2) / np.log(10) / 2)


def test_rare_key_families_counts_families_and_not_keys():
    log = population([{"at": "09:00", "head": "frame", "tail": "end"}])
    accounts = {name: {"payment_fingerprint": "card"} for name in "abc"}
    log["other-0"] = [{"at": "09:00", "head": "alone"}]
    values = by_name(coordination.rare_key_families, tables_of(log, accounts))
    assert (values["a"], values["other-0"]) == (2, 0)


def joint(holders, pairs):
    """Surprise at five of 200 with frame and fact, each of which only those five have."""
    expected = holders * holders / 200
    return -np.log10(poisson.sf(holders - 1, expected)) - np.log10(pairs * 200)


def ring(row=None):
    log = {f"ring-{i}": [{"at": "09:00", "head": "frame", **(row or {})}] for i in range(5)}
    return log | {f"other-{i:03}": [{"at": "09:00", "head": str(i)}] for i in range(195)}


def test_content_and_payment_is_the_surprise_at_having_both():
    cards = {f"ring-{i}": {"payment_fingerprint": "card"} for i in range(5)}
    values = by_name(coordination.content_and_payment, tables_of(ring(), cards))
    assert values["ring-0"] == pytest.approx(joint(5, pairs=3))
    assert values["other-000"] == 0


def test_content_and_signup_is_the_surprise_at_having_both():
    born = {f"ring-{i}": {"created_at": f"-3 12:0{i}"} for i in range(5)}
    values = by_name(coordination.content_and_signup, tables_of(ring(), born))
    assert values["ring-0"] == pytest.approx(joint(5, pairs=6))


def test_content_and_signup_expects_many_on_a_launch_day():
    log = ring()
    tables = tables_of(log, {name: {"created_at": "1 08:30"} for name in log})
    assert (by_name(coordination.content_and_signup, tables) == 0).all()


def test_content_and_network_is_the_surprise_at_having_both():
    values = by_name(coordination.content_and_network, tables_of(ring({"subnet": "10.0.0"})))
    assert values["ring-0"] == pytest.approx(joint(5, pairs=6))


def framed(log):
    """Add five accounts outside to a log of accounts in one frame."""
    return log | {f"other-{i}": [{"at": "09:00", "head": str(i)}] for i in range(5)}


def test_frame_load_variation_of_equal_loads_is_below_zero():
    log = framed({f"pool-{i}": [{"at": "09:00", "head": "frame"}] * 2 for i in range(5)})
    values = by_name(coordination.frame_load_variation, tables_of(log))
    assert values["pool-0"] == pytest.approx((0 - 2) / 4)  # variance 0, chance 2, mean 2
    assert np.isnan(values["other-0"])


def test_frame_load_variation_of_people():
    loads = [1, 1, 1, 1, 11]  # mean 3, variance 20, chance 3
    log = {f"user-{i}": [{"at": "09:00", "head": "frame"}] * n for i, n in enumerate(loads)}
    value = by_name(coordination.frame_load_variation, tables_of(framed(log)))["user-0"]
    assert value == pytest.approx((20 - 3) / 9)


def topics(name, counts):
    return [
        {"at": "09:00", "head": "frame", "prompt": f"{name} {topic} {i}", "topic": topic}
        for topic, count in enumerate(counts)
        for i in range(count)
    ]


def test_frame_topic_deviation_of_one_account_with_its_own_taste():
    log = {f"even-{i}": topics(f"even-{i}", [5, 5]) for i in range(4)}
    log["taste"] = topics("taste", [10, 0])
    values = by_name(coordination.frame_topic_deviation, tables_of(framed(log)))
    # All five: 30 and 20 of 50, so 6 and 4 were expected of ten; one degree of freedom, of which
    # an account that is a fifth of the table itself has four fifths.
    assert values["taste"] == pytest.approx(((10 - 6) ** 2 / 6 + (0 - 4) ** 2 / 4) / 0.8)
    assert values["even-0"] == pytest.approx(((5 - 6) ** 2 / 6 + (5 - 4) ** 2 / 4) / 0.8)


def test_frame_topic_deviation_counts_a_repeated_prompt_once():
    log = {f"user-{i}": topics(f"user-{i}", [5, 5]) for i in range(5)}
    log["user-0"] += [log["user-0"][0]] * 20
    value = by_name(coordination.frame_topic_deviation, tables_of(framed(log)))["user-0"]
    assert value == pytest.approx(0)


def test_frame_topic_deviation_of_random_shards_is_about_one():
    rng = np.random.default_rng(7)
    drawn = rng.multinomial(60, np.full(12, 1 / 12), size=40)
    log = {f"shard-{i:02}": topics(f"shard-{i:02}", row) for i, row in enumerate(drawn)}
    values = by_name(coordination.frame_topic_deviation, tables_of(framed(log)))
    assert values.dropna().mean() == pytest.approx(1, abs=0.15)


def test_frame_synchrony_compares_with_the_platform():
    log = {f"pool-{i}": [{"at": f"{hour}:00", "head": "frame"} for hour in range(10)] for i in range(5)}
    log |= {f"other-{i}": [{"at": f"{hour}:00", "head": str(i)} for hour in range(10, 20)] for i in range(5)}
    values = by_name(coordination.frame_synchrony, tables_of(log))
    # In each of its hours 4 others of the pool's 40 hours are active, and 4 of all 90.
    assert values["pool-0"] == pytest.approx((40 / 40) / (40 / 90))
    assert np.isnan(values["other-0"])
