"""Profiles of files: batches in, one mergeable profile out, in memory that does not grow with the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detector.errors import InputError
from detector.profiles.draw import Draw
from detector.profiles.fingerprints import DAY_US, Columns, Names, RequestFingerprinter
from detector.profiles.growing import Growing
from detector.profiles.profile import Profile, Sizes, profile_of
from detector.profiles.request_hashes import RequestHashes
from detector.profiles.spill import Spilled
from detector.secret import pseudonym

#: Rows that are fingerprinted before they are folded into the profile.
FOLD_ROWS = 65_536
#: Rows of a whole file up to which they wait for those of other small files, to be profiled together.
FEW_ROWS = 1_024
#: Rows of accounts beyond the limit that are listed.
LISTED = 10_000


@dataclass
class Repeats:
    """Requests that occur more than once in the input, and which occurrence counts.

    Attributes
    ----------
    hashes : ndarray of uint64, sorted
        Requests that are repeated somewhere.
    kept_here : ndarray of bool, same length
        True where the file at hand holds the occurrence that counts; of several in the file, the first.
    """

    hashes: npt.NDArray[np.uint64]
    kept_here: npt.NDArray[np.bool_]

    @classmethod
    def none(cls) -> Repeats:
        """No repeats: every row counts."""
        return cls(np.zeros(0, np.uint64), np.zeros(0, bool))

    def keep(self, request: npt.NDArray[np.uint64], identified: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """True for each row that counts; remembers what it has let through."""
        at = np.searchsorted(self.hashes, request).clip(0, max(0, len(self.hashes) - 1))
        kept = np.ones(len(request), bool)
        if not len(self.hashes):
            return kept
        for row in np.flatnonzero((self.hashes[at] == request) & identified):
            kept[row] = self.kept_here[at[row]]
            self.kept_here[at[row]] = False
        return kept


@dataclass(frozen=True)
class Storing:
    """What is different about profiles that are kept, and met again by files of later nights.

    A request without an id is told apart by all it says: once in any number of files, it counts once. A place to look
    at is its day and moment, since it may stand in several files.

    Attributes
    ----------
    pseudonyms : bytes or None
        Secret of the names that stand for account ids; None keeps the ids.
    remember : bool
        Whether `Built.identities` tells which id each name stands for.
    """

    pseudonyms: bytes | None
    remember: bool = False


@dataclass(frozen=True)
class Few:
    """Fingerprinted rows of a small file: sorted account ids, each row's position in them, and its columns."""

    ids: npt.NDArray[np.object_]
    account: npt.NDArray[np.int64]
    columns: Columns


@dataclass
class Built:
    """What came of one file.

    Attributes
    ----------
    profile, few : Profile or Spilled, Few
        The file's profile, or in its place the rows of a small file, which are profiled together with those of others.
    requests, days : list of ndarray
        Hashes of the requests by which repeats are found, in parts, and the day of each; days only where profiles
        are stored.
    on_disk : RequestHashes or None
        The hashes, where what came of the file waits on disk.
    known : dict of int to Counter
        Where profiles are stored: of each day, rows in which a column is known.
    identities : dict of str to str
        Account ids by the names that stand for them, where they are to be remembered.
    rows_beyond : int
        Rows of accounts that did not stay in the draw; `beyond` says where the first of them stand.
    bar : int or None
        Of the draw, when the file had been read.
    """

    profile: Profile | Spilled | None = None
    few: Few | None = None
    names: Names = field(default_factory=Names)
    requests: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    on_disk: RequestHashes | None = None
    days: list[npt.NDArray[np.int32]] = field(default_factory=list)
    known: dict[int, Counter[str]] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    rows_used: int = 0
    rows_duplicate: int = 0
    rows_out_of_window: int = 0
    rows_beyond: int = 0
    beyond: list[int] = field(default_factory=list)
    bar: int | None = None

    @property
    def ids(self) -> npt.NDArray[np.object_]:
        """Accounts of the file."""
        told = self.few if self.profile is None else self.profile
        return np.zeros(0, dtype=object) if told is None else told.ids


def build_profile(
    batches: Iterable[pa.RecordBatch],
    key: bytes,
    sizes: Sizes,
    window: tuple[int | None, int | None] = (None, None),
    repeats: Repeats | None = None,
    built: Built | None = None,
    storing: Storing | None = None,
    draw: Draw | None = None,
    leave_few: bool = False,
    spill: Path | None = None,
) -> Built:
    """Profile of a stream of batches.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Rows of `schema.BATCH_SCHEMA`.
    key : bytes
        Secret of the content hashes.
    window : pair of int or None
        First moment and the moment after the last, µs UTC.
    repeats : Repeats, optional
        Requests to count once; without it every row counts, and `Built.requests` tells their hashes.
    built : Built, optional
        Filled as the stream is read, so that what came before damage in a file is kept.
    storing : Storing, optional
        Given where profiles are kept for later nights.
    draw : Draw, optional
        Which accounts stay; rows of others are counted for good only where its bar is known from the start.
    leave_few : bool
        Up to `FEW_ROWS` rows in all become `Built.few`, without a profile.
    spill : Path, optional
        Folder in which what comes of the stream waits, so that memory does not grow with it.

    Raises
    ------
    InputError
        From the stream, after all that came before it has been taken up.
    """
    built = Built() if built is None else built
    fingerprinter = RequestFingerprinter(key)
    built.names = fingerprinter.names
    if spill is not None:
        built.on_disk = RequestHashes(spill)
    failure: list[InputError] = []
    growing = Growing(sizes, draw, spill)
    selected = _selected(_until_failure(batches, failure), fingerprinter, window, repeats, built, storing, draw)
    for ids, account, columns in _folds(selected, storing, built.identities):
        few = len(account) <= FEW_ROWS and (draw is None or len(ids) <= draw.most)
        if leave_few and few and growing.is_empty and built.few is None:
            built.few = Few(ids, account, columns)
            continue
        if built.few is not None:
            growing.add(profile_of(built.few.ids, built.few.account, built.few.columns, sizes))
            built.few = None
        growing.add(profile_of(ids, account, columns, sizes))
    built.profile = growing.whole()
    built.bar = None if draw is None else draw.bar
    if failure:
        raise failure[0]
    return built


