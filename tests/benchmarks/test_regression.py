"""The guard against slower scans, on a package that takes as long as it is told."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "regression.py"
PACKAGE = """
import time

def scan(logs, accounts, settings, key):
    end = time.process_time() + {seconds}
    while time.process_time() < end:
        pass
"""
SETTINGS = """
def Profiling(workers):
    return workers

def Settings(profiling):
    return profiling
"""


def git(root, *words):
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "detector").mkdir()
    (tmp_path / "detector" / "settings.py").write_text(SETTINGS, encoding="utf-8")
    git(tmp_path, "init", "-q")
    return tmp_path


def commit(root, seconds):
    (root / "detector" / "__init__.py").write_text(PACKAGE.format(seconds=seconds), encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", f"a scan takes {seconds} s")


def compared(root):
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--root", str(root), "--rows", "100"], capture_output=True, text=True, check=False
    )


def test_a_scan_that_takes_twice_as_long_as_before_fails(repository):
    commit(repository, 0.1)
    commit(repository, 0.2)
    done = compared(repository)
    assert done.returncode == 1
    assert done.stdout.count("median ratio") == 2  # measured again before it counts


def test_a_scan_that_takes_as_long_as_before_passes(repository):
    commit(repository, 0.1)
    commit(repository, 0.1001)
    done = compared(repository)
    assert done.returncode == 0
    assert "median ratio" in done.stdout


def test_without_an_earlier_commit_there_is_nothing_to_compare(repository):
    commit(repository, 0.1)
    done = compared(repository)
    assert (done.returncode, "nothing to compare" in done.stdout) == (0, True)
