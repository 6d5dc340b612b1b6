"""Synthetic traffic with known truth: benign look-alikes, campaigns, and how to judge a scan."""

from detector.drill.campaigns import Pool
from detector.drill.circles import Circle
from detector.drill.evaluation import evaluate
from detector.drill.files import read_labels, write_world
from detector.drill.recipe import Recipe, read_recipe
from detector.drill.samples import RECIPES, SAMPLE_SEED, named_recipe, write_samples
from detector.drill.shapes import SHAPES, shape
from detector.drill.world import World, simulate

__all__ = [
    "RECIPES",
    "SAMPLE_SEED",
    "SHAPES",
    "Circle",
    "Pool",
    "Recipe",
    "World",
    "evaluate",
    "named_recipe",
    "read_labels",
    "read_recipe",
    "shape",
    "simulate",
    "write_samples",
    "write_world",
]
