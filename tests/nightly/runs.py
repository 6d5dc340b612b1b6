"""Small logs, and runs over them without a process of their own."""

import datetime as dt
import gzip
import hashlib
import json

from detector.judging import sizes_of
from detector.nightly.run import run
from detector.nightly.store import held
from detector.pipeline import Request
from detector.results.record import Clock
from detector.settings import Settings

KEY = hashlib.sha256(b"a key of the tests").digest()
FIRST = dt.date(2026, 3, 1)
SUBJECTS = ("sorting a list", "a poem on rain", "tax for a bakery", "the French revolution", "a bug in my parser")


def row(day, account, number):
    """One request of an account, the same for the same numbers."""
    at = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(8)) + dt.timedelta(minutes=7 * number + account)
    subject = SUBJECTS[(account + number) % len(SUBJECTS)]
    return {
        "timestamp": at.isoformat() + "Z",
        "request_id": f"r-{day}-{account}-{number}",
        "account_id": f"person-{account}@mail.example",
        "prompt": f"Please help person {account} with {subject}, part {number} of day {day}.",
        "client_ip": f"203.0.{account % 7}.{account}",
        "user_agent": f"client/{account % 3}",
        "model": "large",
        "output_tokens": 100 + number,
    }


def rows_of(days, accounts=12, each=3):
    """Requests of some days."""
    return [row(day, account, number) for day in days for account in range(accounts) for number in range(each)]


def write_log(path, rows, packed=False):
    """Rows as JSON lines."""
    data = "".join(json.dumps(one) + "\n" for one in rows).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def moment(day, hour=3):
    """A moment in the night after a day."""
    return dt.datetime.combine(FIRST + dt.timedelta(days=day + 1), dt.time(hour), dt.UTC)


def night(folder, paths, day, *, settings=None, date=None, accounts=(), clear_ids=False, said=None, **more):
    """Run the night of a day over some files."""
    chosen = settings or Settings()
    with held(folder, KEY, clear_ids, sizes_of(chosen)) as store:
        return run(
            store,
            Request([str(path) for path in paths], [str(path) for path in accounts], settings=chosen),
            now=moment(day),
            night=date,
            render=lambda result: "<html>" + json.dumps(result.run, sort_keys=True),
            tell=(said if said is not None else []).append,
            clock=Clock(None),
            **more,
        )


def contents(folder):
    """Every file of a store with its bytes, and every link with its target; what names files on disk is left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file() and name not in ("lock", "seen.json"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def results(folder):
    """Files of the results of every night."""
    return {
        f"{link.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for link in sorted((folder / "nights").iterdir())
        for path in sorted(link.resolve().iterdir())
    }
