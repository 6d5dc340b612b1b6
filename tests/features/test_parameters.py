import numpy as np
import pytest

from detector.features import parameters

from .conftest import by_name, tables_of


def rows(column, values):
    return [{"at": f"09:{minute:02}", column: value} for minute, value in enumerate(values)]


def test_dominant_settings_share():
    tables = tables_of({"a": rows("settings", ["s", "s", "s", "r"])})
    assert by_name(parameters.dominant_settings_share, tables)["a"] == 3 / 4


def test_settings_rarity_is_the_surprise_at_ones_settings():
    log = {name: rows("settings", ["usual"]) for name in "abc"} | {"d": rows("settings", ["odd"])}
    values = by_name(parameters.settings_rarity, tables_of(log))
    assert values["a"] == pytest.approx(np.log10(4 / 3))
    assert values["d"] == pytest.approx(np.log10(4))


def test_settings_rarity_counts_a_verified_organisation_once():
    log = {name: rows("settings", ["firm"]) for name in "abc"} | {"d": rows("settings", ["odd"])}
    firm = {"organization_id": "o", "organization_verified": True}
    values = by_name(parameters.settings_rarity, tables_of(log, dict.fromkeys("abc", firm)))
    assert values["a"] == values["d"] == pytest.approx(np.log10(2))


def test_answer_limit_is_the_ninth_of_ten():
    limits = [300.0, 100.0, 1000.0, 200.0, 900.0, 400.0, 500.0, 800.0, 600.0, 700.0]
    tables = tables_of({"a": rows("max_tokens", [*limits, np.nan])})
    assert by_name(parameters.answer_limit, tables)["a"] == 900


def test_temperature_spread_of_zero_and_one():
    tables = tables_of({"a": rows("temperature", [0.0, 1.0]), "b": rows("temperature", [0.7])})
    values = by_name(parameters.temperature_spread, tables)
    assert values["a"] == pytest.approx(0.5)
    assert np.isnan(values["b"])


def test_stream_share():
    tables = tables_of({"a": [*rows("stream", [True, False, False, False]), "09:30"]})
    assert by_name(parameters.stream_share, tables)["a"] == 1 / 4


def test_dominant_model_share():
    tables = tables_of({"a": rows("model", ["large", "large", "small", None])})
    assert by_name(parameters.dominant_model_share, tables)["a"] == 2 / 3


def test_new_model_share_counts_the_first_two_days_of_a_new_model():
    old, new = {"model": "old"}, {"model": "new"}
    log = {
        "eager": [{"at": "1 09:00", **old}, {"at": "4 09:00", **new}, {"at": "4 10:00", **old}],
        "b": [{"at": "5 09:00", **new}, {"at": "6 08:59", **new}],
        "c": [{"at": "4 12:00", **old}, {"at": "6 09:00", **new}],
    }
    values = by_name(parameters.new_model_share, tables_of(log))
    assert (values["eager"], values["b"], values["c"]) == (1 / 2, 1, 0)


def test_new_model_share_is_undefined_without_a_new_model():
    tables = tables_of({name: rows("model", ["old"]) for name in "abc"})
    assert by_name(parameters.new_model_share, tables).isna().all()