def profiles_of_few(few: Iterable[Few], sizes: Sizes) -> Iterator[Profile]:
    """Profiles of the rows of small files, many files in each."""
    rows = ((pa.array(one.ids[one.account], pa.large_string()), one.columns) for one in few)
    for ids, account, columns in _folds(rows, None, {}):
        yield profile_of(ids, account, columns, sizes)


def _until_failure(batches: Iterable[pa.RecordBatch], failure: list[InputError]) -> Iterator[pa.RecordBatch]:
    """Batches up to an error, which is kept for later."""
    waiting = iter(batches)
    while True:
        try:
            batch = next(waiting, None)
        except InputError as error:
            failure.append(error)
            return
        if batch is None:
            return
        yield batch


def _selected(
    batches: Iterable[pa.RecordBatch],
    fingerprinter: RequestFingerprinter,
    window: tuple[int | None, int | None],
    repeats: Repeats | None,
    built: Built,
    storing: Storing | None,
    draw: Draw | None,
) -> Iterator[tuple[pa.Array, Columns]]:
    """Fingerprinted rows that count, with the others counted."""
    since, until = window
    for batch in batches:
        if batch.num_rows == 0:
            continue
        time = batch.column("timestamp").cast(pa.int64()).to_numpy(zero_copy_only=False)
        inside = np.ones(len(time), bool)
        inside &= time >= since if since is not None else True
        inside &= time < until if until is not None else True
        built.rows_out_of_window += int((~inside).sum())
        batch = batch if inside.all() else batch.filter(pa.array(inside))
        batch = batch if draw is None else _drawn(batch, draw, built)
        ids, columns = fingerprinter.columns(batch)
        if storing:
            columns["identified"] = np.ones(len(ids), bool)
            columns["file"], columns["row"] = columns["day"], columns["timestamp"] % DAY_US
        if repeats is None:
            held = built.requests if built.on_disk is None else built.on_disk
            held.append(columns["request"][columns["identified"]])
        else:
            kept = repeats.keep(columns["request"], columns["identified"])
            built.rows_duplicate += int((~kept).sum())
            if not kept.all():
                batch, ids = batch.filter(pa.array(kept)), ids.filter(pa.array(kept))
                columns = {name: values[kept] for name, values in columns.items()}
            if storing:
                built.requests.append(columns["request"])
        if storing:
            built.days.append(columns["day"].astype(np.int32))
            _count_known(batch, columns["day"], built.known)
        built.rows_used += len(ids)
        yield ids, columns


def _count_known(batch: pa.RecordBatch, day: npt.NDArray[np.int64], known: dict[int, Counter[str]]) -> None:
    """Add up, of each day, the rows in which a column of `schema.QUERIES` is known."""
    rows = dict(zip(*(part.tolist() for part in np.unique(day, return_counts=True)), strict=True))
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        if values.null_count == len(values):
            continue
        here = rows
        if values.null_count:
            kept = day[values.is_valid().to_numpy(zero_copy_only=False)]
            here = dict(zip(*(part.tolist() for part in np.unique(kept, return_counts=True)), strict=True))
        for one, n in here.items():
            known.setdefault(one, Counter())[name] += n


def _drawn(batch: pa.RecordBatch, draw: Draw, built: Built) -> pa.RecordBatch:
    """Rows of accounts that stay, with the others counted and, up to a bound, listed."""
    stay = draw.stays(batch.column("account_id"))
    if stay.all():
        return batch
    built.rows_beyond += int((~stay).sum())
    built.beyond += batch.column("row").filter(pa.array(~stay)).to_pylist()[: LISTED - len(built.beyond)]
    return batch.filter(pa.array(stay))


def _folds(
    parts: Iterable[tuple[pa.Array, Columns]],
    storing: Storing | None,
    identities: dict[str, str],
) -> Iterator[tuple[npt.NDArray[np.object_], npt.NDArray[np.int64], Columns]]:
    """Parts gathered until there are `FOLD_ROWS` rows, with account ids as positions in a sorted list."""
    held: list[tuple[pa.Array, Columns]] = []
    rows = 0
    for part in parts:
        held.append(part)
        rows += len(part[0])
        if rows >= FOLD_ROWS:
            yield _fold(held, storing, identities)
            held, rows = [], 0
    if rows:
        yield _fold(held, storing, identities)


def _fold(
    parts: list[tuple[pa.Array, Columns]],
    storing: Storing | None,
    identities: dict[str, str],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64], Columns]:
    encoded = pa.chunked_array([ids for ids, _ in parts]).combine_chunks().dictionary_encode()
    said = encoded.dictionary.to_pylist()
    names = np.array(_names(said, storing, identities), dtype=object)
    order = np.argsort(names, kind="stable")
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    account = place[encoded.indices.to_numpy(zero_copy_only=False)]
    columns = {name: np.concatenate([columns[name] for _, columns in parts]) for name in parts[0][1]}
    return names[order], account, columns


def _names(ids: list[str], storing: Storing | None, identities: dict[str, str]) -> list[str]:
    """Names of accounts in their profiles."""
    if storing is None or storing.pseudonyms is None:
        return ids
    names = [pseudonym(storing.pseudonyms, one) for one in ids]
    if storing.remember:
        identities |= zip(names, ids, strict=True)
    return names
