"""The first half of a night: what is new of logs is read into the store."""

from __future__ import annotations

from pathlib import Path

from detector.judging import Notice
from detector.logs import parquet_process
from detector.logs.survey import described, linked, survey
from detector.nightly import generations
from detector.nightly.engines import Engine, Local
from detector.nightly.identities import add
from detector.nightly.intake import take, unread
from detector.nightly.store import Store
from detector.pipeline import Request
from detector.profiles.task import Profiled
from detector.results.record import Clock


def read_new(
    store: Store, request: Request, tell: Notice, clock: Clock, identities: Path | None, engine: Engine | None = None
) -> tuple[list[Profiled], int]:
    """Read files that have changed since they were read, or never were.

    Parameters
    ----------
    store : Store
        Held for writing.
    request : Request
        Logs, and how to read them.
    identities : Path or None
        File outside the store that tells which account each pseudonym stands for; what is read is added to it.
    engine : Engine, optional
        Where they are read; without one, here.

    Returns
    -------
    files : list of Profiled
        Files that were read.
    unread : int
        Files that have not changed.
    """
    if not request.paths:
        return [], 0
    new = unread(store, request.paths)
    if not new.files:
        return [], new.others
    settings, mapping, judged = request.settings, request.mapping, generations.judged(store)
    reports = survey(new.files, settings.reading, mapping)
    for sentence in described(reports):
        tell(sentence)
    finished: list[Profiled] = []

    def done(one: Profiled) -> None:
        finished.append(one)
        clock.say("reading", len(finished) / len(new.files))

    after = str(judged[-1]) if judged else None
    engine = engine or Local(settings.profiling.workers)
    with linked(new.files, reports, settings.reading, mapping) as told:
        read = take(store, new, settings, told, after, done, identities is not None, engine)
    parquet_process.stop()
    if identities is not None:
        add(identities, {name: id for one in read for name, id in one.built.identities.items()})
    return read, new.others
