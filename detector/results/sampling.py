"""Volumes of a log that holds only a sample of the requests, as those of all requests."""

from __future__ import annotations

import pandas as pd

from detector.results.folder import ScanResult

_VOLUMES = ("requests", "requests per day", "tokens per day")
_COUNTS = ("n_queries", "queries_per_account_day", "requests")


def of_all_requests(features: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Features in which volumes are divided by the share of requests that the log holds."""
    from detector.features import FEATURES

    names = [f.name for f in FEATURES if f.unit in _VOLUMES and f.name in features]
    return features if rate == 1 else features.assign(**{name: features[name] / rate for name in names})


def scale_counts(result: ScanResult, rate: float) -> None:
    """Divide the counts of requests in a result's tables by the share of requests that the log holds."""
    if rate == 1:
        return
    for table in (result.accounts, result.campaigns, result.members, result.timeline_table):
        for name in _COUNTS:
            if name in table:
                table[name] = (table[name] / rate).round().astype(table[name].dtype)
