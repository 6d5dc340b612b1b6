import pytest

from detector.report import render_report
from tests.report.made_up import made_up


@pytest.fixture(scope="session")
def findings():
    return made_up()


@pytest.fixture(scope="session")
def page(findings):
    return render_report(findings)
