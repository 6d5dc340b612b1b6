import os
import sys

import pytest

from detector.errors import InputError
from detector.logs.files import discover, shown


def names(found, folder):
    return [os.path.relpath(f.path, folder) for f in found]


def test_folders_are_searched_below_for_data_files_in_order(tmp_path):
    for name in [
        "b.csv",
        "a.jsonl.gz",
        "c/d.parquet",
        ".hidden/x.jsonl",
        "c/.y.jsonl",
        "notes.txt",
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert names(discover([str(tmp_path)]), tmp_path) == ["a.jsonl.gz", "b.csv", "c/d.parquet"]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path):
    (tmp_path / "queries.dump").write_bytes(b"")
    assert len(discover([str(tmp_path / "queries.dump")])) == 1


def test_one_file_under_several_names_is_listed_once(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"x")
    os.link(tmp_path / "a.jsonl", tmp_path / "hard.jsonl")
    (tmp_path / "soft.jsonl").symlink_to(tmp_path / "a.jsonl")
    found = discover([str(tmp_path), str(tmp_path / "." / "a.jsonl"), str(tmp_path / "*.jsonl")])
    assert names(found, tmp_path) == ["a.jsonl"]
    assert found[0].index == 0


def test_globs_reach_into_folders(tmp_path):
    for name in ["x/1.log", "y/2.log", "y/2.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert names(discover([str(tmp_path / "**" / "*.log")]), tmp_path) == ["x/1.log", "y/2.log"]


@pytest.mark.parametrize("name", ["missing.jsonl", "*.jsonl", "."])
def test_paths_that_lead_to_nothing_are_refused_with_a_sentence(tmp_path, name):
    with pytest.raises(InputError, match=r"no such file|no file matches|nothing to read"):
        discover([str(tmp_path / name)])


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("quereis", "did you mean queries?"),
        ("queries/monday.json", "did you mean monday.jsonl?"),
        ("logs/monday.jsonl", "the folder {}/logs is not there, either: correct the path."),
        ("zzz", "{} has none of that name: correct the path."),
        ("*.parquet", "correct it, or give the folder itself."),
    ],
)
def test_a_path_that_is_not_there_comes_with_what_to_do(tmp_path, given, advice):
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "monday.jsonl").touch()
    with pytest.raises(InputError) as said:
        discover([str(tmp_path / given)])
    assert str(said.value).endswith(advice.format(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes only on Linux")
def test_names_that_are_not_text_can_be_listed_and_shown(tmp_path):
    raw = os.fsencode(tmp_path) + b"/\xff\x1b[2J\n.jsonl"
    with open(raw, "wb"):
        pass
    (found,) = discover([str(tmp_path)])
    assert os.fsencode(found.path) == raw
    assert found.shown.endswith(r"/\xff\x1b[2J\n.jsonl")
    found.shown.encode("utf-8")


def test_a_loop_of_links_ends(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.jsonl").symlink_to(tmp_path / "self.jsonl")
    assert names(discover([str(tmp_path)]), tmp_path) == ["a.jsonl", "self.jsonl"]


def test_shown_paths_of_ordinary_files_are_the_paths():
    assert shown("logs/März 1.jsonl") == "logs/März 1.jsonl"
