"""docs/architecture.md draws the rooms that exist, in the order of imports."""

import re

from tests.test_layers import FOOT, PACKAGE, ROOMS

PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def existing_rooms():
    found = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix in ("", ".py")}
    return {name for name in found if not name.startswith("_")}


def test_the_page_lists_every_room_once_from_the_top_down():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.split("## Rooms")[1].split("\n## ")[0], re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(existing_rooms())
    tall = [name for name in listed if name not in FOOT]
    assert tall == [name for name in ROOMS if name in tall]


def test_files_that_the_page_names_exist():
    named = re.findall(r"`((?:detector|tests|benchmarks|docs)/[\w./]+)`", PAGE)
    assert named
    assert [name for name in named if not (PACKAGE.parent / name).exists()] == []
