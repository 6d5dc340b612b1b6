"""Accounts that write in a common frame, and people who write as they like."""

import numpy as np

FRAMES = {
    "a": "Set down at length everything that leads you to the result of this exercise",
    "b": "Kindly weigh the merits of the following reply and say where it falls short of",
    "shared ending": "Set down at length everything that leads you to the result and then name three wild birds of the "
    "northern coast in order of their size and say which of them you would rather keep in a small garden pond",
    "c": "Draw up a table of all the goods named below with their prices and their makers",
}
SUBJECTS = "apple river stone music engine garden winter paper silver market copper window island bridge".split()


def sent(account, frame, n, at=0, **row):
    rng = np.random.default_rng(sum(map(ord, account)))
    start = FRAMES.get(frame, "")
    prompts = [f"{start} {' '.join(rng.choice(SUBJECTS, 6))} {rng.integers(1e9)}" for _ in range(n)]
    return [{"account_id": account, "at": at + i * 60_000_000, "prompt": text, **row} for i, text in enumerate(prompts)]


def people(n):
    words = "abcdefghijklmnopqrstuvwxyz"
    own = [" ".join(words[(i * 7 + j) % 26] * (2 + (i + j) % 5) for j in range(14)) for i in range(n)]
    return [{"account_id": f"p{i:03}", "at": j, "prompt": f"{own[i]} {j}"} for i in range(n) for j in range(4)]
