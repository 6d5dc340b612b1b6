import dataclasses
import hashlib
import io
import json
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest

from detector.anomaly import storage
from detector.anomaly.baseline import fit, load, save, score
from detector.errors import ModelError, OutputError
from detector.settings import Anomaly


@pytest.fixture
def saved(normal, tmp_path):
    """Folder of a small saved baseline."""
    features = normal(1, 300, 4)
    baseline = fit(features, dict.fromkeys(features, "high"), Anomaly(trees=5), 5, {"days": 7})
    save(baseline, tmp_path)
    return tmp_path


def forge(folder, change=None, body_change=None):
    """Change what is stored and make all hashes agree again, as somebody with a plan would."""
    with np.load(folder / "forest.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name].copy() for name in stored.files}
    body = json.loads((folder / "baseline.json").read_text())["body"]
    if change is not None:
        change(arrays)
    if body_change is not None:
        body_change(body)
    packed = storage._pack(arrays)
    body["arrays_sha256"] = hashlib.sha256(packed).hexdigest()
    (folder / "forest.npz").write_bytes(packed)
    (folder / "baseline.json").write_bytes(storage._manifest(body))


def inner(arrays):
    return int(np.flatnonzero(arrays["left"] != np.arange(len(arrays["left"])))[1])


def put(name, value, at=inner):
    def change(arrays):
        arrays[name][at(arrays) if callable(at) else at] = value

    return change


def replace(name, make):
    def change(arrays):
        arrays[name] = make(arrays[name])

    return change


def cycle(arrays):
    arrays["left"][inner(arrays)] = 0


def shared_child(arrays):
    node = inner(arrays)
    arrays["left"][node] = arrays["right"][node]


def other_tree(arrays):
    arrays["right"][0] = arrays["roots"][1] + 1


def test_a_round_trip_keeps_scores_and_bytes(normal, saved, tmp_path):
    baseline = load(saved)
    again = tmp_path / "again"
    save(baseline, again)
    for name in ("forest.npz", "baseline.json"):
        assert (again / name).read_bytes() == (saved / name).read_bytes()
    features = normal(1, 300, 4)
    fresh = fit(features, dict.fromkeys(features, "high"), Anomaly(trees=5), 5, {"days": 7})
    pd.testing.assert_frame_equal(score(baseline, normal(2, 50, 4)), score(fresh, normal(2, 50, 4)), check_exact=True)
    assert baseline.card == {"days": 7}
    assert baseline.settings == Anomaly(trees=5)


def test_the_same_population_gives_the_same_bytes_in_any_order(normal, saved, tmp_path):
    shuffled = normal(1, 300, 4).sample(frac=1, random_state=2)
    other = tmp_path / "other"
    save(fit(shuffled, dict.fromkeys(shuffled, "high"), Anomaly(trees=5), 5, {"days": 7}), other)
    assert (other / "forest.npz").read_bytes() == (saved / "forest.npz").read_bytes()


def test_an_untouched_forgery_passes_so_that_the_checks_below_mean_something(saved):
    forge(saved)
    assert load(saved).accounts == 300


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("left", 10**9), "out of range"),
        (put("right", -1), "before its parent"),
        (cycle, "before its parent"),
        (shared_child, "two parents"),
        (other_tree, "out of range"),
        (put("feature", 4), "feature is out of range"),
        (put("feature", -1), "feature is out of range"),
        (put("threshold", np.nan), "not finite"),
        (put("threshold", 1.5), "not a rank"),
        (put("samples", 0), "accounts"),
        (put("samples", 7), "lost accounts"),
        (put("roots", 10**9, -1), "root is out of range"),
        (put("roots", 1, 0), "start at node 0"),
        (put("roots", 3, 1), "out of range|two parents"),
        (put("marks", np.inf, (0, 5)), "not finite"),
        (put("marks", 1e29, (0, 5)), "not ascending"),
        (put("reference", -1.0, 0), "negative"),
        (put("reference", 1e9, 0), "not ascending"),
        (put("known", 10**6, 0), "more values known"),
        (replace("left", lambda a: a[:-1]), "differ in length"),
        (replace("marks", lambda a: a[:, :-1]), "wrong shape"),
        (replace("marks", lambda a: a[0]), "dimensions"),
        (replace("threshold", lambda a: a.astype(np.float32)), "not of type"),
        (replace("left", lambda a: a.astype(">i4")), "not of type"),
        (replace("reference", lambda a: a[:0]), "no reference score"),
        (lambda arrays: arrays.pop("left"), "does not hold a baseline's arrays"),
        (lambda arrays: arrays.update(more=np.zeros(1)), "does not hold a baseline's arrays"),
    ],
)
def test_a_forged_array_is_refused_by_name(saved, change, said):
    forge(saved, change)
    with pytest.raises(ModelError, match=said) as refused:
        load(saved)
    assert "forest.npz" in str(refused.value)
    assert "fit a new baseline" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["features"].pop(),
        lambda body: body["features"].reverse(),
        lambda body: body["features"][0].update(suspicious="sideways"),
        lambda body: body.pop("settings"),
        lambda body: body["settings"].update(unheard_of=1),
        lambda body: body["settings"].update(clip_quantile="a"),
        lambda body: body["settings"].update(clip_quantile=0.7),
        lambda body: body["settings"].update(false_positive_rate=2.0),
        lambda body: body.update(seed="x"),
        lambda body: body.update(samples_per_tree=10**6),
        lambda body: body.update(card=3),
    ],
)
def test_a_forged_manifest_is_refused(saved, change):
    forge(saved, body_change=change)
    with pytest.raises(ModelError, match=r"(?i)fit a new baseline"):
        load(saved)


