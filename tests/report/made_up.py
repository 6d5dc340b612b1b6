"""A made-up night: 600 accounts, a distillation campaign, a group to watch, a lone extractor."""

import dataclasses

import numpy as np
import pandas as pd

from detector.report import Findings

START = pd.Timestamp("2025-06-23", tz="UTC")
DAYS = 7
FEATURES = (
    "queries_per_day",
    "gap_variation",
    "night_share",
    "template_diversity",
    "payload_diversity",
    "output_input_ratio",
    "asks_reasoning_share",
    "truncated_share",
)
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "title": "</title></style><svg/onload=alert(2)>",
    "attribute": '" onmouseover="alert(3)',
    "escape": "red\x1b[31mred\x9b2J\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "bidi": "invoice\u202efdp.exe\u2066",
    "hidden": "zero\u200bwidth\U000e0041tag",
    "formula": "=1+1",
    "math": "$\\foo$",
    "template": "{{7*7}}{% raw %}",
    "format": "%s{0.__class__}",
    "lines": "one\ntwo\r\nthree\u2028four",
    "zalgo": "z" + "\u0301" * 200,
    "wide": "漢" * 120,
    "underscore": "_hidden",
    "surrogate": "file\udc80name",
    "long": "x" * 20_000,
}


def accounts_table(rng, n=600, core=176, group=24):
    ids = [f"acct-{number:05d}" for number in range(n)]
    queries = np.exp(rng.normal(3.4, 1.3, n)).astype(int) + 1
    anomaly = rng.beta(2.2, 5.0, n)
    score = anomaly * 0.8
    created = START - pd.to_timedelta(rng.exponential(160, n), unit="D")
    campaign = np.full(n, None, dtype=object)
    tier = np.full(n, None, dtype=object)
    reasons = [[] for _ in range(n)]
    campaign[:core], tier[:core] = "C-3f2a91bc", "A"
    campaign[core : core + group], tier[core : core + group] = "C-77e01d54", "C"
    queries[:core] = rng.normal(182, 11, core).astype(int)
    anomaly[:core] = rng.normal(0.38, 0.05, core)
    score[:core] = rng.uniform(0.93, 0.995, core)
    score[core : core + group] = rng.uniform(0.5, 0.62, group)
    created = created.to_series(index=range(n))
    burst = START - pd.Timedelta(days=9) + pd.to_timedelta(rng.uniform(0, 40, core), unit="h")
    created.iloc[:core] = burst
    created.iloc[core : core + group] = START + pd.to_timedelta(rng.uniform(9, 11, group), unit="h")
    solo = core + group
    score[solo : solo + 3] = [0.981, 0.962, 0.94]
    queries[solo : solo + 3] = [14_210, 8_933, 6_120]
    anomaly[solo : solo + 3] = [0.97, 0.93, 0.9]
    for row in range(core):
        reasons[row] = ["Member of campaign C-3f2a91bc."]
    reasons[solo] = [
        "14,210 queries from one template with 13,880 different payloads: more than 99.9 % of accounts of its plan.",
        "92 % of its prompts ask for the reasoning before the answer.",
    ]
    reasons[solo + 1] = ["97 % of answers use up the token limit; the median account's do in 2 %."]
    reasons[solo + 2] = ["Asks for log-probabilities in every request."]
    flagged = np.zeros(n, dtype=bool)
    flagged[:core] = True
    flagged[solo : solo + 3] = True
    order = np.argsort(-score)
    for row in order:
        if campaign[row] is None and not flagged[row] and score[row] > 0.4:
            reasons[row] = ["Active in every hour of the day, on more days than 98 % of accounts."]
    table = pd.DataFrame(
        {
            "account_id": ids,
            "score": score.clip(0, 1),
            "flagged": flagged,
            "campaign_id": campaign,
            "tier": tier,
            "reasons": reasons,
            "anomaly": anomaly.clip(0, 1),
            "tail": rng.beta(1.5, 6, n),
            "n_queries": queries,
            "first_seen": START + pd.to_timedelta(rng.uniform(0, 30, n), unit="h"),
            "last_seen": START + pd.to_timedelta(rng.uniform(90, 167, n), unit="h"),
            "created_at": created.to_numpy(),
            "principal_size": 1,
        }
    )
    features = {name: rng.lognormal(0, 1, n) for name in FEATURES}
    return table.assign(**features)


