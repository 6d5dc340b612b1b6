"""Benign groups that look coordinated because they are, or because they share something harmless."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detector.drill.assessors import (
    benchmark_runners,
    evaluators,
    harness_runners,
    judge_team,
    published_rubric,
    subset_runners,
)
from detector.drill.firms import (
    card_firm,
    firm_rollout,
    key_pool,
    labelling_vendor,
    reseller,
    unverified_key_pool,
    unverified_labelling,
    unverified_rollout,
)
from detector.drill.gatherings import (
    classroom,
    contest,
    evening_course,
    hackathon,
    reasoning_class,
    starter_kit_hackathon,
    startup_programme,
)
from detector.drill.groups import Group, Stage
from detector.drill.sharers import app_users, cron_users, freelancers, overnight_developer, served_app_users

Occasion = Callable[[Stage, int, np.random.Generator], Group]

#: Accounts in one group of each population, from … to, and who makes it.
OCCASIONS: dict[str, tuple[tuple[int, int], Occasion]] = {
    "classroom": ((24, 36), classroom),
    "reasoning_class": ((24, 36), reasoning_class),
    "evening_course": ((18, 36), evening_course),
    "contest": ((30, 80), contest),
    "firm_rollout": ((35, 70), firm_rollout),
    "unverified_rollout": ((35, 70), unverified_rollout),
    "card_firm": ((10, 24), card_firm),
    "hackathon": ((40, 110), hackathon),
    "starter_kit_hackathon": ((40, 110), starter_kit_hackathon),
    "startup_programme": ((15, 40), startup_programme),
    "evaluators": ((3, 6), evaluators),
    "benchmark_runners": ((8, 16), benchmark_runners),
    "harness_runners": ((15, 40), harness_runners),
    "subset_runners": ((30, 60), subset_runners),
    "labelling_vendor": ((12, 30), labelling_vendor),
    "unverified_labelling": ((12, 30), unverified_labelling),
    "judge_team": ((4, 8), judge_team),
    "published_rubric": ((10, 25), published_rubric),
    "reseller": ((15, 40), reseller),
    "key_pool": ((15, 35), key_pool),
    "unverified_key_pool": ((15, 35), unverified_key_pool),
    "app_users": ((150, 350), app_users),
    "served_app_users": ((60, 200), served_app_users),
    "freelancers": ((25, 60), freelancers),
    "cron_users": ((20, 50), cron_users),
    "overnight_developer": ((1, 2), overnight_developer),
}
