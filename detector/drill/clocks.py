"""When requests are sent: people, offices, programs, lessons and dispatchers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HOUR = 3_600_000_000
DAY = 24 * HOUR

#: Weight of each local hour.
EVENINGS = np.array([3, 2, 1, 1, 1, 1, 3, 6, 9, 10, 10, 9, 9, 9, 9, 10, 10, 11, 12, 14, 15, 14, 10, 6], dtype=float)
OFFICE = np.array([1, 0, 0, 0, 0, 0, 1, 5, 14, 20, 21, 18, 10, 16, 20, 20, 18, 11, 5, 4, 4, 4, 3, 2], dtype=float)
FLAT = np.ones(24)


@dataclass(frozen=True)
class Calendar:
    """The days of a simulated log."""

    start: date
    days: int

    @property
    def first(self) -> int:
        """Midnight of the first day, microseconds since the epoch, UTC."""
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(midnight.timestamp()) * 1_000_000

    @property
    def end(self) -> int:
        """Midnight after the last day."""
        return self.first + self.days * DAY

    def is_weekend(self) -> npt.NDArray[np.bool_]:
        """Whether each day is a Saturday or Sunday."""
        dates = [self.start + timedelta(days=i) for i in range(self.days)]
        return np.array([day.weekday() >= 5 for day in dates])


@dataclass(frozen=True)
class Load:
    """Requests of a group before they have a text: four arrays of one length."""

    who: Ints  #: member of the group
    when: Ints  #: microseconds since the epoch
    session: Ints  #: conversation, numbered within the group
    turn: Ints  #: position in the conversation, from 0

    def __len__(self) -> int:
        """Give the number of requests."""
        return int(self.who.size)

    def where(self, keep: npt.NDArray[np.bool_]) -> Load:
        """Give the requests for which `keep` holds."""
        return Load(self.who[keep], self.when[keep], self.session[keep], self.turn[keep])

    def within(self, first: Ints | int, end: Ints | int) -> Load:
        """Give the requests sent in [first, end); bounds may differ by request."""
        return self.where((self.when >= first) & (self.when < end))


@dataclass(frozen=True)
class Habit:
    """How somebody's day with the model looks."""

    active: float = 0.5  #: share of days with a visit
    weekend: float = 0.8  #: activity on a weekend day against a weekday
    visits: float = 0.6  #: further conversations on such a day, on average
    turns: float = 2.5  #: messages per conversation, on average
    spread: float = 0.6  #: how much people differ (sigma of a log-normal)
    gap_seconds: float = 80.0  #: median time between messages


def personal(
    calendar: Calendar,
    n: int,
    habit: Habit,
    rng: np.random.Generator,
    hours: Floats = EVENINGS,
    zones: Ints | None = None,
) -> Load:
    """Conversations of `n` people, at the hours they keep."""
    zones = time_zones(n, rng) if zones is None else zones
    zeal = rng.lognormal(0.0, habit.spread, size=n)
    chance = np.outer(np.minimum(habit.active * np.sqrt(zeal), 0.97), np.ones(calendar.days))
    chance[:, calendar.is_weekend()] *= habit.weekend
    who, day = np.nonzero(rng.random(chance.shape) < chance)
    visits = 1 + rng.poisson(habit.visits * zeal[who])
    who, day = np.repeat(who, visits), np.repeat(day, visits)
    start = calendar.first + day * DAY + _time_of_day(hours, who.size, rng) - zones[who] * HOUR
    turns = rng.geometric(np.clip(1 / (habit.turns * zeal[who] ** 0.3), 0.02, 1.0))
    return conversations(who, start, turns, habit.gap_seconds, rng).within(calendar.first, calendar.end)


def conversations(who: Ints, start: Ints, turns: Ints, gap_seconds: float, rng: np.random.Generator) -> Load:
    """Conversations with `turns` messages each, a log-normal pause between them."""
    session = np.repeat(np.arange(who.size), turns)
    first = np.cumsum(turns) - turns
    turn = np.arange(session.size) - first[session]
    gaps = (rng.lognormal(np.log(gap_seconds), 0.9, size=session.size) * 1e6).astype(np.int64)
    gaps[turn == 0] = 0
    elapsed = np.cumsum(gaps)
    when = start[session] + elapsed - elapsed[first[session]]
    return Load(who[session], when, session, turn)


