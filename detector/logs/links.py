"""What rows and files of one format know of each other's queries, for formats that tie them together by an id.

A first pass over the files of such formats writes what is not in the queries' own rows to a table on disk: facts from
other tables, pieces of prompts, records that describe a query a second time. Every process maps it into memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.logs.messages import conversation, text_of
from detector.logs.nested import parsed
from detector.logs.query import FACTS, Query
from detector.logs.records import column_values, to_array
from detector.schema import QUERIES, QUERY_NAMES

_Hashes = NDArray[np.uint64]
_FACTS_SCHEMA = pa.schema(
    [("link", pa.uint64()), ("order", pa.int64()), *((name, pa.large_string()) for name in QUERY_NAMES)]
)
_RANKS_SCHEMA = pa.schema([("link", pa.uint64()), ("lowest", pa.int64())])
_LAST = 1 << 62
_NO_LINK = bytes(8)


def link_hashes(queries: Sequence[Query]) -> _Hashes:
    """Numbers that stand for links, the same in every process; 0 for none."""
    digests = [_NO_LINK if q.link is None else _digest(q.link) for q in queries]
    return np.frombuffer(b"".join(digests), np.uint64)


def _digest(link: str) -> bytes:
    return blake2b(link.encode("utf-8", "replace"), digest_size=8).digest()


@dataclass
class Gathering:
    """Writes the facts of linked records into a folder, as a first pass over the files meets them."""

    folder: Path
    _whole: list[_Hashes] = field(default_factory=list)
    _ranked: list[tuple[_Hashes, NDArray[np.int64]]] = field(default_factory=list)
    _pieces: dict[int, dict[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sink = pa.OSFile(str(self.folder / "facts.arrow"), "wb")
        self._writer = pa.ipc.new_file(self._sink, _FACTS_SCHEMA)

    def anew(self) -> Gathering:
        """Forget everything, and begin again."""
        self._writer.close()
        self._sink.close()
        return Gathering(self.folder)

    def add(self, queries: Sequence[Query]) -> None:
        """Remember what other records may lack."""
        hashes = link_hashes(queries)
        ranks = _ranks(queries)
        self._whole.append(hashes[(ranks == 0) & (hashes != 0)])
        ranked = (ranks > 0) & (hashes != 0)
        self._ranked.append((hashes[ranked], ranks[ranked]))
        for i, query in enumerate(queries):
            if query.piece is not None:
                self._pieces.setdefault(int(hashes[i]), {})[query.rank] = query.piece
        told = np.flatnonzero((ranks != 0) & (hashes != 0))
        if len(told):
            facts = [_facts(queries[i]) for i in told.tolist()]
            self._write(hashes[told], np.where(ranks[told] == FACTS, _LAST, ranks[told]), facts)

    def finish(self) -> Links:
        """Write what is left, and give access to everything."""
        joined = [_joined(pieces) for pieces in self._pieces.values()]
        if joined:
            self._write(np.array(list(self._pieces), np.uint64), np.zeros(len(joined), np.int64), joined)
        self._writer.close()
        self._sink.close()
        links = np.concatenate([np.zeros(0, np.uint64), *(h for h, _ in self._ranked)])
        ranks = np.concatenate([np.zeros(0, np.int64), *(r for _, r in self._ranked)])
        order = np.lexsort((ranks, links))
        unique, first = np.unique(links[order], return_index=True)
        whole = np.isin(unique, np.concatenate([np.zeros(0, np.uint64), *self._whole]))
        lowest = np.where(whole, 0, ranks[order][first])
        with pa.OSFile(str(self.folder / "ranks.arrow"), "wb") as sink, pa.ipc.new_file(sink, _RANKS_SCHEMA) as writer:
            writer.write_batch(pa.record_batch([pa.array(unique), pa.array(lowest)], schema=_RANKS_SCHEMA))
        return Links(self.folder)

    def _write(self, hashes: _Hashes, order: NDArray[np.int64], facts: list[Query]) -> None:
        values = column_values(facts, QUERIES)
        texts = [to_array(values[column.name], column.type, exact=False) for column in QUERIES]
        arrays = [pa.array(hashes), pa.array(order), *(pc.cast(text, pa.large_string()) for text in texts)]
        self._writer.write_batch(pa.record_batch(arrays, schema=_FACTS_SCHEMA))


def _facts(query: Query) -> Query:
    """Turn a record's messages into the texts that a query keeps of them."""
    if query.prompt is None and query.system_prompt is None:
        return query
    talk = conversation(query.prompt)
    told = text_of(query.system_prompt)
    if talk is None:
        query.prompt, query.system_prompt = None, told
    else:
        query.prompt, query.system_prompt = talk.prompt, told if talk.system_prompt is None else talk.system_prompt
        query.n_messages = talk.n_messages if query.n_messages is None else query.n_messages
    return query