def test_a_foreign_version_is_refused_and_named(saved):
    forge(saved, body_change=lambda body: body.update(format_version=2))
    with pytest.raises(ModelError, match=r"baseline.json: is of .*format.* 2"):
        load(saved)


def test_every_one_of_200_flipped_bits_is_noticed(saved):
    random = np.random.default_rng(0)
    for name in ("forest.npz", "baseline.json"):
        sound = (saved / name).read_bytes()
        for position in random.integers(0, len(sound) * 8, size=100):
            damaged = bytearray(sound)
            damaged[position // 8] ^= 1 << (position % 8)
            (saved / name).write_bytes(damaged)
            with pytest.raises(ModelError):
                load(saved)
        (saved / name).write_bytes(sound)
    assert load(saved).accounts == 300


@pytest.mark.parametrize("name", ["forest.npz", "baseline.json"])
def test_a_truncated_empty_or_absent_file_is_refused(saved, name):
    sound = (saved / name).read_bytes()
    for length in (0, 1, len(sound) // 2, len(sound) - 1):
        (saved / name).write_bytes(sound[:length])
        with pytest.raises(ModelError, match=name):
            load(saved)
    (saved / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: cannot be read"):
        load(saved)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def sign(folder, packed):
    body = json.loads((folder / "baseline.json").read_text())["body"]
    body["arrays_sha256"] = hashlib.sha256(packed).hexdigest()
    (folder / "forest.npz").write_bytes(packed)
    (folder / "baseline.json").write_bytes(storage._manifest(body))


def test_a_pickle_is_refused_unopened(saved):
    sign(saved, pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match="cannot be read as plain arrays"):
        load(saved)


def test_a_pickled_array_inside_is_refused_unopened(saved):
    with np.load(saved / "forest.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["left"] = np.array([Bomb()], dtype=object)
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    sign(saved, packed.getvalue())
    with pytest.raises(ModelError, match="cannot be read as plain arrays"):
        load(saved)


def test_an_archive_that_swells_is_refused(saved, monkeypatch):
    monkeypatch.setattr(storage, "MOST_ARRAY_BYTES", 100_000)
    with zipfile.ZipFile(saved / "forest.npz") as archive:
        names = archive.namelist()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(50_000))
    sign(saved, packed.getvalue())
    with pytest.raises(ModelError, match="holds more than 100000 bytes"):
        load(saved)


def test_a_file_too_large_is_refused_unread(saved, monkeypatch):
    monkeypatch.setattr(storage, "MOST_MANIFEST_BYTES", 100)
    with pytest.raises(ModelError, match="larger than 100 bytes"):
        load(saved)


def test_a_folder_that_cannot_be_written_is_said(saved, frozen):
    with pytest.raises(OutputError, match="cannot be written"):
        save(frozen, saved / "forest.npz" / "below a file")


def test_a_card_must_be_plain_json(saved, frozen):
    odd = dataclasses.replace(frozen, card={"when": object()})
    with pytest.raises(TypeError):
        save(odd, saved)
    assert load(saved).accounts == 300
