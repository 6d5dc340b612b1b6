"""Proof that every number of a stored baseline is one that scoring can walk without harm.

scikit-learn, like our own loop, follows child and feature indices without bounds checks: one wrong
index is a crash, a cycle never ends. So a loaded baseline is proved sound before it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.anomaly.ranks import FARTHEST, GRID_POINTS
from detector.errors import ModelError
from detector.settings import Anomaly

#: Name, type and number of dimensions of each array.
ARRAYS: dict[str, tuple[str, int]] = {
    "feature": ("<i4", 1),
    "forest_marks": ("<f8", 2),
    "known": ("<i8", 1),
    "left": ("<i4", 1),
    "marks": ("<f8", 2),
    "reference": ("<f8", 1),
    "right": ("<i4", 1),
    "roots": ("<i4", 1),
    "samples": ("<i4", 1),
    "threshold": ("<f8", 1),
}
MOST_FEATURES = 10_000

Arrays = dict[str, npt.NDArray[Any]]


class _Judge:
    """Refuses a file by its name and what is wrong in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def require(self, sound: object, wrong: str) -> None:
        if not sound:
            raise ModelError(f"{self.path}: {wrong}. Restore it from a copy, or fit a new baseline.")


def check_arrays(
    arrays: Arrays,
    path: Path,
    names: tuple[str, ...],
    sides: tuple[str, ...],
    fitted: int,
    per_tree: int,
    settings: Anomaly,
) -> None:
    """Refuse a baseline whose names, sizes, types or indices are not those of a sound one.

    Raises
    ------
    ModelError
        With the name of the file, what is wrong, and what to do.
    """
    judge = _Judge(path)
    judge.require(0 < len(names) <= MOST_FEATURES, "the number of features is out of range")
    judge.require(list(names) == sorted(set(names)), "feature names repeat or are out of order")
    judge.require(set(sides) <= {"high", "low"}, "a feature is suspicious on neither side")
    judge.require(0 < settings.clip_quantile < 0.5, "the clipping quantile is out of range")
    judge.require(0 < settings.false_positive_rate < 1, "the false positive rate is out of range")
    judge.require(0 < per_tree <= fitted, "more accounts per tree than were fitted")
    for name, (kind, dimensions) in ARRAYS.items():
        array = arrays[name]
        judge.require(array.dtype.str == kind, f"array {name} is not of type {kind}")
        judge.require(array.ndim == dimensions, f"array {name} has not {dimensions} dimensions")
        judge.require(np.isfinite(array).all(), f"array {name} holds a number that is not finite")
    _check_reference(arrays, len(names), fitted, judge)
    _check_trees(arrays, len(names), judge)
    _check_samples(arrays, per_tree, judge)


def _check_reference(arrays: Arrays, features: int, fitted: int, judge: _Judge) -> None:
    marks, forest_marks = arrays["marks"], arrays["forest_marks"]
    judge.require(marks.shape == (features, GRID_POINTS), "the quantile grid has a wrong shape")
    judge.require(forest_marks.shape == (1, GRID_POINTS), "the forest's grid has a wrong shape")
    for grid in (marks, forest_marks):
        judge.require((np.diff(grid, axis=1) >= 0).all(), "a quantile grid is not ascending")
        judge.require((np.abs(grid) <= FARTHEST).all(), "a quantile grid is out of range")
    known = arrays["known"]
    judge.require(known.shape == (features,), "the number of known values has a wrong shape")
    judge.require(((known >= 0) & (known <= fitted)).all(), "more values known than accounts")
    reference = arrays["reference"]
    judge.require(len(reference) > 0, "there is no reference score")
    judge.require((np.diff(reference) >= 0).all(), "the reference scores are not ascending")
    judge.require(reference[0] >= 0, "a reference score is negative")


def _check_trees(arrays: Arrays, features: int, judge: _Judge) -> None:
    """Every node but a root is the child of exactly one earlier node of its own tree."""
    left, right, roots = arrays["left"], arrays["right"], arrays["roots"]
    nodes = len(left)
    lengths = {len(arrays[name]) for name in ("left", "right", "feature", "threshold", "samples")}
    judge.require(nodes > 0 and lengths == {nodes}, "the trees' arrays differ in length")
    judge.require(len(roots) > 0 and roots[0] == 0, "the first tree does not start at node 0")
    judge.require((np.diff(roots) > 0).all() and roots[-1] < nodes, "a root is out of range")
    own = np.arange(nodes)
    leaf = left == own
    judge.require(np.array_equal(leaf, right == own), "a node has one child only")
    ends = np.repeat(np.append(roots[1:], nodes), np.diff(np.append(roots, nodes)))
    for child in (left[~leaf], right[~leaf]):
        judge.require((child > own[~leaf]).all(), "a child stands before its parent")
        judge.require((child < ends[~leaf]).all(), "a child is out of range")
    born = np.bincount(np.concatenate([left[~leaf], right[~leaf], roots]), minlength=nodes)
    judge.require((born == 1).all(), "a node has two parents or none")
    feature = arrays["feature"]
    judge.require(((feature >= 0) & (feature < features)).all(), "a feature is out of range")
    threshold = arrays["threshold"]
    judge.require(((threshold >= 0) & (threshold <= 1)).all(), "a threshold is not a rank")


def _check_samples(arrays: Arrays, per_tree: int, judge: _Judge) -> None:
    left, right, samples = arrays["left"], arrays["right"], arrays["samples"]
    inner = np.flatnonzero(left != np.arange(len(left)))
    judge.require((samples >= 1).all(), "a node has no accounts")
    judge.require((samples[arrays["roots"]] == per_tree).all(), "a tree has lost accounts")
    children = samples[left[inner]].astype(np.int64) + samples[right[inner]]
    judge.require((samples[inner] == children).all(), "a node's children have lost accounts")
