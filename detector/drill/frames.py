"""The words an operator wraps round items of a data set, fixed or worded anew each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.drill.campaigns import Pool
from detector.drill.clocks import Load
from detector.drill.grammar import Grammar, Library, Texts
from detector.drill.manners import Written
from detector.drill.voices import unframed

FAMILIES = ("reasoning", "grading", "generation", "tags")
_ITEMS = {
    "reasoning": "{task}",
    "grading": "{task}\n{passage}",
    "generation": "{task}",
    "tags": "{task}",
    "harvest": "{sentence}",
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
    pick = rng.integers(len(frames), size=n)
    anew = rng.random(n) < pool.paraphrase
    areas = rng.integers(len(library.area_names), size=n)
    prompts = np.empty(n, dtype=object)
    for number, frame in enumerate(frames):
        for rows, worded in ((pick == number) & ~anew, False), ((pick == number) & anew, True):
            if frame.language != "en":
                grammar = library.languages[frame.language]
                prompts[rows] = grammar.fill(frame.text, int(rows.sum()), rng)
                continue
            prompts[rows] = _english(library, frame, worded, areas[rows], rng)
    return unframed(prompts)


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
            prompts[rows] = _reworded(library, frame.family, grammar, rows.size, rng)
        else:
            prompts[rows] = grammar.fill(frame.text, rows.size, rng)
    return prompts


def _reworded(library: Library, family: str, grammar: Grammar, n: int, rng: np.random.Generator) -> Texts:
    """Frames put together clause by clause, so that hardly two are alike."""
    clauses = library.operators[family]["clauses"]
    columns = []
    for clause in clauses:
        texts = np.array(clause, dtype=object)[rng.integers(len(clause), size=n)]
        numbers = grammar.write("n", n, rng)
        columns.append([t.replace("{n}", k) for t, k in zip(texts, numbers, strict=True)])
    items = grammar.fill(_ITEMS[family], n, rng)
    order = rng.random(n) < 0.3
    return np.array(
        [
            f"{item}\n\n{' '.join(words)}" if last else f"{' '.join(words)}\n{item}"
            for item, last, *words in zip(items, order, *columns, strict=True)
        ],
        dtype=object,
    )
