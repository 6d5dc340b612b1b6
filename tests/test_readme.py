"""What the README and the documents promise exists."""

import ast
import re
import shlex
import textwrap
from pathlib import Path

import click
import pytest

import detector
from detector import errors
from detector.cli.entry import SUMMARIES, group
from detector.drill import RECIPES

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / folder / "README.md" for folder in ("sample_logs", "models")),
    ]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    broken = [to for to in links if "://" not in to and not (page.parent / to).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist_with_their_options(page):
    for line in re.findall(r"^    detector (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        name, *words = shlex.split(line, comments=True)
        command = group.get_command(click.Context(group), name)
        assert command is not None, f"{page.name}: detector {name}"
        if isinstance(command, click.Group):
            command = command.commands[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for line in re.findall(r"^    make (.+)$", README, re.MULTILINE):
        assert set(line.split("#")[0].split()) <= targets


def test_python_examples_parse_and_import_what_exists():
    for page in PAGES:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            ast.parse(textwrap.dedent(block))
    assert callable(detector.scan)


def test_recipes_that_the_documents_name_exist():
    text = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    named = re.search(r"recipe that ships \((.*?)\)", text, re.DOTALL)
    assert named is not None
    assert set(re.findall(r"`([a-z-]+)`", named.group(1))) == set(RECIPES)


def test_exit_codes_are_those_of_the_program():
    listed = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    assert listed == set(re.findall(r"(\d+) \w", group.help.split("Exit codes:")[1]))
    raised = {str(error.exit_code) for error in vars(errors).values() if hasattr(error, "exit_code")}
    assert raised <= listed


def test_the_changelog_names_every_command():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:detector )?(\w+)`", changes))
    assert set(SUMMARIES) <= named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_benchmarks_take_the_options_that_pages_give_them(page):
    for script, words in re.findall(r"python (benchmarks/\w+\.py)([^#\n`]*)", page.read_text(encoding="utf-8")):
        source = (ROOT / script).read_text(encoding="utf-8")
        assert [w for w in words.split() if w.startswith("--") and f'"{w}"' not in source] == []
