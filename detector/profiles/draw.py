"""Which accounts stay where a log has more than are to be remembered: those whose keyed hash is smallest.

The smallest of all are among the smallest of every part, so that accounts can be dropped while reading goes on, in
whatever order, and those that stay have all their requests. Nobody without the key can tell which they will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detector.profiles.profile import Profile

Hashes = npt.NDArray[np.uint64]
HashesOf = Callable[[pa.Array], Hashes]


@dataclass
class Draw:
    """A draw of at most so many accounts.

    Attributes
    ----------
    most : int
    hashes_of : callable
        Keyed hashes of account ids.
    bar : int or None
        Accounts whose hash is over it are out; None while there are no more than `most`.
    """

    most: int
    hashes_of: HashesOf
    bar: int | None = None

    def stays(self, ids: pa.Array) -> npt.NDArray[np.bool_]:
        """Tell of each account id, of which there may be repeats, whether it stays."""
        if self.bar is None:
            return np.ones(len(ids), bool)
        encoded = ids.dictionary_encode()
        stay = self.hashes_of(encoded.dictionary) <= np.uint64(self.bar)
        of_rows: npt.NDArray[np.bool_] = stay[encoded.indices.to_numpy(zero_copy_only=False)]
        return of_rows

    def cut(self, profile: Profile) -> Profile:
        """Profile of the accounts that stay, with the bar lowered where there are too many."""
        if len(profile.ids) <= self.most:
            return profile
        hashes = self.hashes_of(pa.array(profile.ids, pa.large_string()))
        self.bar = bar_over([hashes], self.most)
        return profile if self.bar is None else profile.only(hashes <= np.uint64(self.bar))


def bar_over(hashes: Iterable[Hashes], most: int) -> int | None:
    """Largest hash that stays of all accounts in some parts; None where they are no more than `most`."""
    found = np.unique(np.concatenate([np.zeros(0, np.uint64), *hashes]))
    return int(found[most - 1]) if len(found) > most else None
