"""Figures of the population: arrays in, a matplotlib figure out, and how to put one on a page.

Figures are made without pyplot, so nothing is shared between them and no window is ever opened.
Axes are linear in log10 with ticks set by hand: matplotlib's log ticks are slow.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.report.text import for_figure

Floats = npt.NDArray[np.float64]
Moments = npt.NDArray[np.datetime64]

INK, FAINT = "#24292f", "#d3d8de"
CROWD = "#6b7c93"
FLAGGED = "#c8452f"
#: Colours that people with any colour vision tell apart, bright enough on white and on black.
CAMPAIGN_COLOURS = ("#d1495b", "#2e86ab", "#c98a00", "#4f9d69", "#8e6bbf", "#c06c9c")
OTHER_CAMPAIGNS = "#8a7f72"
POINTS_SHOWN = 1000
#: Bins of the timeline of sign-ups, in seconds: the first that gives a readable number of them.
_STEPS = tuple(3600 * hours for hours in (1, 2, 6, 12, 24, 48, 168, 336, 672, 2016, 8064))
_DARK = {INK: "#d6dbe1", FAINT: "#3a424b"}
_STYLE: Any = {
    "svg.hashsalt": "detector",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@dataclass(frozen=True)
class Group:
    """Accounts that are marked in a figure: a campaign, or all the lesser ones together."""

    label: str
    colour: str
    at: npt.NDArray[np.bool_]


def scatter(queries: Floats, anomaly: Floats, groups: Sequence[Group] = ()) -> Figure:
    """Every account by queries (log) and anomaly: the crowd as density, campaigns as points.

    Parameters
    ----------
    queries, anomaly : arrays of float, shape (n,)
        Queries and anomaly score in [0, 1] of each account.
    groups : sequence of Group
        Which accounts to mark; each holds an array of bool, shape (n,).
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(4.1)
        x = np.log10(np.maximum(np.nan_to_num(queries), 1.0))
        top = max(float(x.max(initial=0.0)), 1.0) * 1.03 + 0.02
        marked = np.zeros(len(x), dtype=np.bool_)
        for group in groups:
            marked |= group.at
        _density(axes, x[~marked], anomaly[~marked], top)
        for group in groups:
            shown = _spread(np.flatnonzero(group.at), POINTS_SHOWN // max(len(groups), 1))
            axes.plot(
                x[shown], anomaly[shown], "o", color=group.colour, ms=3.6, mew=0.4, mec="white",
                alpha=0.85, label=for_figure(group.label),
            )  # fmt: skip
        _decades(axes, top)
        axes.set(xlim=(-0.05, top), ylim=(-0.02, 1.02), yticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_xlabel("queries in the window")
        axes.set_ylabel("anomaly of the account by itself")
        _legend(axes, len(groups))
    return figure


def score_distribution(scores: Floats, flagged: npt.NDArray[np.bool_]) -> Figure:
    """How many accounts have which score, flagged ones apart; counts on a log scale."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(2.6)
        edges = np.linspace(0.0, 1.0, 51)
        every, _ = np.histogram(scores, edges)
        marked, _ = np.histogram(scores[flagged], edges)
        axes.stairs(_log_height(every), edges, fill=True, color=CROWD, alpha=0.55)
        axes.stairs(_log_height(marked), edges, fill=True, color=FLAGGED, alpha=0.9)
        top = max(float(_log_height(every).max(initial=0.0)), 1.0) * 1.08
        labels = ["0", *(_decade(power) for power in range(int(top - 0.3) + 1))]
        axes.set_yticks([0.0, *(power + 0.3 for power in range(int(top - 0.3) + 1))], labels)
        axes.set(xlim=(0, 1), ylim=(0, top), xticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_xlabel("score, evidence of the campaign included")
        axes.set_ylabel("accounts")
    return figure


def creation_timeline(created: Moments, in_campaign: npt.NDArray[np.bool_]) -> Figure:
    """Sign-ups of all accounts over time, members of campaigns apart.

    The axis spans the latest 98 % of sign-ups, since old accounts come from years ago.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(2.6)
        seconds = created.astype("datetime64[s]").astype(np.int64)
        low = int(np.quantile(seconds, 0.02)) if len(seconds) else 0
        high = int(seconds.max(initial=low))
        step = next((s for s in _STEPS if (high - low) / s < 120), _STEPS[-1])
        edges = np.arange(low // step * step, max(high, low + 12 * step) + step + 1, step)
        every, _ = np.histogram(seconds, edges)
        marked, _ = np.histogram(seconds[in_campaign], edges)
        axes.stairs(every, edges, fill=True, color=CROWD, alpha=0.55)
        axes.stairs(marked, edges, fill=True, color=CAMPAIGN_COLOURS[0], alpha=0.9)
        ticks = np.linspace(edges[0], edges[-1], 6)[:-1]
        axes.set_xticks(ticks, [str(np.datetime64(int(tick), "s"))[:10] for tick in ticks])
        most = max(int(every.max(initial=1)), 1)
        axes.set_yticks([0, most], ["0", f"{most:,}"])
        axes.set(xlim=(edges[0], edges[-1]), ylim=(0, most * 1.05))
        axes.set_ylabel(f"sign-ups per {_length(step)}")
    return figure


def as_image(figure: Figure, label: str) -> Markup:
    """Figure as an image for a page: the page's policy does not reach into it, nor it out."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # the browser's fonts draw the text, and have the glyphs that matplotlib's lack
        warnings.filterwarnings("ignore", message="Glyph")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 system-ui, sans-serif", drawing)
    dark = "".join(f"--c{light[1:]}:{value};" for light, value in _DARK.items())
    light = "".join(f"--c{colour[1:]}:{colour};" for colour in _DARK)
    style = f"<style>:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    for colour in _DARK:
        drawing = drawing.replace(f": {colour}", f": var(--c{colour[1:]})")
    drawing = drawing.replace("<defs>", f"{style}<defs>", 1)
    data = base64.b64encode(drawing.encode()).decode("ascii")
    return Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">').format(label, data)


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9.6, height))
    axes = figure.add_axes((0.065, 0.52 / height, 0.905, 1 - 0.82 / height))
    return figure, axes


def _density(axes: Axes, x: Floats, y: Floats, top: float) -> None:
    """Crowd as one small picture, whatever its size: opacity grows with the log of the count."""
    if not len(x):
        return
    counts, _, _ = np.histogram2d(y, x, bins=(104, 260), range=((0.0, 1.0), (-0.02, top)))
    depth = np.log1p(counts) / np.log1p(max(counts.max(), 1.0))
    picture = np.zeros((*counts.shape, 4))
    picture[..., :3] = [int(CROWD[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    picture[..., 3] = np.where(counts > 0, 0.25 + 0.75 * depth, 0.0)
    axes.imshow(picture, extent=(-0.02, top, 0, 1), origin="lower", aspect="auto", interpolation="none")


def _spread(rows: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]


def _decades(axes: Axes, top: float) -> None:
    powers = range(int(top) + 1)
    axes.set_xticks(list(powers), [_decade(power) for power in powers])


def _decade(power: int) -> str:
    return f"{10**power:,}"


def _log_height(counts: npt.NDArray[np.int64]) -> Floats:
    """Log10 of a count, lifted so that a single account still shows."""
    return np.where(counts > 0, np.log10(np.maximum(counts, 1)) + 0.3, 0.0)


def _legend(axes: Axes, groups: int) -> None:
    if groups:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=min(groups, 7), borderpad=0,
            handletextpad=0.1, markerscale=1.5, columnspacing=1.2,
        )  # fmt: skip


def _length(seconds: int) -> str:
    for unit, size in (("week", 604_800), ("day", 86_400)):
        if seconds % size == 0:
            return unit if seconds == size else f"{seconds // size} {unit}s"
    return "hour" if seconds == 3600 else f"{seconds // 3600} hours"
