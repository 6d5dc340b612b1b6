"""Small drawings of one campaign, written as SVG by hand: no text from a log enters them.

Colours come from the page's style sheet by class, so that one drawing serves paper, light and dark.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

Moments = npt.NDArray[np.datetime64]

WIDTH = 470
_DAYS_SHOWN = 62
_LEVELS = 5
_LEFT, _CELL = 74, 12.5
_HOURS_WIDTH = 24 * _CELL
_STRIP_HEIGHT = 40
_DAY = np.timedelta64(1, "D")


def strength(weight: float, most: float) -> Markup:
    """Bar for the weight of one piece of evidence; what speaks against is drawn apart by class."""
    length = 0.0 if np.isnan(weight) else min(abs(weight) / most, 1.0) * 100
    sign = "against" if weight < 0 else "for"
    return Markup(
        '<svg class="strength" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="10"/>'
        f'<rect class="{sign}" width="{length:.1f}" height="10"/></svg>'
    )


def heat_map(hours: Moments, requests: npt.NDArray[np.int64]) -> Markup:
    """Draw requests by day and hour of the day (UTC), with the sum of each day.

    Parameters
    ----------
    hours : array of datetime64, shape (n,)
        Start of each hour in which the campaign was active.
    requests : array of int64, shape (n,)
        Requests in that hour.
    """
    if not len(hours):
        return Markup("")
    days = hours.astype("datetime64[D]")
    first = days.min()
    step = -(-(int((days.max() - first) / _DAY) + 1) // _DAYS_SHOWN)
    rows = ((days - first) / _DAY).astype(np.int64) // step
    columns = (hours.astype("datetime64[h]") - days.astype("datetime64[h]")).astype(np.int64)
    grid = np.zeros((int(rows.max()) + 1, 24), dtype=np.int64)
    np.add.at(grid, (rows, columns), requests)
    height = 15.0 if len(grid) <= 14 else 9.0
    parts = [_cells(grid, height), _hour_labels(len(grid) * height)]
    parts += _day_rows(grid, first, step, height)
    label = f"Requests by day and hour, UTC; at most {int(grid.max())} in an hour"
    return _svg(parts, len(grid) * height + 18, label)


def sign_ups(members: Moments, platform: Moments, log_begins: np.datetime64 | None) -> Markup:
    """Sign-ups of a campaign's members above those of all others, on one axis of time.

    The axis spans the central 96 % of the members' sign-ups with room on either side, so that one
    old account does not squeeze a burst into a line.
    """
    if not len(members):
        return Markup("")
    edges = _edges(members)
    own = _counts(members, edges)
    others = np.maximum(_counts(platform, edges) - own, 0)
    parts = [
        _strip(own, 12, "members", "own"),
        _strip(others, 12 + _STRIP_HEIGHT + 16, "all others", "crowd"),
        _time_labels(edges, 12 + 2 * _STRIP_HEIGHT + 28),
    ]
    if log_begins is not None:
        parts.append(_log_begins(log_begins, edges))
    label = f"Sign-ups over time; at most {int(own.max())} members and {int(others.max())} others"
    return _svg(parts, 2 * _STRIP_HEIGHT + 44, label)


def _svg(parts: list[str], height: float, label: str) -> Markup:
    return Markup(
        f'<svg class="drawing" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def _cells(grid: npt.NDArray[np.int64], height: float) -> str:
    """One path per level of intensity: a rectangle per cell would fill the page's budget."""
    most = max(int(grid.max()), 1)
    levels = np.ceil(np.sqrt(grid / most) * _LEVELS).astype(np.int64)
    box = f"h{_CELL - 1:g}v{height - 1:g}h-{_CELL - 1:g}z"
    paths = []
    for level in range(_LEVELS + 1):
        cells = np.argwhere(levels == level)
        path = "".join(f"M{_LEFT + c * _CELL:g} {r * height:g}{box}" for r, c in cells)
        paths.append(f'<path class="heat{level}" d="{path}"/>' if path else "")
    return "".join(paths)


