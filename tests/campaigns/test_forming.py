import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.campaigns import forming as forming_module
from detector.campaigns.forming import LINKING, forming_keys
from detector.profiles.keys import FAMILIES, FAMILY_OF, KINDS
from detector.settings import Campaigns

#: Two kinds of one family, one of another, and one that forms nothing; the payment is a fact of the account.
KEYS = st.tuples(st.sampled_from(["phrase", "system", "payment", "prompt"]), st.integers(1, 5))
ASKED = st.tuples(st.integers(0, 2), st.integers(1, 4))
CHOOSING = Campaigns(keys_per_family=2, min_principals=2)


def table(accounts):
    rows = [
        {"account": account, "kind": kind, "key": key, "half_0": half, "requests": np.nan if kind == "payment" else n}
        for account, keys in enumerate(accounts)
        for (kind, key), (half, n) in sorted(keys.items(), key=lambda item: (KINDS.index(item[0][0]), item[0][1]))
    ]
    columns = {"account": np.int32, "kind": object, "key": np.uint64, "half_0": np.int32, "requests": np.float64}
    made = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    made["degree"] = made.groupby(["kind", "key"])["account"].transform("size").astype(np.int32)
    return made.assign(kind=pd.Categorical(made["kind"], categories=list(KINDS)))


def by_hand(keys, principals):
    """The rows that are chosen, account by account and family by family."""
    rows = keys[keys["kind"].isin(LINKING) & (keys["requests"].isna() | (keys["half_0"] > 0)) & (keys["degree"] >= 2)]
    rows = rows.assign(kind=rows["kind"].astype(str), principal=principals[rows["account"]])
    rows["family"] = rows["kind"].map(FAMILY_OF)
    rows["number"] = rows["kind"].map(KINDS.index)
    rows["degree"] = rows.groupby(["kind", "key"])["principal"].transform("nunique")
    rare = rows.sort_values(["degree", "number", "key"])
    heavy = rare[rare["requests"].notna()].sort_values("requests", ascending=False, kind="stable")
    both = pd.concat([some.groupby(["account", "family"]).head(2) for some in (rare, heavy)])
    return {(row.account, row.kind, row.key): row.degree for row in both.itertuples() if row.degree >= 2}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(KEYS, ASKED, max_size=8), min_size=1, max_size=8), st.data())
def test_the_rarest_and_the_heaviest_of_each_family_are_chosen(accounts, data):
    principals = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(accounts), max_size=len(accounts))))
    keys = table(accounts)
    forming = forming_keys(keys, principals, CHOOSING)
    account = np.repeat(np.arange(len(accounts)), np.diff(forming.holdings.starts))
    found = {
        (account[row], KINDS[forming.kind[code]], forming.key[code]): forming.degree[code]
        for row, code in enumerate(forming.holdings.code)
    }
    assert found == by_hand(keys, principals)
    names = [(FAMILIES.index(FAMILY_OF[KINDS[k]]), k, key) for k, key in zip(forming.kind, forming.key, strict=True)]
    assert names == sorted(set(names))


def test_numbers_are_the_same_however_many_ranges_of_keys_they_are_given_in(monkeypatch):
    rng = np.random.default_rng(3)
    kind, key = rng.integers(0, 4, 8_000), rng.zipf(1.3, 8_000).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    rows = pd.DataFrame({"account": np.sort(rng.integers(0, 500, 8_000)).astype(np.int32), "key": key})
    rows["kind"] = pd.Categorical.from_codes(kind, categories=["phrase", "system", "payment", "prompt"])
    rows["kind"] = rows["kind"].cat.set_categories(list(KINDS))
    rows = rows.drop_duplicates(["account", "kind", "key"]).sort_values(["account", "kind", "key"], ignore_index=True)
    rows["requests"], rows["half_0"] = np.where(rows["kind"] == "payment", np.nan, 5.0), rng.integers(0, 3, len(rows))
    rows["degree"] = rows.groupby(["kind", "key"], observed=True)["account"].transform("size").astype(np.int32)
    whole = forming_keys(rows, np.arange(500), CHOOSING)
    for part in (1, 100, 1_000):
        monkeypatch.setattr(forming_module, "_PART_ROWS", part)
        parts = forming_keys(rows, np.arange(500), CHOOSING)
        for name in ("kind", "key", "degree"):
            assert np.array_equal(getattr(parts, name), getattr(whole, name))
            assert getattr(parts, name).dtype == getattr(whole, name).dtype
        for name in ("starts", "code", "family", "twice"):
            assert np.array_equal(getattr(parts.holdings, name), getattr(whole.holdings, name))
