"""What a reader of the results must know of the input: caveats of formats, one account with most of the rows."""

from __future__ import annotations

from collections.abc import Sequence

from detector.logs.files import LogFile, shown
from detector.logs.formats import known
from detector.logs.mapping import Mapping
from detector.logs.survey import linked, survey
from detector.logs.units import values_of_fields
from detector.profiles.files import Window
from detector.profiles.tables import Tables
from detector.settings import Reading

#: Rows below which it means nothing that most of them are of one account.
FEW_ROWS = 100


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
    return found + _one_account(files, tables, settings, said)


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
