"""Every number a user may change, in frozen dataclasses that a TOML file can fill."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.errors import UsageError


@dataclass(frozen=True)
class Reading:
    """Limits on input. Reaching one is counted and said in the report."""

    max_line_bytes: int = 4 << 20
    max_id_bytes: int = 256
    max_keys: int = 1024
    max_key_bytes: int = 256
    max_depth: int = 64
    max_accounts: int = 2_000_000
    max_parquet_cells: int = 250_000_000
    parquet_check: bool = True
    parquet_memory_bytes: int = 2 << 30
    parquet_seconds: int = 300
    max_expansion: int = 200
    expansion_free_bytes: int = 64 << 20
    max_rejects_kept: int = 10_000
    max_rejected_share: float = 0.01
    batch_rows: int = 16_384
    sampling_rate: float = 1.0


@dataclass(frozen=True)
class Profiling:
    """Size of what is remembered of an account."""

    sample_per_day: int = 64
    distinct_per_day: int = 64
    sample_per_window: int = 1_000_000
    workers: int = 0


@dataclass(frozen=True)
class Anomaly:
    """The forest, its reference population and its threshold."""

    trees: int = 200
    samples_per_tree: int = 256
    min_accounts: int = 300
    clip_quantile: float = 0.001
    false_positive_rate: float = 0.0005


@dataclass(frozen=True)
class Refit:
    """Of which accounts a new baseline may be proposed."""

    least_age_days: int = 14
    cohort_days: int = 7
    most_of_cohort: float = 0.1


@dataclass(frozen=True)
class Campaigns:
    """What makes a group surprising, and how much evidence a tier asks for."""

    keys_per_family: int = 8
    min_principals: int = 3
    alpha: float = 1e-3
    max_by_chance: float = 0.1
    min_composites: int = 2
    min_keys: int = 3
    rejoin_share: float = 0.3
    max_evidence_per_family: float = 6.0
    min_families: int = 2
    min_family_evidence: float = 1.5
    min_coordination: float = 4.0
    min_dealt: float = 2.5
    tier_part: float = 2.0
    likely_dealt: float = 0.5
    tier_a: float = 6.0
    tier_b: float = 3.0
    min_requests: int = 100
    alone: float = 4.2


@dataclass(frozen=True)
class Lineage:
    """When a campaign of one night is that of another, and which changes are worth telling."""

    least_overlap: float = 0.3
    least_step: float = 0.1
    quiet_days: int = 3
    fresh_days: int = 7
    least_gone: float = 0.5
    least_fresh: float = 0.3
    least_moved: float = 0.6
    remembered_days: int = 180


@dataclass(frozen=True)
class Review:
    """How many entries an analyst can look at, and how often chance is asked what it would put among them."""

    budget: int = 0
    resamples: int = 10


@dataclass(frozen=True)
class Labels:
    """Labelled accounts of either kind, outside a campaign, that it takes to say how many like it were abusive."""

    min_abusive: int = 20
    min_benign: int = 20


@dataclass(frozen=True)
class Reporting:
    """How much a report shows."""

    campaigns_shown: int = 20
    members_shown: int = 50
    accounts_shown: int = 25
    evidence_shown: int = 12


@dataclass(frozen=True)
class Nightly:
    """Days that a night judges, when a day is closed, and how long each kind of thing is kept."""

    window_days: int = 30
    delay_hours: float = 2.0
    keep_profiles_days: int = 60
    keep_rejects_days: int = 60
    keep_nights_days: int = 400


@dataclass(frozen=True)
class Settings:
    """All settings of a run."""

    reading: Reading = field(default_factory=Reading)
    profiling: Profiling = field(default_factory=Profiling)
    anomaly: Anomaly = field(default_factory=Anomaly)
    refit: Refit = field(default_factory=Refit)
    campaigns: Campaigns = field(default_factory=Campaigns)
    lineage: Lineage = field(default_factory=Lineage)
    review: Review = field(default_factory=Review)
    labels: Labels = field(default_factory=Labels)
    reporting: Reporting = field(default_factory=Reporting)
    nightly: Nightly = field(default_factory=Nightly)

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Settings as nested plain values, for the run's record, but the number of workers, which changes no result."""
        said = dataclasses.asdict(self)
        del said["profiling"]["workers"]
        return said

    def digest(self) -> str:
        """SHA-256 of the settings, hex: two runs with one digest ran alike."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def read_settings(path: Path) -> Settings:
    """Settings from a TOML file whose tables are the sections of `Settings`.

    Raises
    ------
    UsageError
        If the file is not TOML, or names a section or setting that does not exist, or gives one
        a value of another type.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML settings ({error}).") from error
    sections = {f.name: type(getattr(Settings(), f.name)) for f in dataclasses.fields(Settings)}
    parts = {}
    for name, values in given.items():
        _known(path, "section", name, list(sections))
        parts[name] = _section(path, name, sections[name], values)
    return Settings(**parts)


def _section(path: Path, name: str, section: type, values: object) -> Any:  # noqa: ANN401
    if not isinstance(values, dict):
        raise UsageError(f"{path}: {name} is a section: write [{name}] and its settings below it.")
    defaults = {f.name: f.default for f in dataclasses.fields(section)}
    for key, value in values.items():
        _known(path, f"setting in [{name}]", key, list(defaults))
        wanted = type(defaults[key])
        if not isinstance(value, wanted) and not (wanted is float and isinstance(value, int)):
            raise UsageError(f"{path}: {name}.{key} must be {wanted.__name__}, not {value!r}.")
        if isinstance(value, bool) and wanted is not bool:
            raise UsageError(f"{path}: {name}.{key} must be {wanted.__name__}, not {value!r}.")
    return section(**values)


def _known(path: Path, what: str, name: str, known: list[str]) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"{path}: no {what} is called {name}.{hint} Known: {', '.join(known)}.")
