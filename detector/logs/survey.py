"""A look at all files before they are read: what each is, and what those of linked formats know of each other."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from detector.errors import InputError, SetAside
from detector.logs.files import LogFile
from detector.logs.foreign import Gatherer
from detector.logs.formats import known
from detector.logs.intake import FileReport, Intake
from detector.logs.links import Gathering, Links
from detector.logs.mapping import Mapping
from detector.logs.reader import open_log
from detector.logs.rejects import Rejects
from detector.settings import Reading


def survey(files: Sequence[LogFile], settings: Reading, said: Mapping | None = None) -> list[FileReport]:
    """Tell of each file what it is written in and of what format it is.

    A file that cannot be opened has an error in its report; it is raised when the file is read.
    """
    said = said or Mapping()
    reports = []
    for file in files:
        report = FileReport(path=file.shown, index=file.index)
        reports.append(report)
        intake = Intake(file, settings, said.canonical_paths, report, Rejects())
        try:
            open_log(intake, "canonical" if said.queries else said.format).close()
        except InputError as error:
            report.error = str(error)
    return reports


def described(reports: Sequence[FileReport]) -> list[str]:
    """Sentences on what files are taken for, one per format, by what in them, and how to say otherwise.

    There are none where all files are canonical.
    """
    if not any(report.format in known() for report in reports):
        return []
    groups: dict[str, list[FileReport]] = {}
    for report in reports:
        if report.error is None:
            groups.setdefault(report.format, []).append(report)
    said = []
    for name, members in sorted(groups.items()):
        many = "1 file is" if len(members) == 1 else f"{len(members):,} files are"
        title = known()[name].title if name in known() else "the canonical format"
        keys = next((report.recognised_by for report in members if report.recognised_by), [])
        by = f", told by {', '.join(keys)}" if keys else ""
        said.append(f"{many} read as {title}{by} (--format {name}).")
    return said


@contextmanager
def linked(
    files: Sequence[LogFile], reports: Sequence[FileReport], settings: Reading, said: Mapping | None = None
) -> Iterator[Mapping]:
    """Read the files of linked formats for what they know of each other's queries.

    Parameters
    ----------
    files : sequence of LogFile
    reports : sequence of FileReport
        From `survey`.
    settings : Reading
    said : Mapping, optional

    Yields
    ------
    Mapping
        What the user has said, and where the facts are; they are deleted when the block ends.
    """
    said = said or Mapping()
    names = sorted({report.format for report in reports if report.error is None and _is_linked(report.format)})
    with tempfile.TemporaryDirectory(prefix="detector-links-") as folder:
        links: dict[str, Links] = {}
        for name in names:
            place = Path(folder, name)
            place.mkdir()
            wanted = _with_facts(name, [report for report in reports if report.format == name])
            links[name] = _gathered([file for file in files if file.index in wanted], settings, said, Gathering(place))
        yield dataclasses.replace(said, links=links) if names else said


def _is_linked(name: str) -> bool:
    return name in known() and known()[name].linked


def _with_facts(name: str, reports: Sequence[FileReport]) -> set[int]:
    """Files of a linked format that must be read for what others need."""
    those = {report.index for report in reports if report.has_facts}
    return {report.index for report in reports} if those and known()[name].ranked else those


def _gathered(files: Sequence[LogFile], settings: Reading, said: Mapping, gathering: Gathering) -> Links:
    for file in files:
        intake = Intake(file, settings, {}, FileReport(), Rejects())
        try:
            opened = open_log(intake, said.format)
        except InputError:
            continue
        try:
            opened.source.hashed = False  # that is done when the file itself is read
            format = opened.recognised.format
            if format is not None:
                for _ in opened.foreign(Gatherer(intake, format, said.account_key, gathering)):
                    pass
        except SetAside:
            others = [other for other in files if other is not file]
            return _gathered(others, settings, said, gathering.anew())
        except InputError:
            pass  # said when the file itself is read
        finally:
            opened.close()
    return gathering.finish()
