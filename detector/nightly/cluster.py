"""Files read into a store by a Spark cluster: a task for each file, which calls what the local engine calls.

What tasks give waits on the disks of the executors. Of each file this process takes first what is said of it, and the
hashes by which repeats are found, eight bytes a request; the days come when it is known which files must be read
again, one file at a time. What an executor held that died is made anew, by reading the file again, to the same bytes.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa

from detector.errors import OutputError, UsageError
from detector.logs import parquet_process
from detector.nightly.dayparts import DayPart
from detector.nightly.wire import packed, unpacked, unpacked_day
from detector.profiles.build import Repeats
from detector.profiles.task import Profiled, Task, bytes_of, profile_file

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: A message is cut into pieces of at most so many bytes, since Spark holds rows whole in memory.
PIECE = 4 << 20
#: Tasks of one job at most; with more files, each takes several.
MOST_TASKS = 20_000
#: Bytes of logs the results of which come here at a time: each time is a job of Spark.
TOGETHER = 256 << 20
#: Message 0 of a file is what is said of it, the others are its days.
COLUMNS = "file long, message int, last boolean, data binary"
_SCHEMA = pa.schema([("file", pa.int64()), ("message", pa.int32()), ("last", pa.bool_()), ("data", pa.binary())])
#: Spark's own words and windows are not wanted on a terminal.
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR", "spark.app.name": "detector profile"}


class ClusterFailed(OutputError):
    """A cluster did not start, or did not finish its work; the store is as it was."""


@dataclass
class _Pass:
    """A reading of some files that waits on the cluster."""

    tasks: list[Task]
    frame: DataFrame

    @property
    def parts(self) -> int:
        """Parts in which its results come here."""
        return 1 + sum(bytes_of(task.file) for task in self.tasks) // TOGETHER


@dataclass
class Cluster:
    """A Spark cluster as an engine."""

    session: SparkSession
    _passes: list[_Pass] = field(default_factory=list)
    _last: dict[int, int] = field(default_factory=dict)

    def profiled(
        self, tasks: list[Task], repeats: list[Repeats | None], done: Callable[[Profiled], None] | None
    ) -> list[Profiled]:
        """Read files, the largest first; the cluster has a task for each."""
        from pyspark import StorageLevel

        order = sorted(range(len(tasks)), key=lambda i: (-bytes_of(tasks[i].file), tasks[i].file.index))
        given = [(_for_all(tasks[i]), repeats[i]) for i in order]

        def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            yield from _read(batches, given)

        frame = self.session.range(0, len(given), 1, min(len(given), MOST_TASKS)).mapInArrow(read, COLUMNS)
        waiting = _Pass([task for task, _ in given], frame.persist(StorageLevel.DISK_ONLY))
        self._passes.append(waiting)
        found: dict[int, Profiled] = {}
        with _failing():
            waiting.frame.count()
        for place, _, data in _messages(waiting.frame.where("message = 0").coalesce(waiting.parts)):
            one = found[order[place]] = unpacked(data, waiting.tasks[place])
            self._last[one.task.file.index] = len(self._passes) - 1
            if done is not None:
                done(one)
        return [found[i] for i in range(len(tasks))]

    def cut(self, files: Sequence[Profiled]) -> Iterator[tuple[Profiled, Iterable[DayPart]]]:
        """Days of files as they come from the cluster, one file after another."""
        for number, waiting in enumerate(self._passes):
            wanted = {one.task.file.index: one for one in files if self._last[one.task.file.index] == number}
            place = {i: wanted[t.file.index] for i, t in enumerate(waiting.tasks) if t.file.index in wanted}
            frame = waiting.frame.where("message > 0").coalesce(waiting.parts)
            if len(place) < len(waiting.tasks):
                frame = frame.where(frame["file"].isin(sorted(place)))
            for i, messages in groupby(_messages(frame), key=lambda message: message[0]):
                one = place.pop(i)
                yield one, _checked(one, messages)
            yield from ((one, ()) for one in place.values())
            waiting.frame.unpersist()
        self._passes.clear()


@contextmanager
def cluster(master: str | None, options: dict[str, str]) -> Iterator[Cluster]:
    """Use a Spark cluster, or the session that there is.

    Parameters
    ----------
    master : str or None
        Address of the cluster's master; None where Spark's own configuration says it.
    options : dict of str to str
        Further configuration of Spark.

    Raises
    ------
    UsageError
        If Spark is not installed.
    ClusterFailed
        If it does not start.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(
            "--engine spark needs Spark for Python: pip install 'distillation-detector[spark]', and Java 17 or newer."
        ) from error
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")  # on a pandas that is not used here
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder if master is None else SparkSession.builder.master(master)
    found = SparkSession.getActiveSession()
    with _failing("did not start; is there a Java 17 or newer, and does the master answer?"):
        session = builder.config(map={**_QUIET, **options}).getOrCreate()
    try:
        yield Cluster(session)
    finally:
        if found is None:
            session.stop()


def _for_all(task: Task) -> Task:
    """A task for a machine whose working folder is another.

    Raises
    ------
    UsageError
        If other machines cannot read the file.
    """
    file = task.file
    if file.copy is not None:
        raise UsageError(f"{file.shown}: only this machine has it; give a path that all machines of the cluster see.")
    if task.mapping and task.mapping.links:
        names = ", ".join(sorted(task.mapping.links))
        raise UsageError(f"Rows of {names} are tied to others across files, and read on one machine: --engine local.")
    return replace(task, file=replace(file, path=os.path.abspath(file.path), address=file.name))


def _read(batches: Iterable[pa.RecordBatch], given: Sequence[tuple[Task, Repeats | None]]) -> Iterator[pa.RecordBatch]:
    """Messages on the files whose places in the list come in."""
    try:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                for number, data in enumerate(packed(profile_file(*given[place]))):
                    yield from _pieces(place, number, data)
    finally:
        parquet_process.stop()


def _pieces(place: int, number: int, data: bytes) -> Iterator[pa.RecordBatch]:
    for since in range(0, len(data), PIECE):
        until = since + PIECE
        columns = [[place], [number], [until >= len(data)], [data[since:until]]]
        yield pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA)


def _messages(frame: DataFrame) -> Iterator[tuple[int, int, bytes]]:
    """Whole messages with the places of their files and their numbers; pieces of one follow each other."""
    pieces: list[bytes] = []
    with _failing():
        for place, number, last, data in frame.toLocalIterator(prefetchPartitions=True):
            pieces.append(data)
            if last:
                yield place, number, b"".join(pieces)
                pieces.clear()


def _checked(one: Profiled, messages: Iterable[tuple[int, int, bytes]]) -> Iterator[DayPart]:
    """Days of a file, all of the content that was told of."""
    for _, _, data in messages:
        sent = unpacked_day(data)
        if sent.sha256 != one.report.sha256:
            raise ClusterFailed(f"{one.report.path}: changed while it was read; run again.")
        yield sent.day


@contextmanager
def _failing(what: str = "did not finish its work") -> Iterator[None]:
    """Say in a line what Spark says on pages."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException, OSError) as error:
        raise ClusterFailed(f"Spark {what} ({_cause(error)})") from error


def _cause(error: Exception) -> str:
    """The line that says most of a failure of Java or of Python on an executor."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if line.split(":")[0].endswith(("Error", "Exception")) and ": " in line]
    return (telling or lines or [type(error).__name__])[-1 if telling else 0][:300]
