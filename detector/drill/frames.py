"""The words an operator wraps round items of a data set, fixed or worded anew each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.drill.campaigns import Pool
from detector.drill.clocks import Load
from detector.drill.grammar import Library, Texts
from detector.drill.manners import Written
from detector.drill.voices import framed, strangers, unframed

FAMILIES = ("reasoning", "grading", "generation", "tags")
_ITEMS = {
    "reasoning": "{task}",
    "grading": "{task}\n{passage}",
    "generation": "{task}",
    "tags": "{task}",
    "harvest": "{sentence}",
    "techniques": "{task}",
}


@dataclass(frozen=True)
class Frame:
    """Words of one operator; `text` holds slots for the item."""

    language: str
    family: str
    text: str


def deal_frames(library: Library, pools: Sequence[Pool], rng: np.random.Generator) -> list[list[Frame]]:
    """Frames of each campaign: operators do not share theirs, as long as there are enough."""
    stock = {bank: _stock(library, bank, rng) for bank in library.operators}
    taken: Counter[str] = Counter()
    dealt = []
    for pool in pools:
        if pool.frames == "bare":
            dealt.append([Frame(language, "bare", "{task}") for language in pool.languages])
            continue
        families = FAMILIES if pool.frames == "mixed" else (pool.frames,)
        banks = [family for family in families if "en" in pool.languages and family != "none"]
        banks += [language for language in pool.languages if language != "en"]
        own = []
        for number in range(pool.n_frames if banks else 0):
            bank = banks[number % len(banks)]
            language = bank if bank in pool.languages else "en"
            own.append(Frame(language, bank, stock[bank][taken[bank] % len(stock[bank])]))
            taken[bank] += 1
        dealt.append(own)
    return dealt


def write_extraction(
    library: Library, pool: Pool, frames: Sequence[Frame], load: Load, rng: np.random.Generator
) -> Written:
    """Prompts of a campaign: items of one data set, shuffled over its accounts, in its frames."""
    n = len(load)
    if pool.items == "strangers":
        return unframed(_injected(library, frames, strangers(library, load, rng).prompt, rng))
    if pool.own_frame:
        items = library.by_area("task", _areas(library, pool, n, rng), rng)
        return unframed(reworded(library, pool.frames, items, load.who, rng))
    asked = _dealt(library, pool, frames, -(-n // pool.answers), rng)
    asked = asked if pool.answers == 1 else asked.at(rng.permutation(n) // pool.answers)
    if pool.framed_by == "second turn":
        return unframed(np.where(load.turn == 0, asked.prompt, asked.system))
    return asked


def _dealt(library: Library, pool: Pool, frames: Sequence[Frame], n: int, rng: np.random.Generator) -> Written:
    """Prompts about `n` items of the data set."""
    if pool.framed_by != "prompt":
        return _apart(library, pool, frames, n, rng)
    pick = rng.integers(len(frames), size=n)
    anew = rng.random(n) < pool.paraphrase
    areas = _areas(library, pool, n, rng)
    prompts = np.empty(n, dtype=object)
    for number, frame in enumerate(frames):
        for rows, worded in ((pick == number) & ~anew, False), ((pick == number) & anew, True):
            if not rows.any():
                continue
            if frame.language != "en":
                grammar = library.languages[frame.language]
                prompts[rows] = grammar.fill(frame.text, int(rows.sum()), rng)
                continue
            prompts[rows] = _english(library, frame, worded, areas[rows], rng)
    return unframed(prompts)


def _apart(library: Library, pool: Pool, frames: Sequence[Frame], n: int, rng: np.random.Generator) -> Written:
    """Bare items, each below a frame."""
    numbers = library.anywhere("n", len(frames), rng)
    texts = [f.text.replace("{task}", "").replace("{n}", k).strip() for f, k in zip(frames, numbers, strict=True)]
    items = library.by_area("task", _areas(library, pool, n, rng), rng)
    return framed(items, np.array(texts, dtype=object)[rng.integers(len(frames), size=n)])


def write_techniques(library: Library, pool: Pool, load: Load, rng: np.random.Generator) -> Written:
    """Prompts of a search: hardly two requests try the same words."""
    items = library.by_area("task", _areas(library, pool, len(load), rng), rng)
    return unframed(reworded(library, "techniques", items, np.arange(len(load)), rng))


def write_winner(library: Library, pool: Pool, load: Load, rng: np.random.Generator) -> Written:
    """Prompts that all use the one technique which worked."""
    items = library.by_area("task", _areas(library, pool, len(load), rng), rng)
    return unframed(reworded(library, "techniques", items, np.zeros(len(load), dtype=np.int64), rng))


def reworded(
    library: Library, family: str, items: Texts, which: npt.NDArray[np.int64], rng: np.random.Generator
) -> Texts:
    """Items in frames put together clause by clause; `which` numbers the frame round each item."""
    n = int(which.max()) + 1 if which.size else 0
    columns = []
    for clause in library.operators[family]["clauses"]:
        texts = np.array(clause, dtype=object)[rng.integers(len(clause), size=n)]
        numbers = library.anywhere("n", n, rng)
        columns.append([t.replace("{n}", k) for t, k in zip(texts, numbers, strict=True)])
    heads = [" ".join(words) for words in zip(*columns, strict=True)]
    behind = rng.random(n) < 0.3
    return np.array(
        [f"{item}\n\n{heads[k]}" if behind[k] else f"{heads[k]}\n{item}" for item, k in zip(items, which, strict=True)],
        dtype=object,
    )


def _injected(library: Library, frames: Sequence[Frame], requests: Texts, rng: np.random.Generator) -> Texts:
    """Requests of others with an operator's instruction before and behind."""
    pick = rng.integers(len(frames), size=requests.size)
    prompts = np.empty(requests.size, dtype=object)
    for number, frame in enumerate(frames):
        before, _, behind = frame.text.partition("{task}")
        rows = np.flatnonzero(pick == number)
        prompts[rows] = [before + request + behind for request in requests[rows]]
    return prompts


def _areas(library: Library, pool: Pool, n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    if not pool.subjects:
        return rng.integers(len(library.area_names), size=n)
    narrow = rng.permutation(len(library.area_names))[: pool.subjects]
    return narrow[rng.integers(narrow.size, size=n)]


def _stock(library: Library, bank: str, rng: np.random.Generator) -> list[str]:
    """All frames of a bank: the written ones, then those put together from clauses."""
    written = list(library.operators[bank]["fixed"])
    clauses = library.operators[bank].get("clauses", [])
    size = min((len(clause) for clause in clauses), default=0)
    composed = []
    for number in range(size * size):
        # x + place * y: no two frames share two clauses in a row
        x, y = number % size, number // size
        words = [clause[(x + place * y) % size] for place, clause in enumerate(clauses)]
        composed.append(" ".join(words) + "\n" + _ITEMS[bank])
    order = rng.permutation(len(written))
    later = rng.permutation(len(composed))
    return [written[i] for i in order] + [composed[i] for i in later]


def _english(
    library: Library,
    frame: Frame,
    worded: bool,
    areas: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> Texts:
    prompts = np.empty(areas.size, dtype=object)
    for number, name in enumerate(library.area_names):
        rows = np.flatnonzero(areas == number)
        grammar = library.areas[name]
        if worded:
            items = grammar.fill(_ITEMS[frame.family], rows.size, rng)
            prompts[rows] = reworded(library, frame.family, items, np.arange(rows.size), rng)
        else:
            prompts[rows] = grammar.fill(frame.text, rows.size, rng)
    return prompts
