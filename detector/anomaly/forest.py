"""scikit-learn's isolation forest, kept as plain arrays and scored by our own loop.

Plain arrays can be saved without pickle and checked index by index, and do not depend on the
version of scikit-learn that grew them. Scores equal those of ``IsolationForest.score_samples`` up
to sign: here, as everywhere, higher is more anomalous.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.anomaly.compiled import compiled, over_chunks
from detector.copies import assisted

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]
Unsigned = npt.NDArray[np.uint32]

BLOCK_ROWS = 1_024


@dataclass(frozen=True)
class Forest:
    """Trees laid end to end; a node's number counts from the start of the arrays.

    Attributes
    ----------
    roots : first node of each tree
    left, right : children of each node, always behind it; a leaf is its own child
    feature, threshold : a rank at or below the threshold goes left; 0 in leaves
    samples : accounts that came to the node when the tree was grown
    per_tree : accounts each tree was grown on
    """

    roots: Indices
    left: Indices
    right: Indices
    feature: Indices
    threshold: Floats
    samples: Indices
    per_tree: int

    @cached_property
    def parent(self) -> Indices:
        """Parent of each node; a root is its own."""
        parent = np.arange(len(self.left), dtype=np.int32)
        inner = np.flatnonzero(self.left != parent)
        parent[self.left[inner]] = inner
        parent[self.right[inner]] = inner
        return parent

    @cached_property
    def depth(self) -> Indices:
        """Splits between each node and its root."""
        depth = np.zeros(len(self.left), dtype=np.int32)
        level, nodes = 0, self.roots
        while len(nodes):
            depth[nodes] = level
            inner = nodes[self.left[nodes] != nodes]
            level, nodes = level + 1, np.concatenate([self.left[inner], self.right[inner]])
        return depth

    @cached_property
    def path(self) -> Floats:
        """Depth of each node, and the depth its accounts would need to be told apart."""
        return self.depth + expected_depth(self.samples)

    @cached_property
    def children(self) -> Unsigned:
        """Left and right child of node i at 2i and 2i + 1: a step without a branch."""
        return np.stack([self.left, self.right], axis=1).reshape(-1).astype(np.uint32)

    def scores(self, ranks: Ranks) -> Floats:
        """Anomaly score in [0, 1] of each row of ranks, higher is more anomalous."""
        total = np.zeros(len(ranks))
        deepest = int(self.depth.max(initial=0))
        feature = self.feature.astype(np.uint32)
        arrays = (self.roots, self.children, feature, self.threshold, self.path)

        def work(part: slice) -> None:
            _sum_paths(ranks[part], *arrays, deepest, total[part])

        over_chunks(work, len(ranks))
        usual = len(self.roots) * float(expected_depth(np.array([self.per_tree]))[0])
        mean = total / usual if usual > 0 else np.ones_like(total)
        return np.asarray(2.0**-mean, dtype=np.float64)


def expected_depth(samples: npt.NDArray[Any]) -> Floats:
    """Mean depth of an unsuccessful search in a random tree of so many accounts [1]_.

    References
    ----------
    .. [1] Liu, F. T., Ting, K. M. and Zhou, Z.-H. (2008), "Isolation forest", ICDM, equation 1.
    """
    many = np.maximum(samples.astype(np.float64), 3.0)
    depth = 2.0 * (np.log(many - 1.0) + np.euler_gamma) - 2.0 * (many - 1.0) / many
    return np.where(samples <= 1, 0.0, np.where(samples == 2, 1.0, depth))


def grow(ranks: Ranks, trees: int, samples_per_tree: int, seed: int) -> Forest:
    """Grow a forest on rows of ranks, which are taken in the order given.

    The order of rows and columns moves an isolation forest's scores, so the caller brings both
    into an order that depends on their content alone.
    """
    return assisted(_grown, ranks, trees, samples_per_tree, seed)


def _grown(ranks: Ranks, trees: int, samples_per_tree: int, seed: int) -> Forest:
    from sklearn.ensemble import IsolationForest

    model = IsolationForest(
        n_estimators=trees,
        max_samples=min(samples_per_tree, len(ranks)),
        random_state=seed,
        n_jobs=-1,
    ).fit(ranks)
    return extracted([tree.tree_ for tree in model.estimators_], min(samples_per_tree, len(ranks)))


def extracted(trees: list[Any], per_tree: int) -> Forest:
    """Plain arrays of scikit-learn's fitted trees."""
    sizes = np.array([tree.node_count for tree in trees])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    own = np.arange(sizes.sum(), dtype=np.int32)
    offset = np.repeat(roots, sizes)
    left = np.concatenate([tree.children_left for tree in trees])
    right = np.concatenate([tree.children_right for tree in trees])
    feature = np.concatenate([tree.feature for tree in trees])
    leaf = left < 0
    return Forest(
        roots=roots,
        left=np.where(leaf, own, left + offset).astype(np.int32),
        right=np.where(leaf, own, right + offset).astype(np.int32),
        feature=np.where(leaf, 0, feature).astype(np.int32),
        threshold=np.where(leaf, 0.0, np.concatenate([tree.threshold for tree in trees])),
        samples=np.concatenate([tree.n_node_samples for tree in trees]).astype(np.int32),
        per_tree=per_tree,
    )


@compiled
def _sum_paths(
    ranks: Ranks,
    roots: Indices,
    children: Unsigned,
    feature: Unsigned,
    threshold: Floats,
    path: Floats,
    deepest: int,
    total: Floats,
) -> None:
    """Add each row's path length in every tree to ``total``.

    A block of rows takes one step after another together: no step waits for the one before it, and
    leaves, being their own children, need no question. Five times as fast as row by row.
    """
    at = np.empty(BLOCK_ROWS, dtype=np.uint32)
    for start in range(0, ranks.shape[0], BLOCK_ROWS):
        rows = min(BLOCK_ROWS, ranks.shape[0] - start)
        for tree in range(roots.shape[0]):
            at[:] = roots[tree]
            for _ in range(deepest):
                for row in range(rows):
                    node = np.uint64(at[row])
                    rank = ranks[start + row, np.uint64(feature[node])]
                    side = np.uint64(rank > threshold[node])
                    at[row] = children[(node << np.uint64(1)) + side]
            for row in range(rows):
                total[start + row] += path[at[row]]
