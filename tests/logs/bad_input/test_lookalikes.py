"""Bad input C11: ids that look alike."""

import pyarrow as pa
import pytest

from detector.results.lookalikes import lookalikes, skeleton
from tests.logs.bad_input.scanning import line, logs, scan
from tests.logs.reading import read


def test_c11_ids_that_look_alike_are_different_accounts(tmp_path):
    alike = ["paul", "Paul", "paul ", "p\u0430ul", "pa\u200bul", "\u202epaul", "caf\u00e9", "cafe\u0301"]
    assert read(tmp_path, b"".join(map(line, alike))).column("account_id") == alike
    ran = scan(tmp_path, logs(tmp_path, a__jsonl=b"".join(map(line, alike))))
    assert ran.run["population"]["accounts"] == len(alike)
    said = (
        r"8 accounts have ids that look like another's, and are kept apart: 'Paul' and 'paul' and 'paul '; 'cafe\u0301'"
    )
    assert said in ran.stderr
    assert any(said in note for note in ran.run["coverage"]["notes"])
    assert "look like another&#39;s" in (ran.out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paul", "PAUL"), ("paul", " paul "), ("a b", "a  b"), ("paul", "p\u0430ul"), ("PAUL", "\u03a1\u0391UL"),
        ("paul", "pa\u200bul"), ("paul", "\u202epaul"), ("paul", "\uff50aul"), ("caf\u00e9", "cafe\u0301"),
        ("bob", "b0b"), ("l1", "Il"), ("modern", "modem"), ("user\u0131", "user1"), ("a\u00a0b", "a b"),
        ("x\ufe0f", "x"),
    ],
)  # fmt: skip
def test_c11_ids_that_look_alike_are_told(one, other):
    assert skeleton(one) == skeleton(other)
    assert lookalikes(pa.array(["zed", one, other])) == [sorted([one, other])]


def test_c11_ids_that_differ_for_the_eye_are_not_told():
    ids = [
        "cafe",
        "caf\u00e9",
        "paul-1",
        "paul-2",
        "\u0436",
        "\u044f",
        "\u6f22",
        *(f"user{i:05}" for i in range(5_000)),
    ]
    assert lookalikes(pa.array(ids)) == []


def test_c11_an_id_of_ascii_has_the_skeleton_that_the_rule_for_all_letters_gives():
    ids = ["Paul  X ", "1I0m|", " a\tb", "ROOM-101", "__", "x" * 256]
    twins = [name + "\u200b" for name in ids]
    assert lookalikes(pa.array([*ids, *twins])) == sorted([name, twin] for name, twin in zip(ids, twins, strict=True))
