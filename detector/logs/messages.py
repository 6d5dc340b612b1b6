"""Chat messages: which of them is the prompt, which the system prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from detector.logs.coerce import Note

USER_ROLES = ("user", "human")
SYSTEM_ROLES = ("system", "developer")
_BODY_KEYS = ("messages", "input", "contents", "prompt")
_TEXT_KEYS = ("text", "content", "parts", "input_text")
#: Parts of messages that are answers of tools, in a message of the user only by form.
_NOT_SAID = frozenset({"tool_result", "tool_call_response", "function_call_output", "tool_call"})
_DEEPEST = 6
_USER, _SYSTEM, _OTHER = 1, 2, 3
_ROLES = (
    dict.fromkeys(USER_ROLES, _USER)
    | dict.fromkeys(SYSTEM_ROLES, _SYSTEM)
    | dict.fromkeys(("assistant", "tool", "function", "model"), _OTHER)
)


class Conversation(msgspec.Struct, gc=False):
    """What a query keeps of its messages."""

    prompt: str | None
    system_prompt: str | None = None
    n_messages: int | None = None


_NOTHING = Conversation(None)


def conversation(value: object) -> Conversation | None:
    """Conversation held by a prompt field.

    Parameters
    ----------
    value : object
        Text, a list of messages (``role`` and ``content``, the content text or a list of parts), a
        list of texts or of parts, one message, or a request body that holds such a list.

    Returns
    -------
    Conversation or None
        The prompt is the last message of the user that has text; None for what is no prompt.
    """
    if isinstance(value, list):
        return _plain(value) or _of_messages(value)
    if isinstance(value, str):
        return Conversation(value)
    return _of_object(value) if isinstance(value, dict) else None


def _plain(values: list[Any]) -> Conversation | None:
    """Conversation of messages in the usual shape, which nearly all have; None where one has another."""
    prompt = system = None
    for message in values:
        if type(message) is not dict:
            return None
        role, said = message.get("role"), message.get("content")
        if type(said) is not str:
            said = _only_text(message.get("parts") if said is None else said)
        kind = _ROLES.get(role) if type(role) is str else None
        if kind is None or not said:
            return None
        if kind == _USER:
            prompt = said
        elif kind == _SYSTEM:
            system = said if system is None else f"{system}\n{said}"
    return Conversation(prompt, system, len(values)) if values else None


def _only_text(content: Any) -> str | None:  # noqa: ANN401
    """Text of a message's content, where it is one part of text and nothing else."""
    if type(content) is str:
        return content
    part = content[0] if type(content) is list and len(content) == 1 else None
    if type(part) is not dict or part.get("type", "text") != "text":
        return None
    text = part.get("text")
    text = part.get("content") if text is None else text
    return text if type(text) is str else None


def text_of(content: object, depth: int = 0) -> str | None:
    """Text of a message's content: text itself, or its text parts, a line each."""
    if isinstance(content, str):
        return content
    if depth > _DEEPEST:
        return None
    if isinstance(content, dict):
        kind = content.get("type")
        if isinstance(kind, str) and kind in _NOT_SAID:
            return None
        for key in _TEXT_KEYS:
            if key in content and (text := text_of(content[key], depth + 1)) is not None:
                return text
        return None
    if isinstance(content, list):
        texts = [text for part in content if (text := text_of(part, depth + 1)) is not None]
        return "\n".join(texts) if texts else None
    return None


def _of_object(value: dict[str, Any]) -> Conversation | None:
    for key in _BODY_KEYS:
        if isinstance(value.get(key), list | str) and "role" not in value:
            inner = conversation(value[key])
            if inner is not None:
                system = text_of(value.get("system")) or text_of(value.get("instructions"))
                return Conversation(inner.prompt, system or inner.system_prompt, inner.n_messages)
    return _of_messages([value]) if "role" in value else _unless_empty(text_of(value))


def _unless_empty(text: str | None) -> Conversation | None:
    return None if text is None else Conversation(text)


