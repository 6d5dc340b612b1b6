"""What people write: each has a language, a few subjects and habits of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.drill.clocks import Load
from detector.drill.grammar import Library, Texts
from detector.drill.manners import Written

LANGUAGES = ("en", "de", "es", "fr", "pt", "zh", "ja", "ru", "hi", "th")
LANGUAGE_SHARES = (0.62, 0.06, 0.07, 0.05, 0.05, 0.04, 0.04, 0.03, 0.02, 0.02)
GREETINGS = ("Hello, ", "hi ", "Good morning. ", "Hey! ", "Dear assistant, ", "ok so ")
FAREWELLS = (" Thank you!", " thx", " Cheers", " Much obliged.", " pls", " :)", " ...")


def everyday(library: Library, accounts: int, load: Load, rng: np.random.Generator) -> Written:
    """Prompts of people: own subjects, own language, follow-ups within a conversation."""
    speaks = _speaks(accounts, rng)[load.who]
    areas = subjects(library, accounts, load, rng)
    return unframed(_spoken(library, speaks, areas, load, load.who, accounts, rng))


def strangers(library: Library, load: Load, rng: np.random.Generator) -> Written:
    """Prompts of many different people behind the same accounts: a new voice per conversation."""
    voices = int(load.session.max()) + 1 if len(load) else 0
    by_voice = Load(load.session, load.when, load.session, load.turn)
    speaks = _speaks(voices, rng)[load.session]
    areas = subjects(library, voices, by_voice, rng)
    return unframed(_spoken(library, speaks, areas, load, load.session, voices, rng))


def topical(library: Library, rule: str, accounts: int, load: Load, rng: np.random.Generator) -> Texts:
    """Texts of one rule, on the subjects that each account prefers."""
    return library.by_area(rule, subjects(library, accounts, load, rng), rng)


def coding(library: Library, rule: str, accounts: int, load: Load, rng: np.random.Generator) -> Texts:
    """Texts of one rule about code, on the few projects that each account works on."""
    projects = _favourites(accounts, len(library.projects), load, rng, 0.06)
    texts = library.by_project(rule, projects, rng)
    names = [library.areas["code"].write("noun", accounts, rng) for _ in range(3)]
    repositories = ["-".join(words) for words in zip(*names, strict=True)]
    return np.array(
        [text.replace("@repo", repositories[w]) for text, w in zip(texts, load.who, strict=True)],
        dtype=object,
    )


def about(library: Library, rule: str, bank: str, n: int, rng: np.random.Generator) -> Texts:
    """Texts of one rule on two subjects of a fixed list: what an occasion is about."""
    choices = library.fixed[bank]
    chosen = [str(choices[i]) for i in rng.permutation(len(choices))[:2]]
    texts = library.anywhere(rule, n, rng)
    pick = rng.integers(2, size=n)
    return np.array([text.replace("@subject", chosen[i]) for text, i in zip(texts, pick, strict=True)], object)


def subjects(
    library: Library,
    accounts: int,
    load: Load,
    rng: np.random.Generator,
    breadth: float = 0.25,
) -> npt.NDArray[np.int64]:
    """Subject of each request: a conversation keeps to one, an account to its favourites."""
    return _favourites(accounts, len(library.area_names), load, rng, breadth)


def _favourites(
    accounts: int, choices: int, load: Load, rng: np.random.Generator, breadth: float
) -> npt.NDArray[np.int64]:
    taste = rng.gamma(breadth, size=(accounts, choices)) + 1e-9
    bounds = np.cumsum(taste / taste.sum(axis=1, keepdims=True), axis=1)
    sessions = int(load.session.max()) + 1 if len(load) else 0
    draw = rng.random(sessions)[load.session]
    chosen: npt.NDArray[np.int64] = (bounds[load.who, :-1] < draw[:, None]).sum(axis=1)
    return chosen


def unframed(prompts: Texts) -> Written:
    """Prompts without a system prompt."""
    return Written(prompts, np.full(prompts.size, None, dtype=object))


def framed(prompts: Texts, system: Texts | str) -> Written:
    """Prompts below a system prompt, one for all or one for each."""
    if isinstance(system, str):
        system = np.full(prompts.size, system, dtype=object)
    return Written(prompts, system)


def _speaks(n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    return rng.choice(len(LANGUAGES), size=n, p=np.array(LANGUAGE_SHARES) / sum(LANGUAGE_SHARES))


def _spoken(
    library: Library,
    speaks: npt.NDArray[np.int64],
    areas: npt.NDArray[np.int64],
    load: Load,
    voice: npt.NDArray[np.int64],
    voices: int,
    rng: np.random.Generator,
) -> Texts:
    prompts = np.empty(len(load), dtype=object)
    follows = (load.turn > 0) & (rng.random(len(load)) < 0.6)
    english = speaks == 0
    for rows, rule in ((english & follows, "follow"), (english & ~follows, "prompt")):
        prompts[rows] = library.by_area(rule, areas[rows], rng)
    for number, name in enumerate(LANGUAGES[1:], start=1):
        rows = speaks == number
        prompts[rows] = library.languages[name].write("prompt", int(rows.sum()), rng)
    return _in_own_style(prompts, english & ~follows, voice, voices, rng)


def _in_own_style(
    prompts: Texts,
    plain: npt.NDArray[np.bool_],
    voice: npt.NDArray[np.int64],
    voices: int,
    rng: np.random.Generator,
) -> Texts:
    lower = rng.random(voices) < 0.18
    greets = np.where(rng.random(voices) < 0.2, rng.integers(len(GREETINGS), size=voices), -1)
    parts = np.where(rng.random(voices) < 0.2, rng.integers(len(FAREWELLS), size=voices), -1)
    for row in np.flatnonzero(plain & (lower | (greets >= 0) | (parts >= 0))[voice]):
        who = voice[row]
        text = (GREETINGS[greets[who]] if greets[who] >= 0 else "") + prompts[row]
        text += FAREWELLS[parts[who]] if parts[who] >= 0 else ""
        prompts[row] = text.lower() if lower[who] else text
    return prompts
