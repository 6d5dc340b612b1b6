"""Past nights of a store scanned again with other settings, beside what was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from detector.errors import InputError
from detector.judging import Terms
from detector.nightly import generations, ledger
from detector.nightly.backtest import backtest
from detector.nightly.decision_log import read_decisions
from detector.nightly.night import in_force, lineage_before, scanned
from detector.nightly.people import under_pseudonyms, vouched
from detector.nightly.store import Store
from detector.pipeline import Request, read_people
from detector.results.folder import ScanResult, load_result
from detector.results.record import Clock


def replays(store: Store, request: Request, last: int) -> Iterator[dict[str, Any]]:
    """What the last nights would have found with the settings of a request, as `backtest.compared` tells it.

    Raises
    ------
    InputError
        If the store has no night.
    """
    nights = generations.judged(store)[-last:]
    if not nights:
        raise InputError(f"{store.folder}: holds no night yet. Run detector nightly first.")
    decisions = read_decisions(store.folder)
    terms = Terms(request.settings, store.key, request.baseline, vouched(request.allow, store.storing))
    people = under_pseudonyms(read_people(request), store.storing)
    taken = ledger.records(store)

    def pairs() -> Iterator[tuple[dt.date, ScanResult, ScanResult]]:
        for night in nights:
            published = load_result(store / "nights" / str(night))
            own = in_force(store, terms, night)
            yield night, published, scanned(store, taken, night, people, own, decisions, Clock(None), lambda _: None)

    yield from backtest(pairs(), decisions, request.settings, lineage_before(store, nights[0]))