def _of_messages(values: list[Any]) -> Conversation | None:
    if not any(type(v) is dict and "role" in v for v in values):
        text = values[-1] if values and isinstance(values[-1], str) else text_of(values)
        count = len(values) if values and isinstance(values[-1], str) else 1
        return None if text is None else Conversation(text, None, count)
    messages = [v for v in values if isinstance(v, dict)]
    roles = [_role(m) for m in messages]
    spoken = (_content(m) for m, role in zip(reversed(messages), reversed(roles), strict=True) if role in USER_ROLES)
    prompt = next(filter(None, spoken), None)
    systems = [text for m, role in zip(messages, roles, strict=True) if role in SYSTEM_ROLES and (text := _content(m))]
    return Conversation(prompt, "\n".join(systems) if systems else None, len(messages))


def _role(message: dict[str, Any]) -> str:
    role = message.get("role")
    return role.lower() if isinstance(role, str) else ""


def _content(message: dict[str, Any]) -> str | None:
    """Text of a message, whose type is not that of one of its parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return text_of({key: message[key] for key in _TEXT_KEYS if key in message})


def unfold(
    prompts: Sequence[Any], systems: Sequence[Any], counts: Sequence[Any]
) -> tuple[list[str | None], list[str | None], list[Any], int]:
    """Columns of prompts, system prompts and message counts from columns that hold messages.

    What a log states in its own columns wins over what its messages say.

    Returns
    -------
    (prompts, system prompts, counts, unusable)
        `unusable` counts prompts of a shape that is not understood; they became null.
    """
    unusable = 0
    texts: list[str | None] = []
    instructions: list[str | None] = []
    numbers: list[Any] = []
    for prompt, system, count in zip(prompts, systems, counts, strict=True):
        found = conversation(prompt) if prompt is not None else _NOTHING
        if found is None:
            unusable += 1
            found = _NOTHING
        texts.append(found.prompt)
        stated = None if system is None else _only_text(system) or text_of(system)
        instructions.append(found.system_prompt if stated is None else stated)
        numbers.append(found.n_messages if count is None else count)
    return texts, instructions, numbers, unusable


def unfold_values(values: dict[str, Sequence[Any]], note: Note) -> None:
    """Unfold columns of decoded values in place, unless all prompts are text already."""
    kinds = set(map(type, values["prompt"])) | set(map(type, values["system_prompt"]))
    if kinds <= {str, type(None)}:
        return
    prompts, systems, counts, unusable = unfold(values["prompt"], values["system_prompt"], values["n_messages"])
    note("prompt", "of a shape that is not understood, set to null", unusable)
    values["prompt"], values["system_prompt"], values["n_messages"] = prompts, systems, counts


def unfold_arrays(columns: dict[str, pa.Array], note: Note) -> dict[str, pa.Array]:
    """Unfold Arrow columns, where the prompt is a list or a struct; else leave them."""
    nested = [n for n in ("prompt", "system_prompt") if _is_nested(columns.get(n))]
    if not nested:
        return columns
    rows = len(columns["prompt"])
    lists = [
        columns[name].to_pylist() if name in columns else [None] * rows
        for name in ("prompt", "system_prompt", "n_messages")
    ]
    prompts, systems, counts, unusable = unfold(*lists)
    note("prompt", "of a shape that is not understood, set to null", unusable)
    return columns | {
        "prompt": pa.array(prompts, pa.large_string()),
        "system_prompt": pa.array(systems, pa.large_string()),
        "n_messages": pa.array(counts) if "n_messages" in columns else pa.array(counts, pa.int64()),
    }


def _is_nested(values: pa.Array | None) -> bool:
    return values is not None and pa.types.is_nested(values.type)


def unfold_text(columns: dict[str, pa.Array], note: Note) -> dict[str, pa.Array]:
    """Unfold a text column that may hold messages written as JSON."""
    prompts = [_parsed(text) for text in columns["prompt"].to_pylist()]
    if not any(isinstance(p, list | dict) for p in prompts):
        return columns
    rows = len(prompts)
    systems, counts = (
        columns[name].to_pylist() if name in columns else [None] * rows for name in ("system_prompt", "n_messages")
    )
    texts, instructions, numbers, unusable = unfold(prompts, systems, counts)
    note("prompt", "of a shape that is not understood, set to null", unusable)
    words = [None if n is None else str(n) for n in numbers]
    return columns | {
        "prompt": pa.array(texts, pa.large_string()),
        "system_prompt": pa.array(instructions, pa.large_string()),
        "n_messages": pa.array(words, pa.large_string()),
    }


def _parsed(text: str | None) -> Any:  # noqa: ANN401
    if text is None or not text.lstrip().startswith(("[", "{")) or '"content"' not in text:
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return text
