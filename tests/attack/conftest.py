import shutil

import pytest

from tests.attack.worlds import KEPT, SEEDS


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
