"""Exit codes that say what a run found, or could not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INCOMPLETE = 3
FOUND = 4


def is_found(run: Mapping[str, Any], fail_on: str | None) -> bool:
    """Whether a run found a campaign of a tier, or of a worse one."""
    tiers = run["population"]["campaigns"]
    return bool(fail_on and (tiers["A"] or (fail_on == "B" and tiers["B"])))
