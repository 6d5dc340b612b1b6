"""Documents of a store that tell when they were altered: JSON, and below it a code under the store's key.

References
----------
.. [1] Krawczyk, H. et al. (1997), RFC 2104, "HMAC: keyed-hashing for message authentication".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from detector.nightly.damage import DamagedStore


def sealed(document: dict[str, Any], secret: bytes) -> bytes:
    """Document as bytes: the same document gives the same bytes."""
    text = json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode()
    return text + b"\n" + _code(text, secret) + b"\n"


def opened(path: Path, secret: bytes) -> dict[str, Any]:
    """Document of a file.

    Raises
    ------
    DamagedStore
        If the file is missing, or not exactly what was sealed under this key.
    """
    return opened_bytes(path, read(path), secret)


def opened_bytes(path: Path, data: bytes, secret: bytes) -> dict[str, Any]:
    """Document of bytes that were read from a file already."""
    text, _, code = data[:-1].rpartition(b"\n")
    if data[-1:] != b"\n" or not hmac.compare_digest(code, _code(text, secret)):
        raise DamagedStore(path, "it is not what was written")
    document: dict[str, Any] = json.loads(text)
    return document


def read(path: Path, sha256: str | None = None) -> bytes:
    """Bytes of a file of a store, held against their digest where that is known."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedStore(path, f"it cannot be read ({error.strerror})") from error
    if sha256 is not None and digest(data) != sha256:
        raise DamagedStore(path, "it is not what was written")
    return data


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def _code(text: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, text, "sha256").hex().encode()
