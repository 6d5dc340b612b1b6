"""Campaigns of a window: keys → composites → core → components → groups, which are then examined."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.beside import IN_TURN, Beside
from detector.campaigns.acquaintance import acquainted
from detector.campaigns.allow import AllowList
from detector.campaigns.bridges import apart
from detector.campaigns.composites import significant_composites
from detector.campaigns.crews import crews
from detector.campaigns.evidence import Evidence
from detector.campaigns.examine import Candidate, Group, examine
from detector.campaigns.grow import attach, components, core
from detector.campaigns.kin import kin
from detector.campaigns.own_words import of_words, without_framed
from detector.campaigns.parts import numbered
from detector.campaigns.passages import Passages, passages
from detector.campaigns.recruits import recruit
from detector.campaigns.reference import Reference
from detector.campaigns.rejoin import rejoin
from detector.campaigns.spray import latecomers, sprays
from detector.campaigns.strands import loosen, unravel
from detector.on_disk import let_go
from detector.profiles.tables import Tables
from detector.settings import Campaigns

#: Facts that cost an operator something to vary: families whose composites make the first cores.
HARD = ("network", "payment")
HARD_KINDS = ("device",)
#: Facts that two operators may have in common: a maker of mailboxes, an hour of sign-up. Their cores come second.
SOFT = ("identity", "time")
#: Facts that say nothing alone: common software, the day of sign-up.
GENERIC = ("client", "settings", "created_1d")
#: Digits that an innocent explanation takes from a whole from which it is one of its parts, too.
MOST_EXPLAINED = 2.0
#: Keys that have one owner.
OWNED = ("payment", "device")


def find_groups(
    tables: Tables, settings: Campaigns, allow: AllowList | None = None, beside: Beside = IN_TURN
) -> list[Group]:
    """Every group with at least coordination behind it, strongest evidence first.

    Parameters
    ----------
    tables : Tables
        Merged profiles of a window.
    allow : AllowList, optional
        Campaigns that its entries suppress are marked.
    beside : Beside, optional
        Where a part of the groups is examined.

    Returns
    -------
    list of Group
        Tier A before B before C; within a tier by evidence, then id.
    """
    principals = tables.accounts["principal"].to_numpy()
    composites, holders = significant_composites(tables.keys, principals, settings)
    held = passages(tables)
    label, cores = _grow(composites, holders, principals, held, tables.keys, settings)
    verified = tables.accounts["organization_verified"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    label = of_words(unravel(label, held, holders, settings), held)
    tied = _tied(composites, holders, len(label)) | _sharing(label, tables.keys)
    label = loosen(label, held, tied, settings)
    label = without_framed(crews(label, tables, tied, verified, settings), held, tied)
    label = sprays(label, tables, held, tied, verified, settings)
    let_go()
    label = acquainted(recruit(label, held, holders, ~verified), held, tables.keys, ~verified)
    reference = Reference(tables, np.flatnonzero(label < 0))
    joined = kin(rejoin(label, reference, held, settings), reference, held)
    n_composites = np.bincount(holders["account"].to_numpy(), minlength=len(label))
    examined = partial(_examined, reference=reference, settings=settings, beside=beside)
    found = examined(_candidates(joined, cores, n_composites))
    unexplained = [group for group in found if not group.flags and group.explanation.weight < MOST_EXPLAINED]
    apart = _parts_of(unexplained, label, joined)
    parts = examined(_candidates(apart, cores, n_composites))
    groups, free = [], (label < 0) & ~verified
    for group in _better(found, parts, joined):
        group = replace(group, suppressed=allow.suppressing(group.cohort.people) if allow else None)
        if group.weighed.tier is not None:
            groups.append(_with_latecomers(group, free))
    return sorted(groups, key=lambda g: (str(g.weighed.tier), -g.weighed.total, g.id))


def _parts_of(
    groups: list[Group], label: npt.NDArray[np.int64], joined: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Parts of groups that were joined, numbered; -1 for accounts of others."""
    homes = [home for home in _homes(groups, joined) if len(np.unique(label[joined == home])) > 1]
    return numbered(np.where(np.isin(joined, homes), label, -1))


def _better(found: list[Group], parts: list[Group], joined: npt.NDArray[np.int64]) -> list[Group]:
    """Groups, and in place of those of which a part is flagged, their parts.

    What ties pools together may be an operator's or a provider's of whom two operators buy; what the one asks hides
    then what the other does.
    """
    replaced = set(_homes([part for part in parts if part.flags], joined))
    whole = [group for group, home in zip(found, _homes(found, joined), strict=True) if home not in replaced]
    return whole + [part for part, home in zip(parts, _homes(parts, joined), strict=True) if home in replaced]


def _homes(groups: list[Group], joined: npt.NDArray[np.int64]) -> list[int]:
    """The joined group that each of these is or is a part of."""
    return [int(joined[group.cohort.members[0]]) for group in groups]


