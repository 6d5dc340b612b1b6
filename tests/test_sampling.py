import dataclasses
import json

import pytest

from detector.errors import UsageError
from detector.pipeline import scan
from detector.settings import Reading, Settings


def scanned(folder, rate):
    rows = [
        {
            "timestamp": f"2026-03-02T10:{i // 60:02}:{i % 60:02}Z",
            "account_id": f"a{i % 7}",
            "input_tokens": 5,
            "output_tokens": 9,
        }
        for i in range(140)
    ]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = dataclasses.replace(Settings(), reading=Reading(sampling_rate=rate))
    return scan(str(folder / "log.jsonl"), settings=settings, key=b"k" * 32)


def test_volumes_of_a_sampled_log_are_those_of_all_requests_and_it_is_said(tmp_path):
    whole, sampled = scanned(tmp_path, 1.0), scanned(tmp_path, 0.25)
    first, second = (result.accounts.set_index("account_id").sort_index() for result in (whole, sampled))
    for name in ("n_queries", "requests_per_active_day", "busiest_day_requests"):
        assert (second[name] == 4 * first[name]).all()
    assert (second["principal_size"] == first["principal_size"]).all()
    assert any("0.25 of the requests" in note for note in sampled.run["coverage"]["notes"])
    assert sampled.run["rows"] == whole.run["rows"]


@pytest.mark.parametrize("rate", [0.0, -1.0, 1.5])
def test_a_rate_that_is_none_is_refused(tmp_path, rate):
    with pytest.raises(UsageError, match="over 0 and up to 1"):
        scanned(tmp_path, rate)
