"""Mutates records of every format and reads them: whatever comes of it, rows must add up and nothing may be raised.

    python -m tests.logs.mutation --lines 200000 --seed 1

Of a block that fails, the smallest part that still fails is saved in ``tests/logs/bad_input/found``, where
`tests/logs/bad_input/test_mutation.py` reads it from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

from detector.errors import InputError
from detector.logs.files import LogFile
from detector.logs.formats import known
from detector.logs.mapping import Mapping
from detector.logs.reader import FileReport, read_queries
from detector.logs.rejects import Rejects
from detector.logs.survey import linked, survey
from detector.schema import BATCH_SCHEMA
from detector.settings import Reading
from tests.logs.formats.samples import SAMPLES

FOUND = Path(__file__).parent / "bad_input/found"
LINES_PER_FILE = 400
CANONICAL = {"timestamp": "2026-03-01T12:00:00Z", "account_id": "a", "prompt": "hi", "input_tokens": 5, "stream": True}
TOKENS = [
    b"null", b"true", b"1e999", b"-0", b"9" * 400, b"NaN", b'""', b"[]", b"{}", b'"\\ud800"', b"\xff", b"\xed\xa0\x80",
    b"\0", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b"\\", b",", b":", b"{", b"}", b"[", b"]", b"[" * 70, b'"account_id":',
    b"2026-02-30", b"18446744073709551616", b"\xe2\x80\xa8", b'{"a":{"b":[1,{"c":null}]}}',
    b"1.5", b"-1", b'"1772366400000"',
]  # fmt: skip


def mutated(line: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One line with some of its bytes, values or parts exchanged."""
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        at = chance.randrange(len(line) + 1)
        end = min(len(line), at + chance.choice((0, 1, 1, 3, 10, 40)))
        kind = chance.randrange(6)
        if kind == 0:
            line = line[:at] + bytes([chance.randrange(256)]) + line[end:]
        elif kind == 1:
            line = line[:at] + chance.choice(TOKENS) + line[end:]
        elif kind == 2:
            line = line[:at] + line[end:]
        elif kind == 3:
            line = line[:end] + line[at:]
        elif kind == 4:
            other = chance.choice(others)
            line = line[:at] + other[chance.randrange(len(other) + 1) :]
        else:
            line = with_value(line, chance)
    return line


def with_value(line: bytes, chance: random.Random) -> bytes:
    """A line in which one value stands for another, so that it is still JSON."""
    colons = [i for i, c in enumerate(line) if c == 58]
    if not colons:
        return line
    start = chance.choice(colons) + 1
    ends = [line.find(mark, start) for mark in (b",", b"}")]
    end = min((e for e in ends if e > 0), default=len(line))
    return line[:start] + chance.choice(TOKENS[:12]) + line[end:]


def fault_of(data: bytes, folder: Path, suffix: str = ".jsonl", format: str | None = None) -> str | None:
    """What goes wrong when bytes are read as a log; None where nothing does."""
    path = folder / f"mutated{suffix}"
    path.write_bytes(data)
    file, said, reading = LogFile(str(path), 0), Mapping(format=format), Reading()
    report, rejects, rows = FileReport(), Rejects(), 0
    try:
        with linked([file], survey([file], reading, said), reading, said) as told:
            for batch in read_queries(file, reading, told, report, rejects):
                pa.RecordBatch.validate(batch, full=True)
                assert batch.schema == BATCH_SCHEMA
                rows += batch.num_rows
    except InputError as error:
        if str(path) not in str(error):
            return f"an error without the file's name: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if report.rows_in != rows + report.rows_rejected:
        return f"{report.rows_in} rows in, {rows} read, {report.rows_rejected} rejected"
    return None if report.rows_rejected == rejects.total else "rejects are not counted alike"


def smallest(lines: list[bytes], folder: Path, suffix: str, format: str | None) -> list[bytes]:
    """Fewest lines that still fail, by leaving out ever smaller parts."""
    step = max(1, len(lines) // 2)
    while True:
        for at in range(0, len(lines), step):
            rest = lines[:at] + lines[at + step :]
            if rest and fault_of(b"\n".join(rest), folder, suffix, format) is not None:
                lines = rest
                break
        else:
            if step == 1:
                return lines
            step //= 2


def seeds() -> dict[str | None, list[bytes]]:
    """Sound lines of every format; None is the canonical one, and formats are told from the records too."""
    found: dict[str | None, list[bytes]] = {name: [] for name in known()}
    found[None] = [json.dumps(CANONICAL).encode()]
    for sample in SAMPLES:
        name, record = sample[0], sample[1]
        found.setdefault(name, []).append(json.dumps(record).encode())
    return {name: lines for name, lines in found.items() if lines}


def csv_file(chance: random.Random) -> bytes:
    """A mutated table."""
    head, row = b"timestamp,account_id,prompt,input_tokens", b'2026-03-01T12:00:00Z,a,"hi, you",5'
    return b"\n".join([head, *(mutated(row, [row, head], chance) for _ in range(LINES_PER_FILE))])


def run(lines: int, seed: int, save: Path | None = FOUND) -> tuple[int, list[str]]:
    """Mutate until so many lines are read; give the number read and what went wrong."""
    chance, sound, faults, done = random.Random(seed), seeds(), [], 0
    everything = [line for some in sound.values() for line in some]
    names = sorted(sound, key=str)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        while done < lines:
            for name in [*names, "csv"]:
                if name == "csv":
                    format, suffix, data = None, ".csv", csv_file(chance)
                else:
                    format, suffix = chance.choice((name, None)), chance.choice((".jsonl", ".json"))
                    some = sound[name]
                    data = b"\n".join(mutated(chance.choice(some), everything, chance) for _ in range(LINES_PER_FILE))
                    if chance.random() < 0.1:
                        data = b"[" + data.replace(b"\n", b",\n") + b"]"
                done += LINES_PER_FILE
                fault = fault_of(data, folder, suffix, format)
                if fault is not None:
                    faults.append(f"{name}: {fault}")
                    if save is not None and len(faults) <= 20:
                        save.mkdir(exist_ok=True)
                        least = b"\n".join(smallest(data.split(b"\n"), folder, suffix, format))
                        stem = hashlib.sha256(least).hexdigest()[:12]
                        (save / f"{stem}.{format or 'told'}{suffix}").write_bytes(least)
    return done, faults


def main() -> None:
    """Run from the command line; exit code 1 where something failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    began = time.monotonic()
    done, faults = run(given.lines, given.seed)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults[:20]))
    sys.stdout.write(f"{done:,} lines, {len(faults)} failures, {time.monotonic() - began:.1f} s, seed {given.seed}\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
