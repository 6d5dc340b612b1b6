"""A baseline as two files: plain arrays and a manifest that vouches for them.

``forest.npz`` holds arrays only and is read with ``allow_pickle=False``; ``baseline.json`` holds
everything else and the SHA-256 of both. The same baseline gives the same bytes. Hashes find
damage, not malice: whoever can write both files can make them agree, so every array is checked as
if it came from a stranger before anything walks it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.anomaly.checks import ARRAYS, check_arrays
from detector.anomaly.forest import Forest
from detector.anomaly.model import Baseline
from detector.anomaly.ranks import Grid, grid_levels
from detector.errors import ModelError, OutputError
from detector.settings import Anomaly

FORMAT = "detector baseline"
FORMAT_VERSION = 1
ARRAYS_NAME, MANIFEST_NAME = "forest.npz", "baseline.json"
MOST_MANIFEST_BYTES = 4 << 20
MOST_ARRAY_BYTES = 256 << 20
UNREADABLE: tuple[type[Exception], ...] = (
    ValueError,
    OSError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
REMEDY = "Restore it from a copy, or fit a new baseline."

Arrays = dict[str, npt.NDArray[Any]]


def files_of(baseline: Baseline) -> dict[str, bytes]:
    """Content of ``forest.npz`` and of ``baseline.json``, in the order of writing: the last vouches for the first."""
    packed = _pack(_arrays(baseline))
    body = _body(baseline) | {"arrays_sha256": hashlib.sha256(packed).hexdigest()}
    return {ARRAYS_NAME: packed, MANIFEST_NAME: _manifest(body)}


def save(baseline: Baseline, folder: Path) -> None:
    """Write the files of a baseline, each whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files_of(baseline).items():
            _write(folder / name, data)
    except OSError as error:
        raise OutputError(f"{folder}: the baseline cannot be written ({error.strerror}).") from error


def load(folder: Path) -> Baseline:
    """Read a baseline and check every number in it.

    Raises
    ------
    ModelError
        If a file is missing, damaged, tampered with or from another version.
    """
    manifest, arrays = folder / MANIFEST_NAME, folder / ARRAYS_NAME
    body = _read_manifest(manifest)
    packed = _read(arrays, MOST_ARRAY_BYTES)
    if hashlib.sha256(packed).hexdigest() != body.get("arrays_sha256"):
        raise ModelError(f"{arrays}: does not match the hash in {MANIFEST_NAME}. {REMEDY}")
    try:
        return _baseline(body, _unpack(packed, arrays), arrays)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = type(error).__name__
        raise ModelError(f"{manifest}: holds values of an unexpected kind ({what}). {REMEDY}") from error


def _arrays(baseline: Baseline) -> Arrays:
    forest = baseline.forest
    return {
        "feature": forest.feature,
        "forest_marks": baseline.forest_grid.marks,
        "known": baseline.grid.known,
        "left": forest.left,
        "marks": baseline.grid.marks,
        "reference": baseline.reference,
        "right": forest.right,
        "roots": forest.roots,
        "samples": forest.samples,
        "threshold": forest.threshold,
    }


def _body(baseline: Baseline) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "versions": dict(baseline.versions),
        "features": [
            {"name": name, "suspicious": side}
            for name, side in zip(baseline.feature_names, baseline.suspicious, strict=True)
        ],
        "settings": dataclasses.asdict(baseline.settings),
        "seed": baseline.seed,
        "accounts": baseline.accounts,
        "accounts_fitted": int(baseline.forest_grid.known[0]),
        "accounts_held_out": len(baseline.reference),
        "samples_per_tree": baseline.forest.per_tree,
        "card": dict(baseline.card),
        "score_quantiles": dict(baseline.score_quantiles),
    }


def _baseline(body: dict[str, Any], arrays: Arrays, path: Path) -> Baseline:
    settings = Anomaly(**body["settings"])
    names = tuple(str(feature["name"]) for feature in body["features"])
    sides = tuple(str(feature["suspicious"]) for feature in body["features"])
    fitted, per_tree = int(body["accounts_fitted"]), int(body["samples_per_tree"])
    check_arrays(arrays, path, names, sides, fitted, per_tree, settings)
    levels = grid_levels(settings.clip_quantile)
    trees = {name: arrays[name] for name in ("roots", "left", "right", "feature")}
    return Baseline(
        feature_names=names,
        suspicious=sides,
        grid=Grid(levels, arrays["marks"], arrays["known"]),
        forest=Forest(**trees, threshold=arrays["threshold"], samples=arrays["samples"], per_tree=per_tree),
        forest_grid=Grid(levels, arrays["forest_marks"], np.array([fitted], dtype=np.int64)),
        reference=arrays["reference"],
        settings=settings,
        seed=int(body["seed"]),
        accounts=int(body["accounts"]),
        card=dict(body["card"]),
        score_quantiles={str(k): float(v) for k, v in body["score_quantiles"].items()},
        versions={str(k): str(v) for k, v in body["versions"].items()},
    )


def _manifest(body: dict[str, Any]) -> bytes:
    """Write out the body and its hash: the only bytes a manifest with this body may have."""
    digest = hashlib.sha256(_canonical(body)).hexdigest()
    whole = {"body": body, "sha256": digest}
    return json.dumps(whole, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _read_manifest(path: Path) -> dict[str, Any]:
    raw = _read(path, MOST_MANIFEST_BYTES)
    try:
        whole = json.loads(raw)
        body = whole["body"]
        sound = isinstance(body, dict) and _manifest(body) == raw
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: is not a baseline's manifest. {REMEDY}") from error
    if body.get("format") != FORMAT or body.get("format_version") != FORMAT_VERSION:
        raise ModelError(
            f"{path}: is of format {body.get('format_version')!r}, and this version reads format "
            f"{FORMAT_VERSION} only: fit a new baseline."
        )
    if not sound:
        raise ModelError(f"{path}: was changed after it was written. {REMEDY}")
    return dict(body)


def _pack(arrays: Arrays) -> bytes:
    """Zip .npy files with fixed dates, so that equal arrays are equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 3
            content = io.BytesIO()
            np.lib.format.write_array(content, arrays[name], version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue())
    return buffer.getvalue()


def _unpack(packed: bytes, path: Path) -> Arrays:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            members = archive.infolist()
            if sorted(m.filename for m in members) != sorted(f"{name}.npy" for name in ARRAYS):
                raise ModelError(f"{path}: does not hold a baseline's arrays. {REMEDY}")
            if sum(m.file_size for m in members) > MOST_ARRAY_BYTES:
                raise ModelError(f"{path}: holds more than {MOST_ARRAY_BYTES} bytes. {REMEDY}")
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            return {name: np.ascontiguousarray(arrays[name]) for name in ARRAYS}
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        zipfile.BadZipFile,
        NotImplementedError,
    ) as error:
        raise ModelError(f"{path}: cannot be read as plain arrays. {REMEDY}") from error


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). {REMEDY}") from error
    if len(content) > most:
        raise ModelError(f"{path}: is larger than {most} bytes, no baseline is. {REMEDY}")
    return content


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
