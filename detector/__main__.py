"""``python -m detector`` does what the command ``detector`` does."""

from detector.cli import run

if __name__ == "__main__":
    run()