def streaming(calendar: Calendar, per_day: Floats, rng: np.random.Generator, hours: Floats = EVENINGS) -> Load:
    """Send the requests of programs with customers by day and night: a Poisson process."""
    counts = rng.poisson(np.outer(per_day, np.ones(calendar.days)))
    who, day = np.nonzero(counts)
    many = counts[who, day]
    who, day = np.repeat(who, many), np.repeat(day, many)
    when = calendar.first + day * DAY + _time_of_day(hours, who.size, rng)
    return single(who, when)


def scheduled(calendar: Calendar, starts: Ints, counts: Ints, gap_seconds: float, rng: np.random.Generator) -> Load:
    """Jobs that start every day at the same minute and send one request after another."""
    n = starts.size
    who = np.repeat(np.repeat(np.arange(n), calendar.days), np.repeat(counts, calendar.days))
    day = np.repeat(np.tile(np.arange(calendar.days), n), np.repeat(counts, calendar.days))
    order = np.concatenate([np.tile(np.arange(c), calendar.days) for c in counts])
    noise = rng.normal(0, 0.04 * gap_seconds, size=who.size)
    offset = starts[who] * 60_000_000 + ((order * gap_seconds + noise) * 1e6).astype(np.int64)
    return single(who, calendar.first + day * DAY + offset).within(calendar.first, calendar.end)


def dealt(first: int, end: int, weights: Floats, total: int, hours: Floats, rng: np.random.Generator) -> Load:
    """Work of one dispatcher that hands every item to one of its accounts.

    With equal `weights` the accounts' loads differ by chance only; all of them start, pause and
    stop together.
    """
    slots = np.arange(first, end, HOUR)
    weight = hours[(slots // HOUR) % 24] * rng.gamma(20.0, 0.05, size=slots.size)
    hour = rng.choice(slots.size, size=total, p=weight / weight.sum())
    when = slots[hour] + rng.integers(HOUR, size=total)
    who = rng.choice(weights.size, size=total, p=weights / weights.sum())
    return single(who.astype(np.int64), when).within(first, end)


def office_queue(calendar: Calendar, n: int, per_day: float, rng: np.random.Generator) -> Load:
    """Work of one queue that is dealt out to `n` desks in office hours of weekdays."""
    total = int(per_day * n * calendar.days)
    load = dealt(calendar.first, calendar.end, np.ones(n), total, OFFICE + 0.01, rng)
    weekend = calendar.is_weekend()[(load.when - calendar.first) // DAY]
    return load.where(~weekend)


def hourly(calendar: Calendar, every_hours: Ints, counts: Ints, rng: np.random.Generator) -> Load:
    """Jobs that a clock starts at the top of the hour, every so many hours, `counts` requests each."""
    who = np.repeat(np.arange(every_hours.size), calendar.days * 24 // every_hours)
    first = np.cumsum(calendar.days * 24 // every_hours) - calendar.days * 24 // every_hours
    start = calendar.first + (np.arange(who.size) - first[who]) * every_hours[who] * HOUR
    late = (rng.exponential(4.0, size=who.size) * 1e6).astype(np.int64)
    load = conversations(who, start + late, counts[who], 2.0, rng)
    return single(load.who, load.when).within(calendar.first, calendar.end)


def gathering(start: int, minutes: int, who: Ints, gap_seconds: float, rng: np.random.Generator) -> Load:
    """Conversations of people who sit together for some minutes."""
    begin = start + rng.integers(minutes * 60_000_000, size=who.size)
    turns = rng.geometric(0.35, size=who.size)
    return conversations(who, begin, turns, gap_seconds, rng)


def joined(loads: Sequence[Load]) -> Load:
    """All requests of several loads of one group; their conversations stay apart."""
    shift = np.cumsum([0] + [len(load) for load in loads])
    return Load(
        np.concatenate([load.who for load in loads]),
        np.concatenate([load.when for load in loads]),
        np.concatenate([load.session + s for load, s in zip(loads, shift, strict=False)]),
        np.concatenate([load.turn for load in loads]),
    )


def single(who: Ints, when: Ints) -> Load:
    """Let every request be a conversation of one message."""
    return Load(who, when, np.arange(who.size), np.zeros(who.size, dtype=np.int64))


def time_zones(n: int, rng: np.random.Generator) -> Ints:
    """Hours ahead of UTC, as unevenly spread as people are."""
    return rng.choice([-8, -5, -3, 0, 1, 2, 3, 5, 8, 9], size=n).astype(np.int64)


def _time_of_day(hours: Floats, n: int, rng: np.random.Generator) -> Ints:
    hour = rng.choice(24, size=n, p=hours / hours.sum())
    return hour * HOUR + rng.integers(HOUR // 1000, size=n) * 1000
