"""Mutated records of every format, those that once failed first; `make fuzz` reads two hundred thousand lines."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.logs.mutation import FOUND, fault_of, mutated, run, smallest

SAVED = sorted(FOUND.glob("*")) if FOUND.exists() else []


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.name)
def test_what_once_failed_fails_no_more(tmp_path, path):
    _, name, ending = path.name.split(".")
    assert fault_of(path.read_bytes(), tmp_path, f".{ending}", None if name == "told" else name) is None


def test_mutated_lines_of_every_format_are_read_or_rejected():
    done, faults = run(20_000, seed=1, save=None)
    assert done >= 20_000
    assert faults == []


def test_a_reader_that_fails_is_found_out_and_cut_down_to_the_line(tmp_path, monkeypatch):
    from detector.logs import canonical

    whole = canonical.checked_batch

    def failing(loose, intake):
        if "poison" in loose.columns["account_id"].to_pylist():
            raise KeyError("poison")
        return whole(loose, intake)

    monkeypatch.setattr("detector.logs.reader.checked_batch", failing)
    lines = [b'{"timestamp":"2026-03-01","account_id":"a%d"}' % i for i in range(20)]
    lines[13] = b'{"timestamp":"2026-03-01","account_id":"poison"}'
    assert fault_of(b"\n".join(lines), tmp_path) == "KeyError: 'poison'"
    assert smallest(lines, tmp_path, ".jsonl", None) == [lines[13]]


def test_mutation_with_one_seed_is_always_the_same():
    line = b'{"timestamp":"2026-03-01","account_id":"a"}'
    assert [mutated(line, [line], random.Random(i)) for i in range(50)] == [
        mutated(line, [line], random.Random(i)) for i in range(50)
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from([".jsonl", ".json", ".csv", ".log", ".parquet", ".gz"]))
def test_any_bytes_whatever_are_accounted_for(tmp_path, data, suffix):
    assert fault_of(data, tmp_path, suffix) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200),
    st.sampled_from([b"PAR1", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"[", b"{", b"a,b\n", b'{"a":[{']),
)
def test_any_bytes_after_a_known_beginning_are_accounted_for(tmp_path, data, start):
    assert fault_of(start + data, tmp_path, ".log") is None
