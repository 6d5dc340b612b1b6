"""``python -m detector`` does what the command ``detector`` does."""

from detector.cli import main

if __name__ == "__main__":
    main()
