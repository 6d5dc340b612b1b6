from dataclasses import replace

import pytest

from detector.campaigns.benign import Explanation, best_explanation
from detector.campaigns.evidence import Evidence, cap_for, digits
from detector.campaigns.overt import Owner
from detector.campaigns.traits import Traits
from detector.campaigns.weigh import weigh
from detector.settings import Campaigns

SETTINGS = Campaigns()
NOTHING = Explanation("nothing", 0.0, 0.0, "", "")


def evidence(family, weight):
    return Evidence(family, "test", "A statement.", 1.0, 0.0, 10**-weight, weight)


LINKED = [evidence("payment", 4), evidence("network", 4)]


def tier(*parts, explanation=NOTHING, requests=500):
    return weigh([*LINKED, *parts], explanation, requests, SETTINGS).tier


def test_coordination_with_extraction_and_sharding_is_tier_a():
    assert tier(evidence("elicitation", 5), evidence("sharding", 4)) == "A"


def test_work_that_is_hardly_likelier_dealt_out_than_peoples_own_makes_no_tier_a():
    assert [tier(evidence("elicitation", 6), evidence("sharding", weight)) for weight in (0.4, 0.6)] == ["B", "A"]


def test_coordination_with_one_of_them_is_tier_b():
    assert tier(evidence("elicitation", 5)) == "B"
    assert tier(evidence("sharding", 4)) == "B"


def test_half_of_extraction_and_half_of_sharding_are_neither():
    assert tier(evidence("harvest", 1.8), evidence("sharding", 1.8)) == "C"
    assert tier(evidence("harvest", 2.0), evidence("sharding", 1.8)) == "B"


def test_ever_new_tasks_in_one_frame_are_what_an_application_sends():
    assert tier(evidence("factory", 2.5), evidence("harvest", 1.5)) == "C"
    assert tier(evidence("factory", 2.5), evidence("harvest", 2.5)) == "B"


def test_a_few_requests_are_no_data_set():
    assert [tier(evidence("elicitation", 6), requests=n) for n in (25, 99, 100)] == ["C", "C", "B"]


def test_coordination_alone_is_watched():
    assert tier() == "C"


def test_one_family_is_no_group_however_strong():
    assert weigh([evidence("content", 4), evidence("elicitation", 6)], NOTHING, 500, SETTINGS).tier is None


def test_many_statements_of_one_family_count_once():
    many = weigh([*LINKED, *[evidence("network", 4)] * 30], NOTHING, 500, SETTINGS)
    assert many.coordination == 8


def test_an_innocent_explanation_takes_from_what_is_taken_and_not_from_belonging_together():
    firm = Explanation("one organisation", 1.0, 8.0, "", "")
    found = weigh([*LINKED, evidence("elicitation", 5)], firm, 500, SETTINGS)
    assert (found.tier, found.coordination, found.taken) == ("C", 8, -3)


def test_interests_of_their_own_speak_against_extraction():
    assert tier(evidence("harvest", 4), evidence("sharding", -6)) == "C"


@pytest.mark.parametrize(("p", "expected"), [(1e-3, 3.0), (1.0, 0.0), (0.0, 6.0), (1e-30, 6.0)])
def test_digits_of_a_p_value_are_capped(p, expected):
    assert digits(p, 6.0) == pytest.approx(expected)


def test_three_accounts_can_give_less_evidence_than_a_hundred():
    assert cap_for(3, 6.0) == pytest.approx(2.377, abs=0.001)
    assert cap_for(100, 6.0) == 6.0


HIDDEN = Owner(payment=0.1, domain=0.2, signup=0.1, name=0.0, address=0.1, known=True)
ORDINARY = dict(
    owner=HIDDEN,
    pooled=0.0,
    mailboxes=0.0,
    devices=0.0,
    one_referrer=0.2,
    unpaid=0.0,
    replay=0.0,
    in_system=0.0,
    worded=True,
    created_72h=0.3,
    own_interests=0.0,
    dealt=0.0,
    tied=16.0,
    owned=12.0,
    signed_up=4.0,
    equal=3.0,
    begun=0.0,
    rotated=0.0,
    judging=False,
    size=80,
)


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"owner": replace(HIDDEN, payment=1.0, domain=1.0)}, "one organisation that does not hide"),
        ({"owner": replace(HIDDEN, name=1.0, domain=1.0)}, "one organisation that does not hide"),
        ({"owner": replace(HIDDEN, known=False, address=1.0)}, "one organisation that does not hide"),
        ({"owner": replace(HIDDEN, signup=1.0), "unpaid": 1.0, "replay": 0.3}, "a course or workshop"),
        ({"one_referrer": 1.0, "unpaid": 1.0, "replay": 0.3}, "a course or workshop"),
        ({"owner": replace(HIDDEN, address=1.0), "size": 3}, "a household or small team"),
        ({"in_system": 0.9, "own_interests": 1.0}, "users of one application"),
        (
            {"owner": replace(HIDDEN, address=1.0), "owned": 0.0, "signed_up": 0.0, "equal": 0.0},
            "users of an application that calls from its own servers",
        ),
        ({"owner": replace(HIDDEN, address=1.0, signup=1.0), "owned": 0.0, "equal": 0.0}, "people in one place"),
        ({"replay": 0.9, "tied": 2.0}, "a public benchmark that several groups run"),
        ({"created_72h": 1.0, "own_interests": 1.0}, "a hackathon or promotion"),
        ({"created_72h": 1.0, "replay": 0.9}, "a hackathon or promotion"),
        ({"tied": 0.0, "equal": 0.0}, "unrelated users of a published prompt"),
    ],
)
def test_each_benign_class_is_the_best_explanation_of_its_own_traits(traits, name):
    assert best_explanation(Traits(**{**ORDINARY, **traits})).name == name


