import base64
import re
from xml.etree import ElementTree

import numpy as np

from detector.report.drawings import heat_map, sign_ups, strength
from detector.report.figures import Group, as_image, creation_timeline, scatter, score_distribution
from tests.report.made_up import HOSTILE


def svg_of(figure):
    return base64.b64decode(re.search(r"base64,([\w+/=]+)", as_image(figure, "label"))[1])


def test_a_million_accounts_make_a_small_scatter():
    rng = np.random.default_rng(1)
    queries, anomaly = rng.lognormal(3, 1.5, 1_000_000), rng.beta(2, 5, 1_000_000)
    groups = [Group("C-1", "#d1495b", rng.random(1_000_000) < 0.05)]
    assert len(svg_of(scatter(queries, anomaly, groups))) < 300_000


def test_figures_are_the_same_twice_and_hold_no_date():
    scores, flagged = np.linspace(0, 1, 100), np.arange(100) > 90
    first = svg_of(score_distribution(scores, flagged))
    assert first == svg_of(score_distribution(scores, flagged))
    assert b"<dc:date>" not in first


def test_hostile_labels_are_text_in_a_well_formed_picture():
    groups = [Group(string, "#d1495b", np.array([True, False])) for string in HOSTILE.values()]
    drawing = svg_of(scatter(np.array([1.0, 9.0]), np.array([0.1, 0.9]), groups))
    ElementTree.fromstring(drawing)
    assert b"<script" not in drawing and b"\x1b" not in drawing and b"$\\foo$" in drawing


def test_one_account_and_one_sign_up_are_enough_for_a_figure():
    one = np.array([1.0])
    at = np.array(["2025-06-23"], dtype="datetime64[s]")
    for figure in (
        scatter(one, one),
        score_distribution(one, np.array([False])),
        creation_timeline(at, np.array([True])),
    ):
        ElementTree.fromstring(svg_of(figure))


def test_the_heat_map_sums_each_day_and_marks_the_fullest_hour():
    hours = np.array(["2025-06-23T05", "2025-06-23T06", "2025-06-25T05"], dtype="datetime64[h]")
    drawing = heat_map(hours, np.array([100, 25, 1]))
    assert [text for text in re.findall(r">([^<]+)</text>", drawing) if "Jun" in text] == [
        "Mon 23 Jun", "Tue 24 Jun", "Wed 25 Jun",
    ]  # fmt: skip
    assert ">125<" in drawing and ">0<" in drawing
    assert "at most 100 in an hour" in drawing
    assert drawing.count('class="heat5"') == 1


def test_a_long_campaign_makes_no_tall_heat_map():
    hours = np.datetime64("2024-01-01T00") + np.arange(24 * 400)
    drawing = heat_map(hours, np.ones(len(hours), dtype=np.int64))
    assert float(re.search(r'viewBox="0 0 470 (\d+)"', drawing)[1]) < 600
    assert len(drawing) < 60_000


def test_one_old_member_does_not_squeeze_a_burst_of_sign_ups():
    burst = np.datetime64("2025-06-14T00", "s") + np.arange(200) * 60
    members = np.concatenate([[np.datetime64("2019-01-01", "s")], burst])
    drawing = sign_ups(members, members, None)
    assert "2019" not in drawing and "14 Jun" in drawing


def test_without_sign_ups_or_hours_there_is_no_drawing():
    none = np.array([], dtype="datetime64[s]")
    assert sign_ups(none, none, None) == heat_map(none, np.array([], dtype=np.int64)) == ""


def test_strength_is_drawn_apart_when_it_speaks_against():
    assert 'class="for" width="50.0"' in strength(3.0, 6.0)
    assert 'class="against" width="25.0"' in strength(-1.5, 6.0)
    assert 'width="100.0"' in strength(40.0, 6.0)
