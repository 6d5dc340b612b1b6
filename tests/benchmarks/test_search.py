"""The simulated keys of the benchmark of the search: what its worlds promise."""

import sys
from pathlib import Path

import numpy as np
import pytest

from detector.campaigns.composites import significant_composites
from detector.campaigns.grow import attach, components, core
from detector.settings import Campaigns

ACCOUNTS, KEYS = 60_000, 24


@pytest.fixture(scope="module")
def search():
    folder = str(Path(__file__).parents[2] / "benchmarks")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        import search

        yield search
    for name in [
        name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).startswith(folder)
    ]:
        del sys.modules[name]


@pytest.mark.parametrize(("world", "share"), [("plain", 0.2), ("hub", 0.5), ("template", 1.0)])
def test_keys_are_in_order_and_the_commonest_is_as_common_as_its_world_says(search, world, share):
    keys = search.simulated_keys(2_000, KEYS, world)
    kind, key, account = keys["kind"].cat.codes.to_numpy(), keys["key"].to_numpy(), keys["account"].to_numpy()
    assert np.array_equal(np.lexsort((key, kind, account)), np.arange(len(keys)))
    holders = keys.groupby(["kind", "key"], observed=True)["account"].transform("nunique")
    assert np.array_equal(keys["degree"], holders)
    assert keys["degree"].min() == 2
    common = keys[keys["kind"].isin(["referrer"] if world == "hub" else ["template", "head", "phrase", "pattern"])]
    assert common["degree"].max() / 2_000 == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("world", ["plain", "hub", "template"])
def test_the_planted_campaign_and_nobody_else_is_found_in_every_world(search, world):
    keys = search.simulated_keys(ACCOUNTS, KEYS, world)
    principals, settings = np.arange(ACCOUNTS), Campaigns()
    composites, holders = significant_composites(keys, principals, settings)
    label = attach(components(core(composites, holders, principals, settings), ACCOUNTS), holders, settings)
    assert np.flatnonzero(label >= 0).tolist() == list(range(int(ACCOUNTS * search.PLANTED)))


def test_keys_and_features_on_disk_are_those_in_memory(search, tmp_path, monkeypatch):
    monkeypatch.setattr(search, "BLOCK", 700)
    in_memory, on_disk = (search.simulated_keys(2_000, KEYS, "plain", folder) for folder in (None, tmp_path))
    for name in in_memory:
        assert np.array_equal(on_disk[name], in_memory[name], equal_nan=name == "requests")
        assert on_disk[name].dtype == in_memory[name].dtype
    assert np.array_equal(search._features(2_000, tmp_path), search._features(2_000))
    assert (tmp_path / "key").stat().st_size == 8 * len(on_disk) == 8 * len(in_memory)
