import pytest

from detector.report.text import for_figure, for_html, for_terminal, identifier, mixes_scripts


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain id-1", "plain id-1"),
        ("red\x1b[31m", r"red\x1b[31m"),
        ("bell\x07\x00", r"bell\x07\x00"),
        ("c1\x9b2J", r"c1\x9b2J"),
        ("a\r\nb", r"a\x0d\x0ab"),
        ("a\u202eb", r"a\u{202e}b"),
        ("a\u200bb\u2060", r"a\u{200b}b\u{2060}"),
        ("tag\U000e0041", r"tag\u{e0041}"),
        ("heart\ufe0f", r"heart\u{fe0f}"),
        ("nb\xa0sp", r"nb\xa0sp"),
        ("fill\u3164er", r"fill\u{3164}er"),
        ("half\udc80", r"half\u{dc80}"),
        (r"typed \x1b and \u{202e}", r"typed \\x1b and \\u{202e}"),
        (r"CORP\user", r"CORP\user"),
        ("héllo 漢字 สวัสดี", "héllo 漢字 สวัสดี"),
    ],
)
def test_hidden_characters_are_shown_as_escapes(raw, shown):
    assert for_html(raw) == for_terminal(raw) == shown


def test_long_strings_are_cut_with_an_ellipsis():
    assert for_html("x" * 20_000, 50) == "x" * 49 + "…"


def test_marks_piled_on_one_letter_are_escaped_after_four():
    assert for_html("z" + "\u0301" * 6) == "z" + "\u0301" * 4 + r"\u{301}\u{301}"


def test_ids_keep_both_ends():
    shown = identifier("tenant-" + "0" * 10_000 + "-alpha", 24)
    assert len(shown) == 24
    assert shown.startswith("tenant-") and shown.endswith("-alpha") and "…" in shown


def test_spaces_that_an_eye_misses_are_shown_in_ids():
    assert identifier(" a b  c ") == r"\x20a b\x20\x20c\x20"


@pytest.mark.parametrize("raw", ["null", "NA", "00123", "1e5", "=1+1", "$\\foo$", "<b>"])
def test_ids_that_mean_something_elsewhere_stay_as_they_are(raw):
    assert identifier(raw) == raw


def test_labels_of_figures_are_short_and_never_hidden():
    assert len(for_figure("x" * 100)) == 40
    assert for_figure("_private") == r"\_private"


def test_scripts_that_look_alike_are_noticed_and_others_left_alone():
    assert mixes_scripts("p\u0430yment")
    assert not mixes_scripts("payment")
    assert not mixes_scripts("оплата-01")
    assert not mixes_scripts("paymentの確認")
