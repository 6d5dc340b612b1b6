"""What a simulated world is made of, written down or read from a TOML file."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from detector.drill.campaigns import Pool
from detector.drill.circles import Circle
from detector.drill.occasions import OCCASIONS
from detector.drill.populations import CROWD
from detector.drill.shapes import shape
from detector.errors import UsageError

Groups = Mapping[str, int | Sequence[int]]


def usual_groups() -> dict[str, int]:
    """One group of every population that looks coordinated and is not."""
    return dict.fromkeys(OCCASIONS, 1)


def usual_crowd() -> dict[str, float]:
    """Shares of the populations of unrelated accounts."""
    return {name: share for name, (share, _) in CROWD.items()}


@dataclass(frozen=True)
class Recipe:
    """Ingredients of a world.

    Parameters
    ----------
    accounts
        Size of the crowd of unrelated accounts; groups and campaigns come on top.
    days, start
        Length and first day of the log.
    crowd
        Relative shares of the populations in the crowd (`populations.CROWD`).
    populations
        Benign groups (`occasions.OCCASIONS`): a number of groups of the usual size, or a list
        with the size of each.
    circles
        Further benign groups, made to measure: `Circle` settings.
    campaigns
        What is planted: `Pool` settings, or `shape("proxy_mixed", accounts=300)`.
    launch
        Day on which a new model appears, from 0; None: there is no new model. Ordinary accounts take
        it up over days, campaigns as their `pivot` says.
    bridges
        Part of each campaign's accounts that also works for the next campaign.
    """

    accounts: int = 3000
    days: int = 10
    start: date = date(2026, 3, 2)
    crowd: Mapping[str, float] = field(default_factory=usual_crowd)
    populations: Groups = field(default_factory=usual_groups)
    circles: Sequence[Circle] = ()
    campaigns: Sequence[Pool] = ()
    launch: float | None = None
    bridges: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a recipe that cannot be cooked, and say which word is wrong."""
        if self.accounts < 0 or self.days < 1:
            raise UsageError(
                f"Recipe: accounts = {self.accounts}, days = {self.days}; give at least 0 accounts and 1 day."
            )
        if not 0.0 <= self.bridges <= 1.0:
            raise UsageError(f"Recipe: bridges = {self.bridges} is a share; give a number from 0 to 1.")
        for name, share in self.crowd.items():
            _known("population of the crowd", name, CROWD, OCCASIONS, "populations")
            if share < 0:
                raise UsageError(f"Recipe: crowd.{name} = {share} is negative; give a share.")
        if self.accounts and not sum(self.crowd.values()) > 0:
            raise UsageError("Recipe: the shares of crowd add up to nothing; name one population.")
        for name, groups in self.populations.items():
            _known("benign group", name, OCCASIONS, CROWD, "crowd")
            sizes = [groups] if isinstance(groups, int) else list(groups)
            if not all(isinstance(size, int) and size >= 0 for size in sizes):
                raise UsageError(
                    f"Recipe: populations.{name} = {groups!r}; give a number of groups or a list of their sizes."
                )


def read_recipe(path: Path) -> Recipe:
    """Recipe from a TOML file whose keys are the fields of `Recipe`.

    A campaign is a table `[[campaigns]]` with a `shape` and any settings of `Pool`, a circle one `[[circles]]` with
    settings of `Circle`.

    Raises
    ------
    UsageError
        If the file is not TOML or names something that does not exist.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a TOML recipe ({error}).") from error
    names = {f.name: f for f in dataclasses.fields(Recipe)}
    for name, value in given.items():
        _known("setting of a recipe", name, names)
        _check_type(path, name, value)
    given["circles"] = tuple(_circle(path, table) for table in given.get("circles", []))
    given["campaigns"] = tuple(_campaign(path, table) for table in given.get("campaigns", []))
    return Recipe(**given)


def _campaign(path: Path, table: Any) -> Pool:  # noqa: ANN401
    settings = _settings(path, "campaigns", table, vars(Pool()))
    return shape(str(settings.pop("shape", "balanced")), **settings)


def _circle(path: Path, table: Any) -> Circle:  # noqa: ANN401
    defaults = vars(Circle())
    settings = _settings(path, "circles", table, defaults)
    for name in settings:
        _known("setting of a circle", name, defaults)
    return Circle(**settings)


def _settings(path: Path, section: str, table: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """What a table of a section says, of the types that the defaults have."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {section} are tables; write [[{section}]] above each.")
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    for name, value in settings.items():
        wanted = type(defaults.get(name, value))
        if not isinstance(value, wanted) and not (wanted is float and isinstance(value, int)):
            raise UsageError(f"{path}: {section}.{name} must be {wanted.__name__}, not {value!r}.")
    return settings


def _check_type(path: Path, name: str, value: object) -> None:
    wanted: dict[str, type] = {
        "accounts": int, "days": int, "start": date, "crowd": dict, "populations": dict,
        "circles": list, "campaigns": list, "launch": float, "bridges": float,
    }  # fmt: skip
    right = isinstance(value, wanted[name]) or (wanted[name] is float and isinstance(value, int))
    if not right or isinstance(value, bool | datetime):
        raise UsageError(f"{path}: {name} must be {wanted[name].__name__}, not {value!r}.")


def _known(
    what: str,
    name: str,
    known: Mapping[str, Any],
    elsewhere: Mapping[str, Any] | None = None,
    place: str = "",
) -> None:
    if name in known:
        return
    if elsewhere and name in elsewhere:
        raise UsageError(f"Recipe: {name} is no {what}; it belongs in {place}.")
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"Recipe: no {what} is called {name}.{hint} Known: {', '.join(known)}.")
