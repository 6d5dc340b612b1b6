"""The tables that rooms hand to one another: names, Arrow types, units, meanings.

A column is declared once, here. Readers fill these tables, profiles are computed from them, the
documentation lists them. Null means *not known* everywhere and is never the same as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
CONTENT_STATES = ("full", "truncated", "redacted", "hashed", "encrypted", "offloaded", "absent")
FINISH_REASONS = ("stop", "length", "tool", "filter", "error")
ABUSIVE, BENIGN = "abusive", "benign"
LABELS = (ABUSIVE, BENIGN, "unknown")


@dataclass(frozen=True)
class Column:
    """One column of a table that crosses a border between rooms."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    required: bool = False


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Arrow schema of a declared table."""
    return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in columns])


#: One row per API request.
QUERIES: tuple[Column, ...] = (
    Column("timestamp", TIMESTAMP, "start of the request", "UTC, microseconds", required=True),
    Column("request_id", pa.large_string(), "id of the request, unique within its account"),
    Column(
        "account_id",
        pa.large_string(),
        "the unit that is scored and could be suspended",
        required=True,
    ),
    Column("api_key_id", pa.large_string(), "hashed key, ARN or subscription"),
    Column("organization_id", pa.large_string(), "tenant that the account belongs to"),
    Column("end_user_id", pa.large_string(), "the customer's own user"),
    Column("session_id", pa.large_string(), "conversation"),
    Column("client_ip", pa.large_string(), "address the request came from, v4 or v6 text"),
    Column("user_agent", pa.large_string(), "client software as it names itself"),
    Column("country", pa.large_string(), "country of the address", "ISO 3166-1 alpha-2"),
    Column("provider", pa.large_string(), "provider of the model"),
    Column("model", pa.large_string(), "name of the model that answered"),
    Column("operation", pa.large_string(), "chat, completion, embedding …"),
    Column("system_prompt", pa.large_string(), "instructions that stand before the conversation"),
    Column("prompt", pa.large_string(), "last message of the user"),
    Column(
        "content_state",
        pa.large_string(),
        "how much of the text the log holds: " + ", ".join(CONTENT_STATES),
    ),
    Column("prompt_chars", pa.int64(), "length of the prompt where the log holds only a part of it", "characters"),
    Column("n_messages", pa.int32(), "messages in the request"),
    Column("n_tools", pa.int32(), "tools declared in the request"),
    Column("n_choices", pa.int32(), "answers asked for"),
    Column("max_tokens", pa.int64(), "limit on the answer", "tokens"),
    Column("temperature", pa.float64(), "sampling temperature"),
    Column("top_p", pa.float64(), "nucleus sampling"),
    Column("top_logprobs", pa.int32(), "log-probabilities asked for per token"),
    Column("stream", pa.bool_(), "answer sent as a stream"),
    Column("input_tokens", pa.int64(), "tokens read, cached ones included", "tokens"),
    Column("cached_input_tokens", pa.int64(), "tokens read from a cache", "tokens"),
    Column("output_tokens", pa.int64(), "tokens written, reasoning included", "tokens"),
    Column("status_code", pa.int32(), "HTTP status"),
    Column("finish_reason", pa.large_string(), "why the answer ended: " + ", ".join(FINISH_REASONS)),
    Column("latency_ms", pa.float64(), "time to the end of the answer", "milliseconds"),
)

#: Where a query stood; readers append these two to every batch.
PROVENANCE: tuple[Column, ...] = (
    Column("file", pa.int32(), "position of the file in the input manifest", required=True),
    Column(
        "row",
        pa.int64(),
        "line of a text file (from 1) or row of a Parquet file (from 1)",
        required=True,
    ),
)

#: One row per account, from an optional file of its own.
ACCOUNTS: tuple[Column, ...] = (
    Column("account_id", pa.large_string(), "same id as in the queries", required=True),
    Column("created_at", TIMESTAMP, "sign-up", "UTC, microseconds"),
    Column("email_domain", pa.large_string(), "domain of the mailbox, lower case"),
    Column("email_pattern", pa.large_string(), "shape of the mailbox name, such as aaaa9999"),
    Column("payment_fingerprint", pa.large_string(), "the processor's opaque id of the instrument"),
    Column("payment_funding", pa.large_string(), "credit, debit, prepaid …"),
    Column("signup_ip", pa.large_string(), "address at sign-up"),
    Column("signup_country", pa.large_string(), "country at sign-up", "ISO 3166-1 alpha-2"),
    Column("device_id", pa.large_string(), "device at sign-up"),
    Column("organization_id", pa.large_string(), "tenant"),
    Column("organization_verified", pa.bool_(), "the tenant is known by contract or by check"),
    Column("plan", pa.large_string(), "free, payg, enterprise …"),
    Column("country", pa.large_string(), "billing country", "ISO 3166-1 alpha-2"),
    Column("referrer", pa.large_string(), "programme, invitation or campaign that led to the sign-up"),
    Column("status", pa.large_string(), "active, suspended, closed"),
    Column("closed_at", TIMESTAMP, "end of the account", "UTC, microseconds"),
    Column("label", pa.large_string(), "an analyst's verdict: " + ", ".join(LABELS)),
)

#: Rows that could not be used.
REJECTS: tuple[Column, ...] = (
    Column("file", pa.large_string(), "path of the file", required=True),
    Column("row", pa.int64(), "line or row, from 1", required=True),
    Column(
        "byte_offset",
        pa.int64(),
        "where the line starts in the decoded file; null for Parquet",
        "bytes",
    ),
    Column("reason", pa.large_string(), "short code of the reason", required=True),
    Column("detail", pa.large_string(), "what was found, without content of the row"),
)

QUERIES_SCHEMA = arrow_schema(QUERIES)
BATCH_SCHEMA = arrow_schema(QUERIES + PROVENANCE)
ACCOUNTS_SCHEMA = arrow_schema(ACCOUNTS)
REJECTS_SCHEMA = arrow_schema(REJECTS)
QUERY_NAMES = tuple(c.name for c in QUERIES)
ACCOUNT_NAMES = tuple(c.name for c in ACCOUNTS)

#: Names of the tables of a result; other tools join on them, so they stay.
CAMPAIGN_COLUMNS = (
    "campaign_id",
    "tier",
    "kind",
    "title",
    "log_evidence",
    "n_accounts",
    "n_core",
    "n_principals",
    "n_queries",
    "queries_per_account_day",
    "first_seen",
    "last_seen",
    "created_first",
    "created_last",
    "families",
    "asked",
    "models",
    "benign_explanation",
    "set_aside",
    "look_at",
    "against",
    "suppressed",
    "latest_model",
    "latest_model_share",
    "since",
    "verdict",
    "labelled_abusive",
    "labelled_benign",
    "probability",
    "probability_low",
    "probability_high",
    "labelled_alike",
)
MEMBER_COLUMNS = (
    "campaign_id",
    "account_id",
    "role",
    "membership",
    "score",
    "n_queries",
    "n_composites",
    "first_seen",
    "last_seen",
    "created_at",
    "closed",
)
EVIDENCE_COLUMNS = (
    "campaign_id",
    "family",
    "name",
    "statement",
    "observed",
    "expected",
    "p",
    "weight",
    "rows",
)
TIMELINE_COLUMNS = ("campaign_id", "hour", "requests", "accounts")
TRACE_COLUMNS = ("account_id", "kind", "trace")
