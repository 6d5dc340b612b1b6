"""The page as a browser shows it. A probe joins a copy of the page under the page's own policy."""

import base64
import dataclasses
import hashlib
import html
import json
import re
import shutil
import subprocess

import pandas as pd
import pytest

from detector.report import render_report
from tests.report.made_up import HOSTILE, hostile

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update --enable-logging=stderr"
).split()
PROBE = """
addEventListener("load", () => {
  const all = [...document.querySelectorAll("*")];
  const images = [...document.images];
  document.documentElement.dataset.probe = JSON.stringify({
    width: innerWidth,
    overflow: document.documentElement.scrollWidth - innerWidth,
    title: document.title,
    styled: getComputedStyle(document.querySelector("nav")).borderTopStyle !== "",
    font: getComputedStyle(document.body).fontSize,
    images: images.length,
    broken: images.filter(image => image.naturalWidth === 0).length,
    scripts: document.scripts.length,
    handlers: all.filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    tags: [...new Set(all.map(element => element.tagName.toLowerCase()))],
  });
});
"""
TAGS = set(
    "html head meta title style body div nav b ol ul li a span bdi main p h1 h2 h3 h4 dl dt dd "
    "small table thead tbody tr th td article header code svg rect path text figure img figcaption "
    "footer script".split()
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


def look(page, folder, width):
    """What a browser makes of the page at a width, and what it complained of."""
    digest = base64.b64encode(hashlib.sha256(PROBE.encode()).digest()).decode()
    page = page.replace("default-src 'none';", f"default-src 'none'; script-src 'sha256-{digest}';")
    page = page.replace("</body>", f"<script>{PROBE}</script></body>")
    path = folder / f"report-{width}.html"
    path.write_text(page, encoding="utf-8")
    command = [
        CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900",
        "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    found = re.search(r'data-probe="([^"]*)"', done.stdout.decode())
    assert found, done.stderr.decode()[-2000:]
    complaints = [line for line in done.stderr.decode().splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found[1])), complaints


@pytest.mark.parametrize("width", [1280, 800])
def test_the_page_is_styled_whole_and_no_wider_than_the_window(page, tmp_path, width):
    seen, complaints = look(page, tmp_path, width)
    assert complaints == []
    assert seen["width"] == width and seen["overflow"] <= 0
    assert seen["font"] == "14.5px"
    assert seen["images"] == 3 and seen["broken"] == 0
    assert seen["title"].startswith("1 campaign to decide on")


def test_hostile_strings_become_no_markup_and_break_no_layout(findings, tmp_path):
    strings = [HOSTILE[kind] for kind in ("script", "title", "attribute", "long", "wide", "zalgo")]
    named = hostile(findings, " ".join(strings[:3]))
    rows = [strings[row % len(strings)] for row in range(len(named.members))]
    members = named.members.assign(account_id=rows, campaign_id=named.campaigns["campaign_id"][0])
    evidence = named.evidence.assign(statement=HOSTILE["long"], family=HOSTILE["wide"])
    given = dataclasses.replace(named, members=members, evidence=evidence)
    seen, complaints = look(render_report(given), tmp_path, 800)
    assert complaints == []
    assert set(seen["tags"]) <= TAGS
    assert seen["scripts"] == 1 and seen["handlers"] == 0
    assert seen["overflow"] <= 0


def test_a_page_with_nothing_to_show_renders(findings, tmp_path):
    tables = ("accounts", "campaigns", "members", "evidence", "timeline", "rejects")
    nothing = dataclasses.replace(findings, **dict.fromkeys(tables, pd.DataFrame()), run={})
    seen, complaints = look(render_report(nothing), tmp_path, 800)
    assert complaints == [] and seen["overflow"] <= 0
