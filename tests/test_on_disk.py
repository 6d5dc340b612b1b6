"""Columns on disk: the same values, read-only, before and after their pages are let go of."""

import tempfile

import numpy as np
import pandas as pd
import pytest

from detector.on_disk import Columns, let_go, put, taken

ROWS = {"account": np.arange(5_000), "key": np.arange(5_000, dtype=np.uint64) << np.uint64(50)}


def test_columns_are_what_was_written_part_after_part():
    writing = Columns()
    for first in (0, 2_000):
        writing.append({name: column[first : first + 3_000] for name, column in ROWS.items()})
    found = writing.mapped()
    assert found["account"].tolist() == [*range(3_000), *range(2_000, 5_000)]
    assert found["key"].dtype == np.uint64


def test_a_part_is_written_in_the_types_of_the_first():
    writing = Columns()
    writing.append({"account": np.array([1, 2])})
    writing.append({"account": np.array([3], np.int32)})
    assert writing.mapped()["account"].tolist() == [1, 2, 3]


def test_values_are_read_again_after_they_were_let_go_of():
    found = put(ROWS)
    let_go()
    for name, column in ROWS.items():
        np.testing.assert_array_equal(found[name], column)


def test_nothing_can_be_written_to_a_column_on_disk():
    with pytest.raises(ValueError, match="read-only"):
        put(ROWS)["account"][0] = 7


def test_a_column_without_values_keeps_its_type():
    assert put({"refused": np.zeros(0, bool)})["refused"].dtype == bool


def test_every_other_value_of_an_array_is_a_column_too():
    assert put({"account": np.arange(10)[::2]})["account"].tolist() == [0, 2, 4, 6, 8]


def test_no_file_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = put(ROWS)
    assert list(tmp_path.iterdir()) == []
    assert found["account"].sum() == ROWS["account"].sum()


@pytest.mark.parametrize("names", [None, ["key"]])
def test_taken_are_the_rows_that_pandas_takes(names):
    table = pd.DataFrame(put(ROWS), copy=False)
    rows = np.array([4_999, 3, 3])
    pd.testing.assert_frame_equal(taken(table, rows, names), table.iloc[rows][names or list(table)])