def _hour_labels(y: float) -> str:
    return "".join(f'<text x="{_LEFT + hour * _CELL:g}" y="{y + 12:g}">{hour:02d}</text>' for hour in (0, 6, 12, 18))


def _day_rows(grid: npt.NDArray[np.int64], first: np.datetime64, step: int, height: float) -> list[str]:
    sums = grid.sum(axis=1)
    left = _LEFT + _HOURS_WIDTH + 6
    room = WIDTH - left - 44
    every = 1 if height > 10 else 7
    parts = []
    for row, total in enumerate(sums):
        middle = row * height + height / 2
        length = room * total / max(int(sums.max()), 1)
        parts.append(
            f'<rect class="sum" x="{left:g}" y="{row * height + 1:g}" width="{length:.1f}" height="{height - 3:g}"/>'
        )
        if row % every == 0:
            named = f"{_moment(first + np.timedelta64(row * step, 'D')):%a %d %b}"
            parts.append(f'<text x="0" y="{middle + 3.5:g}">{named}</text>')
            parts.append(f'<text x="{left + length + 4:.1f}" y="{middle + 3.5:g}">{total:,}</text>')
    return parts


def _moment(value: np.datetime64) -> datetime:
    return datetime.fromisoformat(str(value.astype("datetime64[s]")))


def _edges(members: Moments) -> npt.NDArray[np.int64]:
    seconds = members.astype("datetime64[s]").astype(np.int64)
    low, high = np.quantile(seconds, [0.02, 0.98])
    margin = max(float(high - low), 24 * 3600.0)
    return np.linspace(low - margin, high + margin, 97).astype(np.int64)


def _counts(moments: Moments, edges: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    seconds = moments.astype("datetime64[s]").astype(np.int64)
    counts, _ = np.histogram(seconds, edges)
    return counts.astype(np.int64)


def _strip(counts: npt.NDArray[np.int64], top: float, name: str, style: str) -> str:
    most = max(int(counts.max()), 1)
    width = (WIDTH - _LEFT) / len(counts)
    base = top + _STRIP_HEIGHT
    bars = "".join(
        f"M{_LEFT + index * width:.1f} {base:g}v-{max(value / most * _STRIP_HEIGHT, 1):.1f}h{width - 0.6:.1f}V{base:g}z"
        for index, value in enumerate(counts)
        if value
    )
    return (
        f'<path class="{style}" d="{bars}"/><path class="axis" d="M{_LEFT} {base:g}H{WIDTH}"/>'
        f'<text x="0" y="{top + 12:g}">{name}</text>'
        f'<text x="0" y="{top + 26:g}">at most {most:,}</text>'
    )


def _time_labels(edges: npt.NDArray[np.int64], y: float) -> str:
    hourly = edges[-1] - edges[0] < 4 * 86400
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75):
        at = _moment(np.datetime64(int(edges[0] + share * (edges[-1] - edges[0])), "s"))
        text = at.strftime("%d %b %H:%M" if hourly else "%d %b %Y")
        parts.append(f'<text x="{_LEFT + share * (WIDTH - _LEFT):.1f}" y="{y:g}">{text}</text>')
    return "".join(parts)


def _log_begins(moment: np.datetime64, edges: npt.NDArray[np.int64]) -> str:
    """Line where the log begins, if that falls inside the picture."""
    begins = int(moment.astype("datetime64[s]").astype(np.int64))
    if not edges[0] < begins < edges[-1]:
        return ""
    x = _LEFT + (begins - edges[0]) / (edges[-1] - edges[0]) * (WIDTH - _LEFT)
    bottom = 12 + 2 * _STRIP_HEIGHT + 16
    return f'<path class="mark" d="M{x:.1f} 4V{bottom}"/><text x="{x + 3:.1f}" y="9">log begins</text>'
