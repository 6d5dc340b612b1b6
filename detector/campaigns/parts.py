"""Parts: the component, strand or group that each account belongs to, as a number from 0, -1 for none."""

from __future__ import annotations

import numpy as np

from detector.campaigns.passages import Ints


def numbered(label: Ints) -> Ints:
    """The same parts, numbered from 0 in order of their first account."""
    kept = label >= 0
    values, first = np.unique(label[kept], return_index=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(values))
    found = np.full(len(label), -1, np.int64)
    found[kept] = rank[np.searchsorted(values, label[kept])]
    return found


def large(part: Ints, least: int) -> Ints:
    """Parts of so many accounts at least; those of others are in none."""
    sizes = np.bincount(part[part >= 0], minlength=1)
    return np.where((part >= 0) & (sizes[part] >= least), part, -1)
