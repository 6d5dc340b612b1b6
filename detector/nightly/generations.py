"""The results of nights: each a folder that is complete before a link names it, and is never changed after.

A reader that resolves the link once reads one generation and nothing else, whatever is committed meanwhile. The
generation before stays until the next run.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from detector.nightly import sealed, writes
from detector.nightly.damage import DamagedStore
from detector.nightly.store import Store

MANIFEST = "manifest.json"
LATEST = "latest"


def judged(store: Store) -> list[dt.date]:
    """Nights that have results, in order."""
    return sorted(dt.date.fromisoformat(name) for name in os.listdir(store / "nights") if not name.startswith("."))


def manifest(store: Store, night: dt.date) -> dict[str, Any] | None:
    """What the results of a night were made from, and the digest of each; None where there are none."""
    link = store / "nights" / str(night)
    return sealed.opened(link.resolve() / MANIFEST, store.seal) if os.path.lexists(link) else None


def artefact(store: Store, night: dt.date, name: str) -> bytes:
    """One file of a night's results, held against its digest.

    Raises
    ------
    DamagedStore
        If it is not what was written.
    """
    folder = (store / "nights" / str(night)).resolve()
    said = sealed.opened(folder / MANIFEST, store.seal)
    if name not in said["artefacts"]:
        raise DamagedStore(folder / name, "the manifest does not know it")
    return sealed.read(folder / name, said["artefacts"][name])


def commit(store: Store, night: dt.date, made_from: str, artefacts: dict[str, bytes]) -> None:
    """Write the results of a night, and let its link name them."""
    digests = {name: sealed.digest(data) for name, data in sorted(artefacts.items())}
    said = {"night": str(night), "made_from": made_from, "artefacts": digests}
    data = sealed.sealed(said, store.seal)
    name = f"{night}-{sealed.digest(data)[:16]}"
    folder = store / "generations" / name
    writes.make(folder)
    for file, content in sorted(artefacts.items()):
        writes.write(folder / file, content)
    writes.write(folder / MANIFEST, data)
    writes.point(store / "nights" / str(night), f"../generations/{name}")
    _link_newest(store)


def sweep(store: Store) -> None:
    """Remove generations that no night names, and link the newest night."""
    nights = store / "nights"
    named = {Path(os.readlink(nights / str(night))).name for night in judged(store)}
    for folder in sorted((store / "generations").iterdir()):
        if folder.name not in named:
            writes.remove(folder)
    _link_newest(store)


def _link_newest(store: Store) -> None:
    """Let the link of the newest night name it, which a run that was killed may have left undone."""
    newest, link = max(judged(store), default=None), store / LATEST
    if newest is not None and (not os.path.lexists(link) or os.readlink(link) != f"nights/{newest}"):
        writes.point(link, f"nights/{newest}")


def check(store: Store, night: dt.date) -> None:
    """Hold every file of a night's results against its digest.

    Raises
    ------
    DamagedStore
        If one is not what was written.
    """
    said = manifest(store, night)
    for name in said["artefacts"] if said else ():
        artefact(store, night, name)
