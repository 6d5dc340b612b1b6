"""Benign groups that test or judge models: evaluators, benchmark runners, judges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detector.drill import identities
from detector.drill.clocks import DAY, HOUR, Ints, Load, gathering, joined, office_queue, scheduled, single
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.manners import DESK, EVALUATION, Written
from detector.drill.voices import framed, topical, unframed


def evaluators(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Run the same test items every night, in a verified lab."""
    members = identities.staff(stage.calendar, n, True, rng)
    members.clients = identities.kits(n, rng)
    load = scheduled(stage.calendar, np.full(n, 90), np.full(n, 60), 4.0, rng)
    return perform("evaluators", [Act(members, load, _items(stage, load, 60, rng), EVALUATION)], rng)


def benchmark_runners(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Let unrelated groups run one public test set, each when it suits them."""
    members = _laboratories(stage, n, rng)
    load = _runs(stage, np.full(n, 45), rng)
    written = _items(stage, load, 120, rng)
    return perform("benchmark_runners", [Act(members, load, written, EVALUATION)], rng)


def harness_runners(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Let many unrelated groups score a public set by log-probabilities, all with one published harness."""
    members = _laboratories(stage, n, rng)
    members.clients = np.full((n, 1), "fjord-harness/0.4", dtype=object)
    load = _runs(stage, rng.integers(40, 160, size=n), rng)
    questions = stage.library.anywhere("benchmark_item", 400, rng)
    frame = str(stage.library.fixed["harness_frame"]).replace("{n}", str(rng.integers(2, 9)))
    prompts = frame + questions[rng.integers(questions.size, size=len(load))] + stage.library.fixed["harness_tail"]
    manner = replace(EVALUATION, max_tokens=(1,), top_logprobs=5, answer_tokens=1.0)
    return perform("harness_runners", [Act(members, load, unframed(prompts), manner)], rng)


def subset_runners(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Let many unrelated groups run parts of a public set, drawn at random, with its frame that asks for every step."""
    members = _laboratories(stage, n, rng)
    members.clients = np.full((n, 1), "fjord-harness/0.4", dtype=object)
    load = _runs(stage, np.full(n, 35), rng)
    questions = stage.library.anywhere("task", 1000, rng)
    frame = str(stage.library.fixed["trace_frame"]).replace("{n}", str(rng.integers(2, 9)))
    prompts = frame + questions[rng.integers(questions.size, size=len(load))]
    manner = replace(EVALUATION, max_tokens=(2048,), answer_tokens=700.0, answer_spread=0.4)
    return perform("subset_runners", [Act(members, load, unframed(prompts), manner)], rng)


def judge_team(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Compare a verified team's own replies, with the model as judge."""
    members = identities.staff(stage.calendar, n, True, rng)
    load = office_queue(stage.calendar, n, 25.0, rng)
    prompts = stage.library.anywhere("verdict_item", len(load), rng)
    written = framed(stage.library.fixed["judge_frame"] + prompts, stage.library.fixed["judge_system"])
    return perform("judge_team", [Act(members, load, written, DESK)], rng)


def published_rubric(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Judge replies of unrelated firms' products, each firm its own, by one rubric that was published."""
    members = identities.developers(stage.calendar, n, rng)
    load = office_queue(stage.calendar, n, 20.0, rng)
    busy = rng.lognormal(-0.7, 0.7, size=n)[load.who]
    load = load.where(rng.random(len(load)) < busy)
    system = stage.library.anywhere("product_system", n, rng)[load.who]
    prompts = stage.library.fixed["rubric"] + topical(stage.library, "verdict_item", n, load, rng)
    manner = replace(DESK, temperatures=(0.0, 0.1, 0.2, None), max_tokens=(200, 300, 512, None))
    return perform("published_rubric", [Act(members, load, framed(prompts, system), manner)], rng)


def _laboratories(stage: Stage, n: int, rng: np.random.Generator) -> identities.Members:
    members = identities.developers(stage.calendar, n, rng)
    return members.with_facts(created_at=stage.calendar.first - rng.integers(1, 400, size=n) * DAY)


def _runs(stage: Stage, sizes: Ints, rng: np.random.Generator) -> Load:
    """One run for each group, begun at a time of its own."""
    starts = rng.integers(stage.calendar.first, max(stage.calendar.end - 3 * HOUR, 1), size=sizes.size)
    runs = [gathering(int(start), 90, np.full(sizes[who], who), 20.0, rng) for who, start in enumerate(starts)]
    run = joined(runs).within(stage.calendar.first, stage.calendar.end)
    return single(run.who, run.when)


def _items(stage: Stage, load: Load, size: int, rng: np.random.Generator) -> Written:
    items = stage.library.anywhere("benchmark_item", size, rng)
    frame = str(stage.library.fixed["benchmark_frame"]).replace("{n}", str(rng.integers(2, 9)))
    return unframed(frame + items[rng.integers(size, size=len(load))])
