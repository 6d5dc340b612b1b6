"""`detector simulate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option(
    "--recipe",
    help="Name of a recipe that ships with the detector; samples writes the sample logs.",
)
@click.option("--settings", type=click.Path(path_type=Path), help="TOML file of a recipe of your own.")
@click.option("--seed", type=int, default=None, help="Same seed, same bytes.")
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
def simulate(out: Path, recipe: str | None, settings: Path | None, seed: int | None, form: str) -> None:
    """Write synthetic logs with planted campaigns and benign look-alikes.

    \b
    Example:
      detector simulate --recipe samples --out sample_logs
      detector simulate --recipe mixed-fortnight --seed 7 --out world --format parquet
    """
    from detector import drill
    from detector.errors import UsageError

    if (recipe is None) == (settings is None):
        raise UsageError(f"Name either --recipe or --settings. Recipes: samples, {', '.join(drill.RECIPES)}.")
    chosen_seed = drill.SAMPLE_SEED if seed is None else seed
    if recipe == "samples":
        written = drill.write_samples(out, chosen_seed)
    else:
        plan = drill.read_recipe(settings) if settings else drill.named_recipe(str(recipe))
        written = drill.write_world(drill.simulate(plan, chosen_seed), out, form)
    click.echo(f"{len(written)} files in {out}.")
