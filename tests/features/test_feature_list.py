import json
import os
from pathlib import Path

from detector.features import FEATURES
from detector.features.listing import as_json, as_markdown, as_text

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
BEGIN, END = "<!-- begin: generated from detector/features -->\n", "<!-- end -->"


def generated():
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{as_markdown(FEATURES)}\n{END}{after}"


def test_the_documentation_lists_every_feature():
    if os.environ.get("REFRESH_DOCS"):
        PAGE.write_text(generated(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == generated(), "run: see docs/adding-a-feature.md, step 7"


def test_the_terminal_list_fits_eighty_columns():
    text = as_text(FEATURES)
    assert max(map(len, text.splitlines())) <= 80
    assert all(feature.name in text for feature in FEATURES)


def test_the_json_list_has_every_field_of_every_feature():
    listed = json.loads(as_json(FEATURES))
    assert [each["name"] for each in listed] == [feature.name for feature in FEATURES]
    assert set(listed[0]) == {
        *("name", "family", "unit", "suspicious", "summary", "benign", "needs", "references"),
    }


def test_a_markdown_row_escapes_bars():
    assert all(line.count(" | ") == 6 for line in as_markdown(FEATURES).splitlines() if "`" in line)
