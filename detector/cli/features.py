"""`detector features`."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
)
def features(form: str) -> None:
    """List the features with unit, direction and benign causes.

    \b
    Example:
      detector features --format markdown
    """
    from detector.features import FEATURES, listing

    writers = {"text": listing.as_text, "markdown": listing.as_markdown, "json": listing.as_json}
    click.echo(writers[form](FEATURES), nl=False)