def campaign_row(campaign_id, tier, accounts, **changes):
    row = {
        "campaign_id": campaign_id,
        "tier": tier,
        "kind": "distillation",
        "title": f"{accounts} accounts of one sign-up burst work through one set of mathematics"
        " problems and ask for the reasoning each time",
        "log_evidence": 41.3,
        "n_accounts": accounts,
        "n_core": accounts - 8,
        "n_principals": accounts,
        "n_queries": accounts * 182,
        "queries_per_account_day": 26.0,
        "first_seen": START + pd.Timedelta(hours=1),
        "last_seen": START + pd.Timedelta(days=6, hours=22),
        "created_first": START - pd.Timedelta(days=9),
        "created_last": START - pd.Timedelta(days=7),
        "families": ["network", "payment", "content", "time", "sharding"],
        "asked": [
            "94 % of the prompts ask for hidden or prior reasoning; 0.8 % do among other accounts.",
            "Templates differ little, payloads hardly repeat: 31,644 payloads in 6 templates.",
        ],
        "models": ["large-2025-05", "large-2025-05-thinking"],
        "benign_explanation": "A teaching platform that hands each learner an account of their own"
        " and sends all of them through one gateway.",
        "set_aside": "Learners differ from one another and repeat each other's questions; here no"
        " question is asked twice, and every account asks the same number a day.",
        "look_at": "Open five members side by side on 25 June, 02:00 to 04:00 UTC, and compare the"
        " order of their prompts; then ask payments about the two shared instruments.",
        "against": ["The accounts use 9 different clients, more than one script would."],
    }
    return row | changes


def campaigns_table():
    watched = campaign_row(
        "C-77e01d54",
        "C",
        24,
        kind="coordinated group",
        title="24 accounts signed up within two hours and share a network, but ask for different things",
        log_evidence=6.2,
        n_queries=1204,
        queries_per_account_day=7.2,
        created_first=START + pd.Timedelta(hours=9),
        created_last=START + pd.Timedelta(hours=11),
        asked=[],
        benign_explanation="A class or a hackathon at one university.",
        set_aside="",
        against=["Loads differ as they do among people.", "Questions repeat between accounts."],
    )
    return pd.DataFrame([watched, campaign_row("C-3f2a91bc", "A", 176)])


def members_table(accounts):
    held = accounts[accounts["campaign_id"].notna()]
    members = held[
        ["campaign_id", "account_id", "score", "n_queries", "first_seen", "last_seen", "created_at"]
    ].reset_index(drop=True)
    return members.assign(
        role=np.where(members.index % 22 == 21, "periphery", "core"),
        membership=np.where(members.index % 22 == 21, 0.62, 0.99),
        n_composites=3 + members.index % 9,
    )


def evidence_row(campaign_id, family, name, statement, observed, expected, p, weight):
    rows = [f"queries-{day}.jsonl:{4711 + day}" for day in (1, 2, 3, 4)]
    return {
        "campaign_id": campaign_id,
        "family": family,
        "name": name,
        "statement": statement,
        "observed": observed,
        "expected": expected,
        "p": p,
        "weight": weight,
        "rows": rows,
    }


def evidence_table():
    a, c = "C-3f2a91bc", "C-77e01d54"
    return pd.DataFrame(
        [
            evidence_row(a, "sharding", "split", "Topics are dealt out to accounts as cards are:"
                         " χ²/df of account by topic is 1.02, and 3.9 among other groups of this"
                         " size.", 1.02, 3.9, 2e-41, 6.0),
            evidence_row(a, "network", "subnet", "171 of 176 accounts come from four subnets that"
                         " also carry one system prompt.", 171, 0.4, 0.0, 6.0),
            evidence_row(a, "time", "creation", "176 sign-ups within 40 hours, where the platform"
                         " has 6.", 176, 6.1, 1e-190, 5.4),
            evidence_row(a, "payment", "instrument", "Two payment instruments pay for 58"
                         " accounts.", 58, 0.02, 3e-88, 4.8),
            evidence_row(a, "load", "equal", "Accounts send equal loads: the spread is 6 % of the"
                         " mean.", 0.06, 1.31, 8e-12, 3.1),
            evidence_row(a, "client", "diverse", "Nine clients where one script would show"
                         " one or two.", 9, 2, 0.04, -1.2),
            evidence_row(c, "network", "subnet", "24 accounts come from one subnet.", 24, 0.9,
                         1e-22, 3.9),
            evidence_row(c, "time", "creation", "24 sign-ups within two hours.", 24, 0.3, 1e-30,
                         2.3),
        ]
    )  # fmt: skip


