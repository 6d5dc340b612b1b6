"""Rooms import downwards only, in the order that docs/architecture.md draws."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "detector"
FOOT = ("schema", "settings", "errors", "secret", "remembering", "beside", "copies", "early", "memory", "on_disk")
ROOMS = (
    "cli", "nightly", "drill", "report", "inspection", "pipeline", "judging", "results",
    "campaigns", "anomaly", "features", "profiles", "text", "logs", *FOOT,
)  # fmt: skip


def imported_rooms(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = ["detector.a relative import"]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("detector."))


def wrong_imports(package):
    wrong = []
    for file in sorted(package.rglob("*.py")):
        room = file.relative_to(package).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue  # the front doors, which open rooms on first use
        below = ROOMS[ROOMS.index(room) :] + (FOOT if room in FOOT else ())
        wrong += [f"{room} must not import {other}" for other in imported_rooms(file) if other not in below]
    return wrong


def test_imports_run_only_downwards():
    assert wrong_imports(PACKAGE) == []


def test_an_upward_import_would_be_seen(tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "keys.py").write_text("def late():\n    from detector.features import volume\n")
    (tmp_path / "errors.py").write_text("import detector.schema\n")
    (tmp_path / "pipeline.py").write_text("from . import campaigns\nfrom detector.logs import files\n")
    assert wrong_imports(tmp_path) == [
        "pipeline must not import a relative import",
        "text must not import features",
    ]
