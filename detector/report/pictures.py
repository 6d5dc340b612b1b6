"""Figures of one scan's population, drawn once and put on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from detector.report.figures import (
    CAMPAIGN_COLOURS,
    INK,
    OTHER_CAMPAIGNS,
    Group,
    as_image,
    creation_timeline,
    scatter,
    score_distribution,
)
from detector.report.findings import Findings
from detector.report.text import identifier


@dataclass(frozen=True)
class Pictures:
    """Images; empty where there is nothing to draw."""

    scatter: Markup
    scores: Markup
    creation: Markup


def pictures(findings: Findings) -> Pictures:
    """Draw completed findings."""
    return Pictures(_scatter(findings), _scores(findings), _creation(findings))


def groups(findings: Findings) -> list[Group]:
    """First campaigns in colours of their own, the rest together in one."""
    held = findings.accounts["campaign_id"]
    own = findings.campaigns["campaign_id"].head(len(CAMPAIGN_COLOURS)).tolist()
    marked = [
        Group(identifier(name, 24), colour, held.eq(name).to_numpy(dtype=bool, na_value=False))
        for name, colour in zip(own, CAMPAIGN_COLOURS, strict=False)
    ]
    if len(findings.campaigns) > len(own):
        rest = (held.notna() & ~held.isin(own)).to_numpy(dtype=bool)
        marked.insert(0, Group("other campaigns", OTHER_CAMPAIGNS, rest))
    single = findings.flagged() & findings.alone()
    if single.any():
        marked.append(Group("flagged, in no campaign", INK, single))
    return marked


def _floats(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(values.astype("float64").fillna(0.0), dtype=np.float64)


def _scatter(findings: Findings) -> Markup:
    if not len(findings.accounts):
        return Markup("")
    accounts = findings.accounts
    figure = scatter(_floats(accounts["n_queries"]), _floats(accounts["anomaly"]), groups(findings))
    return as_image(figure, "Accounts by queries and anomaly, campaigns marked")


def _scores(findings: Findings) -> Markup:
    if not len(findings.accounts):
        return Markup("")
    figure = score_distribution(_floats(findings.accounts["score"]), findings.flagged())
    return as_image(figure, "Number of accounts by score, flagged ones marked")


def _creation(findings: Findings) -> Markup:
    known = pd.to_datetime(findings.accounts["created_at"], utc=True)
    if not known.notna().any():
        return Markup("")
    rows = known.notna().to_numpy()
    created = known[rows].dt.tz_localize(None).to_numpy(dtype="datetime64[s]")
    figure = creation_timeline(created, ~findings.alone()[rows])
    return as_image(figure, "Sign-ups over time, members of campaigns marked")
