"""The words an operator wraps round items of a data set, fixed or worded anew each time."""

from __future__ import annotations

import numpy as np

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


def write_extraction(library: Library, pool: Pool, load: Load, rng: np.random.Generator) -> Written:
    """Prompts of a campaign: items of one data set, shuffled over its accounts, in its frames."""
    n = len(load)
    frames = _chosen(library, pool, rng)
    pick = rng.integers(len(frames), size=n)
    anew = rng.random(n) < pool.paraphrase
    areas = rng.integers(len(library.area_names), size=n)
    prompts = np.empty(n, dtype=object)
    for number, (language, family, fixed) in enumerate(frames):
        for rows, worded in ((pick == number) & ~anew, False), ((pick == number) & anew, True):
            if language != "en":
                grammar = library.languages[language]
                prompts[rows] = grammar.fill(fixed, int(rows.sum()), rng)
                continue
            prompts[rows] = _english(library, family, fixed, worded, areas[rows], rng)
    return unframed(prompts)


def _chosen(library: Library, pool: Pool, rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """(language, family, text) of the frames of this campaign."""
    families = FAMILIES if pool.frames == "mixed" else (pool.frames,)
    known = []
    for language in pool.languages:
        banks = families if language == "en" else (language,)
        known += [
            (language, bank, text) for bank in banks for text in library.operators[bank]["fixed"]
        ]
    return [known[i] for i in rng.permutation(len(known))[: pool.n_frames]]


def _english(
    library: Library,
    family: str,
    fixed: str,
    worded: bool,
    areas: np.ndarray[tuple[int], np.dtype[np.int64]],
    rng: np.random.Generator,
) -> Texts:
    prompts = np.empty(areas.size, dtype=object)
    for number, name in enumerate(library.area_names):
        rows = np.flatnonzero(areas == number)
        grammar = library.areas[name]
        if worded:
            prompts[rows] = _reworded(library, family, grammar, rows.size, rng)
        else:
            prompts[rows] = grammar.fill(fixed, rows.size, rng)
    return prompts


def _reworded(
    library: Library, family: str, grammar: Grammar, n: int, rng: np.random.Generator
) -> Texts:
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
