"""A seeded text grammar: rules with slots, expanded for many texts at once."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]
_SLOT = re.compile(r"\{(\w+)\}")


class Grammar:
    """Rules that write texts.

    A rule is a list of alternatives; `{name}` in one stands for a text of rule `name`. `{n}` is a
    number below 100 and `{N}` one above. `{name_cap}` begins with a capital, `{name_low}` without
    one, and `{name_bare}` drops a leading "to". The same generator state gives the same texts.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = {name: [_parts(text) for text in texts] for name, texts in rules.items()}
        self._plain = {
            name: np.array(texts, dtype=object)
            for name, texts in rules.items()
            if not any(_SLOT.search(text) for text in texts)
        }

    def write(self, rule: str, n: int, rng: np.random.Generator) -> Texts:
        """Array of `n` texts of a rule."""
        if rule in self._plain:
            words = self._plain[rule]
            return words[rng.integers(len(words), size=n)]
        if rule in self._rules:
            return self._expand(self._rules[rule], n, rng)
        if rule in ("n", "N"):
            low, high = (2, 98) if rule == "n" else (101, 9900)
            return rng.integers(low, high, size=n).astype(str).astype(object)
        return self._inflect(rule, n, rng)

    def fill(self, pattern: str, n: int, rng: np.random.Generator) -> Texts:
        """Array of `n` texts made from one pattern with slots."""
        return self._expand([_parts(pattern)], n, rng)

    def _expand(self, patterns: list[list[str]], n: int, rng: np.random.Generator) -> Texts:
        texts = np.empty(n, dtype=object)
        for number, rows in _rows_by_value(rng.integers(len(patterns), size=n)):
            parts = patterns[number]
            columns = [self._column(i, part, rows.size, rng) for i, part in enumerate(parts)]
            texts[rows] = ["".join(words).strip() for words in zip(*columns, strict=True)]
        return texts

    def _column(self, i: int, part: str, n: int, rng: np.random.Generator) -> Iterator[str]:
        # re.split puts the names of slots at the odd places
        return iter(self.write(part, n, rng)) if i % 2 else repeat(part, n)

    def _inflect(self, rule: str, n: int, rng: np.random.Generator) -> Texts:
        stem, _, form = rule.rpartition("_")
        if form not in ("cap", "low", "bare") or stem not in self._rules:
            raise KeyError(f"the grammar has no rule {rule}")
        texts = self.write(stem, n, rng)
        if form == "cap":
            return np.array([text[:1].upper() + text[1:] for text in texts], dtype=object)
        if form == "low":
            return np.array([text[:1].lower() + text[1:] for text in texts], dtype=object)
        return np.array([text.removeprefix("to ") for text in texts], dtype=object)


class Library:
    """All texts of the drill: everyday English by subject, other languages, programs, operators."""

    def __init__(self) -> None:
        english = _load("english")
        services = _load("services")
        shared = english["rules"] | services["rules"]
        self.areas = {name: Grammar(shared | rules) for name, rules in english["areas"].items()}
        self.projects = _projects(shared | english["areas"]["code"])
        self.languages = {
            name: Grammar(bank["rules"] | {"task": bank["rules"]["prompt"]})
            for name, bank in _load("languages").items()
        }
        self.fixed: dict[str, Any] = services["fixed"]
        self.operators: dict[str, dict[str, Any]] = _load("operators")

    @property
    def area_names(self) -> tuple[str, ...]:
        """Subjects of everyday English, in a fixed order."""
        return tuple(self.areas)

    def by_area(self, rule: str, areas: npt.NDArray[np.int64], rng: np.random.Generator) -> Texts:
        """Array of one text per entry of `areas`, which numbers the subjects."""
        return _by_bank(tuple(self.areas.values()), rule, areas, rng)

    def by_project(self, rule: str, projects: npt.NDArray[np.int64], rng: np.random.Generator) -> Texts:
        """Array of one text about code per entry of `projects`."""
        return _by_bank(self.projects, rule, projects, rng)

    def anywhere(self, rule: str, n: int, rng: np.random.Generator) -> Texts:
        """Array of `n` texts of any subject."""
        return self.by_area(rule, rng.integers(len(self.areas), size=n), rng)


@functools.cache
def library() -> Library:
    """Library read from the package, once per process."""
    return Library()


def _by_bank(banks: Sequence[Grammar], rule: str, which: npt.NDArray[np.int64], rng: np.random.Generator) -> Texts:
    texts = np.empty(which.size, dtype=object)
    for number, rows in _rows_by_value(which):
        texts[rows] = banks[number].write(rule, rows.size, rng)
    return texts


def _rows_by_value(values: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Each value that occurs, and the rows where it does."""
    order = np.argsort(values, kind="stable")
    end = 0
    for value, count in enumerate(np.bincount(values).tolist()):
        start, end = end, end + count
        if count:
            yield value, order[start:end]


def _projects(code: Mapping[str, Sequence[str]], number: int = 24) -> tuple[Grammar, ...]:
    """Code bases that differ in what they are about: each has its nouns and two languages."""
    nouns, languages = code["noun"], code["lang"]
    return tuple(
        Grammar(
            {
                **code,
                "noun": [nouns[(5 * k + 11 * j) % len(nouns)] for j in range(9)],
                "lang": [languages[(k + 5 * j) % len(languages)] for j in range(2)],
            }
        )
        for k in range(number)
    )


def _parts(pattern: str) -> list[str]:
    return _SLOT.split(pattern)


def _load(name: str) -> dict[str, Any]:
    text = resources.files("detector.drill").joinpath("texts", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
