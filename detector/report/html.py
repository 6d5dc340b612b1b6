"""The report as one page: self-contained, readable without scripts, never larger than a limit."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import math
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from detector.errors import OutputError
from detector.report import text
from detector.report.findings import Findings
from detector.settings import Reporting

#: A larger page is slow to open and impossible to mail.
MAX_BYTES = 5_000_000


def write_report(findings: Findings, path: Path, settings: Reporting | None = None) -> None:
    """Write the page; it appears whole or not at all.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    page = render_report(findings, settings).encode("utf-8")
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(page)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OutputError(f"{path}: the report could not be written ({error}).") from error


def render_report(findings: Findings, settings: Reporting | None = None) -> str:
    """Page as text. Shows less of everything, and says so, until it fits its limit."""
    # matplotlib takes half a second to import; nothing but a page needs it
    from detector.report.page_view import page_view
    from detector.report.pictures import pictures

    complete, settings = findings.completed(), settings or Reporting()
    drawn, shortened = pictures(complete), False
    while True:
        view = page_view(complete, drawn, settings, shortened)
        page = _environment().get_template("report.html.j2").render(view=view, style=_style(), style_hash=_style_hash())
        size = len(page.encode("utf-8"))
        less = _less(settings, size)
        if size <= MAX_BYTES or settings == less:
            return page
        settings, shortened = less, True


def _less(settings: Reporting, size: int) -> Reporting:
    """Ask for less. Size grows as campaigns times members, beside a part that stays: the root."""
    part = 0.8 * math.sqrt(MAX_BYTES / size)
    shown = dataclasses.asdict(settings).items()
    return Reporting(**{name: max(int(most * part), 1) for name, most in shown})


@cache
def _environment() -> jinja2.Environment:
    """Escape markup, and every hidden character of every string that no filter has treated."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("detector.report"),
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["id"] = _identifier
    environment.filters["mixed"] = text.mixes_scripts
    return environment


def _identifier(value: object) -> Markup:
    return escape(text.identifier(value))


def _finalize(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return text.for_html(value)


@cache
def _style() -> Markup:
    source = Path(__file__).with_name("templates") / "style.css"
    return Markup(source.read_text(encoding="utf-8").strip())


@cache
def _style_hash() -> str:
    digest = hashlib.sha256(str(_style()).encode()).digest()
    return base64.b64encode(digest).decode("ascii")
