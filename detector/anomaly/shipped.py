"""The baseline that ships with the detector, for logs too small to have one of their own."""

from __future__ import annotations

from pathlib import Path

from detector.anomaly.baseline import Baseline, load

FOLDER = "models/shipped"


def shipped_baseline() -> Baseline:
    """Load the shipped baseline.

    Raises
    ------
    ModelError
        If its files are missing or damaged.
    """
    return load(shipped_folder())


def shipped_folder() -> Path:
    """Where the shipped baseline is: in the package when installed, beside it in a checkout."""
    inside = Path(__file__).parent.parent / "_models" / "shipped"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / FOLDER
