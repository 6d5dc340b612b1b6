"""How well scans find what was planted, over several worlds: the tables of docs/evaluation.md.

    python benchmarks/evaluate.py                                  # shipped recipes, three seeds
    python benchmarks/evaluate.py --seeds 11 12 --recipes mixed-fortnight --shapes thin_spray
    python benchmarks/evaluate.py --worlds FOLDER                  # your own labelled worlds

A world of your own is a folder with `logs`, and `accounts` and `labels` in CSV or Parquet beside it; labels have the
columns account_id, kind (benign, resale or distillation), population and campaign.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reference.worlds import World, default_work, made, planned, worlds_under

from detector import scan
from detector.drill import SHAPES, evaluate, read_labels
from detector.drill.evaluation import recall_at

FIGURES = {
    "accounts": "accounts",
    "distillation_accounts": "planted",
    "average_precision": "AP",
    "recall_at_0.1%_fpr": "recall at 0.1 % FPR",
    "precision": "precision",
    "recall": "recall",
    "benign_flagged": "benign flagged",
    "pair_precision": "pair precision",
    "pair_recall": "pair recall",
    "campaigns_found": "campaigns",
    "campaigns_mostly_benign": "mostly benign",
}


def main() -> None:
    """Scan every world, and print Markdown tables."""
    given = _arguments()
    figures, populations = [], []
    for world in _worlds(given):
        accounts = () if given.without_accounts or world.accounts is None else world.accounts
        labels = read_labels(world.labels) if world.labels else pd.DataFrame()
        found = scan(world.logs, accounts=accounts).accounts
        judged = evaluate(found, labels)
        figures.append({"world": world.name, **judged})
        ranked = _ranked(found, labels)
        populations += [{**row, "ranked": ranked.get(row["population"])} for row in judged["populations"]]
    if not figures:
        raise SystemExit("No labelled world was found: a world is a folder with logs and labels.")
    print(f"## Worlds{', scanned without the accounts file' * given.without_accounts}\n")
    print(_worlds_table(figures))
    _print_populations(pd.DataFrame(populations), len(figures))


def _ranked(found: pd.DataFrame, labels: pd.DataFrame) -> dict[str, float | None]:
    """Share of each distilling population that scores above all but 0.1 % of benign accounts."""
    known = labels[labels["n_queries"] > 0] if "n_queries" in labels.columns else labels
    both = known.merge(found[["account_id", "score"]], on="account_id", how="left")
    score, kind = both["score"].fillna(0.0).to_numpy(), both["kind"].to_numpy()
    shares = {}
    for population in both.loc[kind == "distillation", "population"].unique():
        truth = ((kind == "distillation") & (both["population"] == population)).to_numpy(bool)
        chosen = truth | (kind == "benign")
        shares[str(population)] = recall_at(truth[chosen], score[chosen], 0.001)
    return shares


def _worlds_table(figures: list[dict[str, Any]]) -> str:
    rows = [[f["world"], *(_figure(f[key]) for key in FIGURES)] for f in figures]
    return _markdown(["world", *FIGURES.values()], rows)


def _print_populations(table: pd.DataFrame, n_worlds: int) -> None:
    for kind, title in (
        ("distillation", "Shapes of campaigns"),
        ("benign", "Benign populations"),
        ("resale", "Pools that resell access and extract nothing (neither hits nor false alarms)"),
    ):
        own = table[table["kind"] == kind]
        if not len(own):
            continue
        rows = []
        for population, group in own.groupby("population"):
            n, flagged = int(group["accounts"].sum()), int(group["flagged"].sum())
            row = [str(population), str(len(group)), f"{n:,}", str(flagged), f"{flagged / n:.1%}", _range(group)]
            if kind == "distillation":
                row.append(f"{np.average(group['ranked'].astype(float), weights=group['accounts']):.1%}")
            rows.append(row)
        header = ["population", f"in worlds (of {n_worlds})", "accounts", "flagged", "share", "least – most"]
        header += ["ranked above 99.9 % of benign"] if kind == "distillation" else []
        print(f"\n## {title}\n\n{_markdown(header, rows)}")


def _range(group: pd.DataFrame) -> str:
    """Smallest and largest flagged share of the worlds."""
    shares = group["flagged"] / group["accounts"]
    return f"{shares.min():.0%} – {shares.max():.0%}" if len(group) > 1 else "–"


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"


def _worlds(given: argparse.Namespace) -> list[World]:
    if given.worlds:
        return worlds_under(given.worlds)
    shapes = tuple(SHAPES) if given.shapes == ["all"] else tuple(given.shapes)
    return [
        made(name, planned(name, given.accounts, given.days, shapes), seed, given.work)
        for name in given.recipes
        for seed in given.seeds
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=Path, help="folder of labelled worlds of your own")
    parser.add_argument("--recipes", nargs="+", default=["mixed-fortnight", "null-fortnight"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--accounts", type=int, help="unrelated accounts, instead of the recipe's")
    parser.add_argument("--days", type=int, help="instead of the recipe's")
    parser.add_argument("--shapes", nargs="+", default=[], help="more campaigns to plant, or all")
    parser.add_argument("--without-accounts", action="store_true", help="scan the logs alone")
    parser.add_argument("--work", type=Path, default=default_work(), help="where worlds are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
