import shutil
from pathlib import Path

import pytest

from tests.attack.shortfalls import marks
from tests.attack.worlds import KEPT, SEEDS


def pytest_collection_modifyitems(items):
    """Expect the shortfalls to fail."""
    for item in (item for item in items if item.path.parent == Path(__file__).parent):
        name = item.callspec.id if hasattr(item, "callspec") else item.name
        for mark in marks(name):
            item.add_marker(mark)


@pytest.fixture
def measured(record_property):
    """Remembers a figure for the table at the end, and hands it back."""

    def note(figure):
        record_property("measured", float(figure))
        return figure

    return note


def pytest_unconfigure(config):
    """Forget the outcomes once every process has used them."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(KEPT, ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """Figures of the whole suite; the slice says only whether it passed."""
    if len(SEEDS) == 1:
        return
    terminalreporter.section(f"figures over {len(SEEDS)} seeds")
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, figure in getattr(report, "user_properties", ()):
                if name == "measured" and report.when == "call":
                    terminalreporter.write_line(f"{figure:8.4f}  {report.outcome:8}  {report.nodeid.split('::')[-1]}")
