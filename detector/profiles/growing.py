"""The profile of a file while it is read: parts that are merged as they come, large ones on disk."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from detector.profiles.draw import Draw
from detector.profiles.profile import Profile, Sizes, merge
from detector.profiles.spill import Spilled, merge_spilled, spill, spill_merged

#: Sampled requests from which a part is put on disk, where parts may be.
LARGE_PART = 100_000


class Growing:
    """Parts so far.

    Parameters
    ----------
    sizes : Sizes
    draw : Draw or None
        Which accounts stay.
    folder : Path or None
        Where large parts and the whole wait; None keeps them in memory.
    """

    def __init__(self, sizes: Sizes, draw: Draw | None, folder: Path | None) -> None:
        self._sizes, self._draw, self._folder = sizes, draw, folder
        self._parts: list[Profile] = []
        self._on_disk: list[Spilled] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been added."""
        return not self._parts and not self._on_disk

    def add(self, part: Profile) -> None:
        """Take a part; as in a merge sort, a row is moved as often as the number of parts can be halved."""
        parts = self._parts
        parts.append(part)
        while len(parts) > 1 and len(parts[-2].requests) <= 2 * len(parts[-1].requests):
            parts.append(merge([parts.pop(), parts.pop()], self._sizes))
        if self._folder is not None and len(parts[-1].requests) >= LARGE_PART:
            self._on_disk.append(spill(parts.pop(), self._new_folder()))
        if self._draw is not None and self._accounts() > 2 * self._draw.most:
            self._parts, self._on_disk = [self._draw.cut(self._in_memory())], []

    def whole(self) -> Profile | Spilled | None:
        """Everything merged, on disk where there is a folder; None where nothing was added."""
        if self.is_empty:
            return None
        if self._draw is not None and self._accounts() > self._draw.most:
            self._parts, self._on_disk = [self._draw.cut(self._in_memory())], []
        if self._folder is None:
            return self._parts[0] if len(self._parts) == 1 else self._in_memory()
        self._put_by()
        if len(self._on_disk) == 1:
            return self._on_disk[0]
        return spill_merged(self._on_disk, self._sizes, self._new_folder())

    def _accounts(self) -> int:
        return sum(len(part.ids) for part in self._parts) + sum(len(part.ids) for part in self._on_disk)

    def _in_memory(self) -> Profile:
        if self._on_disk:
            self._put_by()
            return merge_spilled(self._on_disk, self._sizes)
        return merge(self._parts, self._sizes)

    def _put_by(self) -> None:
        """Put all parts on disk."""
        parts, self._parts = self._parts, []
        if parts:
            whole = parts[0] if len(parts) == 1 else merge(parts, self._sizes)
            self._on_disk.append(spill(whole, self._new_folder()))

    def _new_folder(self) -> Path:
        return Path(mkdtemp(dir=self._folder))