def test_an_event_with_one_set_of_tasks_is_none_where_cards_are_shared_out():
    event = {**ORDINARY, "created_72h": 1.0, "replay": 0.9}
    assert best_explanation(Traits(**event)).weight == 4
    assert best_explanation(Traits(**{**event, "pooled": 0.9})).weight == 0


def test_an_event_whose_sponsor_pays_for_all_takes_more_unless_loads_are_equal_tasks_dealt_out_or_devices_shared():
    event = {**ORDINARY, "created_72h": 1.0, "owner": replace(HIDDEN, payment=0.95), "equal": 0.0}
    assert best_explanation(Traits(**event)).weight == 8
    assert best_explanation(Traits(**{**event, "equal": 3.0})).weight == pytest.approx(0.5 * (4 + 2))
    assert best_explanation(Traits(**{**event, "dealt": 1.0})).weight == 0
    assert best_explanation(Traits(**{**event, "devices": 3.0})).weight == 0
    assert best_explanation(Traits(**{**event, "created_72h": 0.5})).weight == 0


def test_equal_loads_speak_against_a_published_prompt_unless_it_is_one_to_judge_by():
    untied = {**ORDINARY, "tied": 0.0}
    assert best_explanation(Traits(**untied)).weight == pytest.approx(9 * 0.65)
    assert best_explanation(Traits(**{**untied, "judging": True})).weight == 9
    assert best_explanation(Traits(**{**untied, "pooled": 0.95})).weight == 0


def test_tasks_that_look_dealt_out_speak_against_users_of_one_tool_only_beside_another_sign_of_a_scheduler():
    tool = {**ORDINARY, "tied": 0.0, "equal": 0.0, "dealt": 1.0}
    assert best_explanation(Traits(**tool)).name == "unrelated users of a published prompt"
    assert best_explanation(Traits(**tool)).weight == 9
    assert best_explanation(Traits(**{**tool, "rotated": 2.0})).weight == pytest.approx(9 * (1 - 0.35 * 0.5) * 0.5)
    assert best_explanation(Traits(**{**tool, "equal": 3.0})).weight == 0
    served = {**tool, "owner": replace(HIDDEN, address=1.0), "owned": 0.0, "signed_up": 0.0, "worded": False}
    assert best_explanation(Traits(**served)).name == "users of an application that calls from its own servers"
    assert best_explanation(Traits(**{**served, "equal": 3.0})).weight == 0


def test_a_start_in_the_same_hours_speaks_against_a_published_prompt():
    untied = {**ORDINARY, "tied": 0.0, "equal": 0.0}
    assert best_explanation(Traits(**untied)).weight == 9
    assert best_explanation(Traits(**{**untied, "begun": 3.0})).weight == pytest.approx(9 * 0.65)
    assert best_explanation(Traits(**{**untied, "begun": 3.0, "equal": 3.0})).weight == pytest.approx(9 * 0.3)


def test_frames_in_equal_proportions_speak_against_a_published_prompt_and_three_signs_no_more_than_two():
    untied = {**ORDINARY, "tied": 0.0, "equal": 0.0}
    assert best_explanation(Traits(**{**untied, "rotated": 3.0})).weight == pytest.approx(9 * 0.65)
    signs = {"rotated": 3.0, "begun": 3.0, "equal": 3.0}
    assert best_explanation(Traits(**{**untied, **signs})).weight == pytest.approx(9 * 0.3)


def test_accounts_that_nothing_asks_for_are_strangers_unless_their_loads_are_equal_or_work_is_dealt_out():
    bare = {**ORDINARY, "tied": 0.0, "equal": 0.0, "worded": False}
    assert best_explanation(Traits(**bare)).name == "accounts that have nothing to do with each other"
    assert best_explanation(Traits(**bare)).weight == 9
    assert best_explanation(Traits(**{**bare, "equal": 3.0})).weight == 0
    assert best_explanation(Traits(**{**bare, "dealt": 1.0})).weight == 0


def test_a_benchmark_that_unrelated_groups_run_takes_nine_digits_and_nothing_from_accounts_that_are_tied():
    run = {**ORDINARY, "replay": 0.9, "dealt": 0.0}
    assert [best_explanation(Traits(**{**run, "tied": tied})).weight for tied in (2.0, 3.5, 5.0)] == [9.0, 4.5, 0.0]


def test_students_have_neither_several_shared_cards_nor_mailboxes_of_one_hand_under_several_domains():
    course = {**ORDINARY, "owner": replace(HIDDEN, signup=1.0), "unpaid": 0.0, "replay": 1.0}
    assert best_explanation(Traits(**course)).name == "a course or workshop"
    assert best_explanation(Traits(**{**course, "pooled": 0.75})).weight == 0.0
    assert best_explanation(Traits(**{**course, "mailboxes": 3.0})).weight == 0.0


def test_a_ring_that_spreads_itself_has_no_innocent_explanation():
    assert best_explanation(Traits(**ORDINARY)).weight == 0.0
