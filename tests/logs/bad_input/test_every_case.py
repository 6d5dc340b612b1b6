"""Every numbered bad input has a test that bears its number."""

import ast
import re
from pathlib import Path

from tests.logs.bad_input.test_outputs import HOSTILE

CASES = {"a": 24, "b": 18, "c": 17, "d": 12, "e": 15, "h": 14}
NUMBERS = re.compile(r"(?:[abcdeh]\d+_)+")


def covered() -> dict[str, list[str]]:
    """Tests of each case: those whose names begin with its number, or that are given a string under it."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                numbered = NUMBERS.match(node.name.removeprefix("test_"))
                for case in numbered[0].strip("_").split("_") if numbered else ():
                    found.setdefault(case, []).append(node.name)
    for name in HOSTILE:
        found.setdefault(name.split()[0], []).append(f"test_hostile_ids[{name}]")
    return found


def test_each_of_the_hundred_cases_has_a_test_and_no_test_bears_another_number():
    wanted = {f"{letter}{i}" for letter, last in CASES.items() for i in range(1, last + 1)}
    assert len(wanted) == 100
    assert sorted(wanted - covered().keys()) == []
    assert sorted(covered().keys() - wanted) == []
