"""What a reader of the results must know of the input: caveats of formats, ids that look alike, one busy account."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from detector.logs.files import LogFile, shown
from detector.logs.formats import known
from detector.logs.mapping import Mapping
from detector.logs.survey import linked, survey
from detector.logs.units import values_of_fields
from detector.profiles.files import Window
from detector.profiles.tables import Tables
from detector.results.lookalikes import lookalikes
from detector.settings import Reading

#: Rows below which it means nothing that most of them are of one account.
FEW_ROWS = 100
_SHOWN, _LONGEST = 3, 48


def warnings_on(
    window: Window, files: Sequence[LogFile], tables: Tables, settings: Reading, said: Mapping | None
) -> list[str]:
    """Say what a reader of the results must know of the input, a sentence each."""
    formats = known()
    names = sorted({one.report.format for one in window.files if one.report.format in formats})
    found = [f"{formats[name].title}: {formats[name].caveat}" for name in names if formats[name].caveat]
    keys = sum(one.report.raw_keys for one in window.files)
    if keys:
        found.append(f"{keys:,} ids had the shape of raw API keys; they were hashed as they were read.")
    rate = settings.sampling_rate
    if rate != 1:
        found.append(
            f"The log holds {rate:.4g} of the requests (reading.sampling_rate): volumes are divided by that, chances "
            "and samples are not."
        )
    return found + _alike(tables) + _one_account(files, tables, settings, said)


def _alike(tables: Tables) -> list[str]:
    """Warn of accounts whose ids a reader may take for one another; they count as the different accounts they are."""
    groups = lookalikes(pa.array(tables.accounts["account_id"], pa.large_string()))
    if not groups:
        return []
    examples = "; ".join(" and ".join(_spelled(name) for name in group[:_SHOWN]) for group in groups[:_SHOWN])
    many = sum(map(len, groups))
    return [f"{many:,} accounts have ids that look like another's, and are kept apart: {examples}."]


def _spelled(name: str) -> str:
    """Id in quotes, every character that could be mistaken as its escape."""
    return ascii(name if len(name) <= _LONGEST else name[:_LONGEST] + "…")


def _one_account(files: Sequence[LogFile], tables: Tables, settings: Reading, said: Mapping | None) -> list[str]:
    """Warn where one account has most of the rows: then another field may be the one that tells users apart."""
    totals = tables.days.groupby("account")["requests"].sum()
    rows = int(totals.sum())
    if rows < FEW_ROWS or 2 * totals.max() <= rows:
        return []
    name = tables.accounts["account_id"].iloc[int(totals.to_numpy().argmax())]
    with linked(files, survey(files, settings, said), settings, said) as told:
        others = values_of_fields(files, settings, told)
    listed = ", ".join(f"{field} ({n:,} {'value' if n == 1 else 'values'})" for field, n in others.items())
    choice = (
        f"If it stands for many users, name the field that tells them apart with --account-key: {listed}."
        if listed
        else "The log has no other field that could name the account."
    )
    return [f"{totals.max() / rows:.0%} of the rows are of one account, {shown(str(name))}. {choice}"]