def _joined(pieces: dict[int, str]) -> Query:
    """Facts of a prompt whose pieces are joined; a gap in their numbers, or no JSON in the end, tells of a loss."""
    ranks = sorted(pieces)
    found = parsed("".join(pieces[rank] for rank in ranks))
    lost = isinstance(found, str) or ranks != list(range(ranks[0], ranks[-1] + 1))
    return _facts(Query(prompt=found, content_state="truncated" if lost else None))


@dataclass
class Links:
    """Access to what was gathered in a folder; pickles as the folder's path."""

    folder: Path
    _opened: _Opened | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[type[Links], tuple[Path]]:
        return Links, (self.folder,)

    def standing(self, queries: Sequence[Query], taken: set[int]) -> list[bool]:
        """Tell which records are queries of their own, not parts of others.

        Parameters
        ----------
        taken : set of int
            Links of the file of which a query of a rank over 0 was let through; filled.
        """
        if all(query.rank == 0 for query in queries):
            return [True] * len(queries)
        opened = self._open()
        own = []
        for query, link in zip(queries, link_hashes(queries).tolist(), strict=True):
            if query.rank <= 0 or not link:
                own.append(query.rank != FACTS)
                continue
            first = opened.lowest(link) == query.rank and link not in taken
            if first:
                taken.add(link)
            own.append(first)
        return own

    def fill(self, columns: dict[str, pa.Array], queries: Sequence[Query]) -> dict[str, pa.Array]:
        """Columns in which nulls are filled from other records with the same link."""
        opened = self._open()
        if not opened.told:
            return columns
        wanted = link_hashes(queries)
        first = np.searchsorted(opened.links, wanted, side="left")
        count = np.where(wanted != 0, np.searchsorted(opened.links, wanted, side="right") - first, 0)
        filled = dict(columns)
        for k in range(int(count.max(initial=0))):
            has = count > k
            told = opened.facts_of(opened.rows[first[has] + k])
            spread = pa.array(np.cumsum(has) - 1, mask=~has)
            for name in told.schema.names:
                values = told.column(name).take(spread)
                if values.null_count < len(values):
                    filled[name] = _coalesced(filled[name], values)
        return filled

    def _open(self) -> _Opened:
        if self._opened is None:
            self._opened = _Opened(self.folder)
        return self._opened


class _Opened:
    """The gathered tables, mapped into memory, and the facts' rows in the order of their links."""

    def __init__(self, folder: Path) -> None:
        file = pa.ipc.open_file(pa.memory_map(str(folder / "facts.arrow")))
        self._batches = [file.get_batch(i) for i in range(file.num_record_batches)]
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        facts = pa.Table.from_batches(self._batches, _FACTS_SCHEMA)
        keys = facts.select(["link", "order"])
        self.told = [name for name in QUERY_NAMES if facts.column(name).null_count < facts.num_rows]
        ranks = pa.ipc.open_file(pa.memory_map(str(folder / "ranks.arrow"))).read_all()
        links = keys.column("link").to_numpy()
        self.rows = np.lexsort((keys.column("order").to_numpy(), links))
        self.links = links[self.rows]
        self._ranked, self._lowest = ranks.column("link").to_numpy(), ranks.column("lowest").to_numpy()

    def facts_of(self, rows: NDArray[np.int64]) -> pa.RecordBatch:
        """Facts of some rows, in their order, of columns that have any; only the batches that hold them are touched."""
        place = np.searchsorted(self._starts, rows, side="right") - 1
        order = np.argsort(place, kind="stable")
        parts = []
        for i in np.unique(place):
            mine = rows[order][place[order] == i] - self._starts[i]
            parts.append(self._batches[i].select(self.told).take(pa.array(mine)))
        back = np.empty(len(rows), np.int64)
        back[order] = np.arange(len(rows))
        return pa.Table.from_batches(parts).combine_chunks().to_batches()[0].take(pa.array(back))

    def lowest(self, link: int) -> int | None:
        """Lowest rank of the records with a link, of which one at least has a rank over 0."""
        at = int(np.searchsorted(self._ranked, np.uint64(link)))
        return int(self._lowest[at]) if at < len(self._ranked) and self._ranked[at] == link else None


def _coalesced(own: pa.Array, told: pa.Array) -> pa.Array:
    if pa.types.is_null(own.type):
        return told
    if own.type != told.type:
        own = pc.cast(own, pa.large_string())
    return pc.coalesce(own, told)


def _ranks(queries: Sequence[Query]) -> NDArray[np.int64]:
    """Ranks as numbers of 64 bits; no log has that many parts of one call."""
    ranks = [query.rank for query in queries]
    try:
        return np.array(ranks, np.int64)
    except OverflowError:
        return np.array([max(-_HIGHEST_RANK, min(rank, _HIGHEST_RANK)) for rank in ranks], np.int64)


_HIGHEST_RANK = (1 << 63) - 1
