"""One spelling for values that providers spell in many ways."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from detector.logs.coerce import Note
from detector.schema import CONTENT_STATES, LABELS

_FINISH = {
    "stop": "stop end_turn stop_sequence eos eos_token complete completed finished finish end_of_turn endoftext end",
    "length": "length max_tokens max_output_tokens max_completion_tokens token_limit "
    "model_length incomplete model_context_window_exceeded",
    "tool": "tool tool_calls tool_call tool_use function_call function_calls tool-calls "
    "malformed_function_call pause_turn",
    "filter": "filter content_filter content_filtered content-filter refusal refused safety "
    "blocked blocklist prohibited_content recitation spii guardrail_intervened sensitive",
    "error": "error errored failed failure cancelled canceled timeout abort aborted other",
}
#: Addresses with a port, in brackets, or IPv4 written as IPv6: one client must not look like many.
_DRESSED = r"^\[|\.[0-9]+:[0-9]|^::[Ff]{4}:"
_DRESSES = (
    r"^\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?$",
    r"^([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+):[0-9]+$",
    r"^::[Ff]{4}:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$",
)
FINISH_WORDS = {word: name for name, words in _FINISH.items() for word in words.split()}


def finish_reasons(text: pa.Array, column: str, note: Note) -> pa.Array:
    """Reasons in the schema's five words; unknown words become null and are counted."""
    return _by_dictionary(text, lambda word: FINISH_WORDS.get(word.strip().lower()), column, note)


def first_hops(text: pa.Array, column: str, note: Note) -> pa.Array:
    """Address of the client: the first of a list that proxies have added to, without port, IPv4 in its own form."""
    if pc.any(pc.match_substring(text, ",")).as_py():
        text = pc.utf8_trim_whitespace(pc.list_element(pc.split_pattern(text, ",", max_splits=1), 0))
    if pc.any(pc.match_substring_regex(text, _DRESSED)).as_py():
        for pattern in _DRESSES:
            text = pc.replace_substring_regex(text, pattern, r"\1")
    return text


def countries(text: pa.Array, column: str, note: Note) -> pa.Array:
    """Countries in upper case."""
    return pc.utf8_upper(pc.utf8_trim_whitespace(text))


def known_states(text: pa.Array, column: str, note: Note) -> pa.Array:
    """Content states in lower case; unknown ones become null and are counted."""
    return _of_words(CONTENT_STATES, text, column, note)


def known_labels(text: pa.Array, column: str, note: Note) -> pa.Array:
    """Analysts' verdicts in lower case; unknown words become null and are counted."""
    return _of_words(LABELS, text, column, note)


def content_states(stated: pa.Array, prompt: pa.Array) -> pa.Array:
    """Fill in, where no state is stated, whether there is a prompt."""
    guess = pc.if_else(pc.is_valid(prompt), "full", "absent")
    return pc.coalesce(stated, pc.cast(guess, pa.large_string()))


def _of_words(words: tuple[str, ...], text: pa.Array, column: str, note: Note) -> pa.Array:
    known = {word: word for word in words}
    return _by_dictionary(text, lambda word: known.get(word.strip().lower()), column, note)


def _by_dictionary(text: pa.Array, translate: Callable[[str], str | None], column: str, note: Note) -> pa.Array:
    encoded = text.dictionary_encode()
    words = [translate(word) for word in encoded.dictionary.to_pylist()]
    result = pa.array(words, pa.large_string()).take(encoded.indices)
    note(column, "an unknown word, set to null", result.null_count - text.null_count)
    return result


NORMAL_FORMS: dict[str, Callable[[pa.Array, str, Note], pa.Array]] = {
    "finish_reason": finish_reasons,
    "client_ip": first_hops,
    "country": countries,
    "content_state": known_states,
}
