"""Envoy AI Gateway: a JSON access log, whose keys the operator chooses; these are those of its documentation."""

from __future__ import annotations

from msgspec import Struct, field

from detector.logs.bodies import operation_of
from detector.logs.formats.declare import Format
from detector.logs.nested import first
from detector.logs.query import Query, Value

_NOTHING = ("-", "")


class Entry(Struct, gc=False):
    """A line of the access log; what Envoy does not know is ``-`` or null."""

    start_time: Value = None
    timestamp: Value = None
    duration: Value = None
    response_code: Value = None
    path: Value = None
    request_id: Value = field(default=None, name="x-request-id")
    forwarded_for: Value = field(default=None, name="x-forwarded-for")
    downstream: Value = field(default=None, name="downstream_remote_address")
    user_agent: Value = field(default=None, name="user-agent")
    user: Value = field(default=None, name="x-user-id")
    tenant: Value = field(default=None, name="x-tenant-id")
    account: Value = field(default=None, name="x-account-id")
    api_key: Value = field(default=None, name="x-api-key-id")
    session: Value = field(default=None, name="session.id")
    operation: Value = field(default=None, name="gen_ai.operation.name")
    provider: Value = field(default=None, name="gen_ai.provider.name")
    backend: Value = field(default=None, name="gen_ai.backend.name")
    request_model: Value = field(default=None, name="gen_ai.request.model")
    response_model: Value = field(default=None, name="gen_ai.response.model")
    input_tokens: Value = field(default=None, name="gen_ai.usage.input_tokens")
    cached_tokens: Value = field(default=None, name="gen_ai.usage.cached_input_tokens")
    output_tokens: Value = field(default=None, name="gen_ai.usage.output_tokens")


def query(row: Entry) -> Query:
    """Query of a line; the account is the user, the account or the tenant of a header that the operator logs."""
    return Query(
        timestamp=_known(row.start_time, row.timestamp),
        request_id=_known(row.request_id),
        account_id=_known(row.account, row.user, row.tenant, row.api_key),
        api_key_id=_known(row.api_key),
        organization_id=_known(row.tenant),
        end_user_id=_known(row.user),
        session_id=_known(row.session),
        client_ip=_known(row.forwarded_for, _without_port(row.downstream)),
        user_agent=_known(row.user_agent),
        provider=_known(row.provider, row.backend),
        model=_known(row.request_model, row.response_model),
        operation=first(_known(row.operation), operation_of(row.path)),
        content_state="absent",
        input_tokens=_known(row.input_tokens),
        cached_input_tokens=_known(row.cached_tokens),
        output_tokens=_known(row.output_tokens),
        status_code=_known(row.response_code),
        latency_ms=_known(row.duration),
    )


def _known(*values: Value) -> Value:
    for value in values:
        if value is not None and value not in _NOTHING:
            return value
    return None


def _without_port(address: Value) -> Value:
    return address.rpartition(":")[0] if isinstance(address, str) and ":" in address else address


FORMAT = Format(
    name="envoy",
    title="Envoy AI Gateway access log",
    signs=(("start_time", "gen_ai.request.model"), ("start_time", "gen_ai.usage.input_tokens"),
           ("response_code", "gen_ai.request.model")),
    record=Entry,
    read=query,
    caveat="The access log holds no prompts; the account is a header that the operator logs, and --account-key names "
    "another.",
)  # fmt: skip
