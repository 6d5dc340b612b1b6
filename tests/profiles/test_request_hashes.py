"""Which hashes occur more than once, on disk and in memory, against counting."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.profiles.request_hashes import RequestHashes, repeated

#: Few different ones over all of the range, so that many occur again.
HASHES = st.builds(lambda high, low: (high << 56) + low, st.integers(0, 255), st.integers(0, 3))
PARTS = st.lists(st.lists(HASHES, max_size=30), max_size=4)


def arrays(parts):
    return [np.array(part, np.uint64) for part in parts]


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_hashes_that_occur_twice_are_those_that_counting_finds_wherever_they_wait(sets):
    counts = Counter(value for parts in sets for part in parts for value in part)
    again = sorted(value for value, n in counts.items() if n > 1)
    with TemporaryDirectory() as name:
        waiting = []
        for number, parts in enumerate(sets):
            folder = Path(name) / str(number)
            folder.mkdir()
            waiting.append(RequestHashes(folder))
            for part in arrays(parts):
                waiting[-1].append(part)
        for given_sets in (waiting, [arrays(parts) for parts in sets], [waiting[0], *map(arrays, sets[1:])]):
            found, held = repeated(given_sets)
            assert found.tolist() == again
            for mine, parts in zip(held, sets, strict=True):
                assert mine.tolist() == [any(value in part for part in parts) for value in again]
