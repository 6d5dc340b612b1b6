"""Finds distillation campaigns in LLM API query logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.pipeline import scan
    from detector.results import ScanResult, load_result

__all__ = ["ScanResult", "load_result", "scan"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import on first use, so that a command that needs none of it starts at once."""
    if name == "scan":
        from detector.pipeline import scan

        return scan
    if name in ("ScanResult", "load_result"):
        from detector import results

        return getattr(results, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