def timeline_table(rng):
    hours = pd.date_range(START, periods=24 * DAYS, freq="h")
    wave = 95 * (1.2 + np.sin(np.arange(len(hours)) / 24 * 2 * np.pi)) * (hours.hour % 8 != 5)
    busy = pd.DataFrame({"campaign_id": "C-3f2a91bc", "hour": hours, "requests": rng.poisson(wave), "accounts": 100})
    office = 12 * ((hours.hour > 8) & (hours.hour < 18) & (hours.day_of_week < 5))
    class_ = pd.DataFrame({"campaign_id": "C-77e01d54", "hour": hours, "requests": rng.poisson(office), "accounts": 9})
    return pd.concat([busy[busy["requests"] > 0], class_[class_["requests"] > 0]])


def rejects_table():
    return pd.DataFrame(
        {
            "file": ["logs/2025-06-25.jsonl.gz"] * 12,
            "row": range(100, 112),
            "byte_offset": range(0, 12_000, 1000),
            "reason": ["json"] * 9 + ["utf8"] * 3,
            "detail": ["unexpected end"] * 12,
        }
    )


def input_record(day, **changes):
    date = (START + pd.Timedelta(days=day)).strftime("%Y-%m-%d")
    record = {
        "path": f"logs/{date}.jsonl.gz",
        "format": "json lines",
        "compression": "gzip",
        "bytes": 41_203_551,
        "sha256": f"{day:064x}",
        "rows_in": 8_230,
        "rows_used": 8_215,
        "rows_duplicate": 3,
        "rows_rejected": 12,
        "rows_out_of_window": 0,
        "first": f"{date}T00:00:03Z",
        "last": f"{date}T23:59:51Z",
        "error": None,
        "warnings": [],
    }
    return record | changes


def run_record():
    known = {"timestamp": 1.0, "account_id": 1.0, "prompt": 0.998, "client_ip": 1.0, "model": 1.0}
    part = {"system_prompt": 0.41, "user_agent": 0.973, "session_id": 0.0, "temperature": 0.66}
    return {
        "version": "0.1.0",
        "schema_version": 1,
        "versions": {"python": "3.11.7", "pyarrow": "26.0.1", "scikit-learn": "1.8.0"},
        "settings": {"reporting": {"campaigns_shown": 20}},
        "settings_sha256": "9f" * 32,
        "key_id": "k-1f33",
        "inputs": [input_record(day) for day in range(DAYS)],
        "accounts_files": [{"path": "accounts.csv", "format": "csv", "rows_in": 600, "bytes": 9e4}],
        "rows": {"in": 57_610, "used": 57_505, "duplicate": 21, "rejected": 84, "out_of_window": 0},
        "window": {"first": "2025-06-23T00:00:03Z", "last": "2025-06-29T23:59:51Z", "days": 7},
        "coverage": {
            "columns": known | part,
            "features_off": [
                {"feature": "turns_per_session", "missing": ["session_id"]},
                {"feature": "sessions_per_day", "missing": ["session_id"]},
            ],
            "families_off": [],
            "without_accounts": False,
            "notes": ["Prompts longer than 32 KB were read in part: 4 rows."],
        },
        "population": {
            "accounts": 600,
            "principals": 588,
            "flagged": 179,
            "campaigns": {"A": 1, "B": 0, "C": 1},
            "median_queries": 34,
            "p99_queries": 1204,
        },
        "timings": {"read": 3.1, "score": 0.4},
    }


def made_up():
    rng = np.random.default_rng(20250623)
    accounts = accounts_table(rng)
    return Findings(
        accounts=accounts,
        campaigns=campaigns_table(),
        members=members_table(accounts),
        evidence=evidence_table(),
        timeline=timeline_table(rng),
        rejects=rejects_table(),
        run=run_record(),
    )


def hostile(findings, string):
    """Put one string wherever a log could have put it."""
    tables = {}
    # no table can hold half a surrogate pair: only a file's name brings one in
    in_tables = string.isprintable() or string.encode("utf-8", "ignore").decode() == string
    for name in ("accounts", "campaigns", "members", "evidence", "timeline", "rejects"):
        table = getattr(findings, name).copy()
        for column in table.columns:
            if column in ("tier", "role") or not in_tables:
                continue
            if table[column].map(type).eq(str).any():
                table[column] = table[column].astype(object).where(table[column].isna(), string)
            elif table[column].map(type).eq(list).any():
                table[column] = [[string, string] for _ in range(len(table))]
        tables[name] = table
    tables["campaigns"] = tables["campaigns"].head(1)
    run = findings.run | {"inputs": [input_record(0, path=string, error=string, warnings=[string])]}
    run["coverage"] = run["coverage"] | {
        "columns": {string: 1.0},
        "features_off": [{"feature": string, "missing": string}],
        "families_off": [string],
        "notes": [string],
    }
    return dataclasses.replace(findings, run=run, **tables)
