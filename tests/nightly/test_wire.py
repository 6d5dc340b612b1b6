"""What came of a file, sent as bytes, fills a store as if the file had been read here."""

from detector.nightly.engines import Local
from detector.nightly.intake import take, unread
from detector.nightly.store import held
from detector.nightly.wire import packed, unpacked, unpacked_day
from detector.profiles.sizes import Sizes
from detector.settings import Settings
from tests.nightly.runs import KEY, contents, rows_of, write_log


class Sending:
    """Reads here, and lets everything travel as bytes."""

    def __init__(self):
        self.days = {}

    def profiled(self, tasks, repeats, done):
        arrived = []
        for one in Local(1).profiled(tasks, repeats, done):
            told, *days = packed(one)
            self.days[one.task.file.index] = days
            arrived.append(unpacked(told, one.task))
        return arrived

    def cut(self, files):
        for one in files:
            yield one, [unpacked_day(data).day for data in self.days[one.task.file.index]]


def read(folder, logs, engine):
    with held(folder, KEY, False, Sizes()) as store:
        new = unread(store, [str(logs)])
        return take(store, new, Settings(), None, None, remember=True, engine=engine)


def test_a_store_filled_with_what_travelled_has_the_same_bytes(tmp_path):
    write_log(tmp_path / "logs" / "a.jsonl", [*rows_of(range(3)), *rows_of([1])])
    write_log(tmp_path / "logs" / "b.jsonl", [*rows_of([2, 3]), {"account_id": 7}, {"timestamp": "soon"}])
    write_log(tmp_path / "logs" / "copy.jsonl", [*rows_of(range(3)), *rows_of([1])])
    here = read(tmp_path / "here", tmp_path / "logs", None)
    there = read(tmp_path / "there", tmp_path / "logs", Sending())
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert [one.report for one in there] == [one.report for one in here]
    assert [one.built.identities for one in there] == [one.built.identities for one in here]
    assert [one.rejects for one in there] == [one.rejects for one in here]


def test_days_name_the_content_that_they_were_read_from(tmp_path):
    write_log(tmp_path / "logs" / "a.jsonl", rows_of(range(2)))
    sending = Sending()
    (one,) = read(tmp_path / "store", tmp_path / "logs", sending)
    assert [unpacked_day(data).sha256 for data in sending.days[0]] == [one.report.sha256] * 2