def _candidates(
    label: npt.NDArray[np.int64], cores: npt.NDArray[np.bool_], composites: npt.NDArray[np.int64]
) -> list[Candidate]:
    """Accounts of each label, in order of the labels."""
    groups = [np.flatnonzero(label == number) for number in range(int(label.max(initial=-1)) + 1)]
    return [Candidate(members, cores[members], composites[members]) for members in groups]


def _examined(candidates: list[Candidate], reference: Reference, settings: Campaigns, beside: Beside) -> list[Group]:
    """Groups of candidates in their order, shared out between two processes by size."""
    by_size = sorted(range(len(candidates)), key=lambda i: -len(candidates[i].members))
    found = beside.share(partial(examine, reference=reference, settings=settings), [candidates[i] for i in by_size])
    groups = dict(zip(by_size, found, strict=True))
    return [groups[i].on(reference) for i in range(len(candidates))]


def _grow(
    composites: pd.DataFrame,
    holders: pd.DataFrame,
    principals: npt.NDArray[np.int64],
    held: Passages,
    keys: pd.DataFrame,
    settings: Campaigns,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Component of each account (-1: none), and whether it belongs to a core.

    Cores are made of the hardest facts first, then, of the accounts that are left, of softer ones, so that two
    campaigns that use one data set, client or maker of mailboxes stay two.
    """
    hard, soft, generic = _hard(composites), _has(composites, "family", SOFT), _has(composites, "kind", GENERIC)
    telling = ~(_either(composites, "kind_1", "family_1") & _either(composites, "kind_2", "family_2"))
    at = holders["composite"].to_numpy()
    label = np.full(len(principals), -1, np.int64)
    in_core = np.zeros(len(principals), bool)
    rounds = (hard & ~generic, soft & ~generic, np.ones(len(composites), bool))
    for chosen in rounds:
        free = holders[chosen[at] & (label[holders["account"].to_numpy()] < 0)]
        left = core(composites, free, principals, settings)
        more = apart(components(left, len(label)), left, held, keys)
        in_core |= more >= 0
        label = np.where(more >= 0, more + label.max(initial=-1) + 1, label)
        label = attach(label, holders[telling[at]], settings)
    return label, in_core


def _tied(composites: pd.DataFrame, holders: pd.DataFrame, n: int) -> npt.NDArray[np.bool_]:
    """Accounts that hold a composite with a fact of their owner."""
    of_owner = (_hard(composites) | _has(composites, "family", SOFT)) & ~_has(composites, "kind", GENERIC)
    found = np.zeros(n, bool)
    found[holders["account"].to_numpy()[of_owner[holders["composite"].to_numpy()]]] = True
    return found


def _sharing(label: npt.NDArray[np.int64], keys: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Accounts that hold a card or a device together with another of their component."""
    owned = keys["kind"].isin(OWNED).to_numpy()
    account, key = keys["account"].to_numpy()[owned], keys["key"].to_numpy()[owned]
    inside = label[account] >= 0
    table = pd.DataFrame({"label": label[account[inside]], "key": key[inside], "account": account[inside]})
    shared = table.groupby(["label", "key"])["account"].transform("nunique") > 1
    found = np.zeros(len(label), bool)
    found[table.loc[shared, "account"].to_numpy()] = True
    return found


def _hard(composites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Composites with a network, a card or a device."""
    return _has(composites, "family", HARD) | _has(composites, "kind", HARD_KINDS)


def _has(composites: pd.DataFrame, column: str, names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Composites one of whose keys is of these kinds or families."""
    found = composites[f"{column}_1"].isin(names) | composites[f"{column}_2"].isin(names)
    return found.to_numpy(dtype=bool)


def _either(composites: pd.DataFrame, kind: str, family: str) -> npt.NDArray[np.bool_]:
    """Composites whose key on this side is common software or a time of sign-up: two of them are too little."""
    return (composites[kind].isin(GENERIC) | (composites[family] == "time")).to_numpy(dtype=bool)


def _with_latecomers(group: Group, free: npt.NDArray[np.bool_]) -> Group:
    """A flagged spray with the accounts that sent it only in the half of the prompts which verified it."""
    if not group.flags or not any(e.name == "other hands" for e in group.evidence):
        return group
    more, cohort = latecomers(group.cohort, group.frames, free), group.cohort
    free[more] = False
    if not len(more):
        return group
    statement = f"{len(more)} more accounts sent the same frames from other hands only in the half that verified it."
    order = np.argsort(np.append(cohort.members, more), kind="stable")
    return replace(
        group,
        cohort=replace(
            cohort,
            members=np.append(cohort.members, more)[order],
            core=np.append(cohort.core, np.zeros(len(more), bool))[order],
        ),
        composites=np.append(group.composites, np.zeros(len(more), np.int64))[order],
        evidence=[*group.evidence, Evidence("content", "latecomers", statement, float(len(more)), 0.0, 1.0, 0.0)],
    )
