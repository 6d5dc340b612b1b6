"""The key of a run: secret constants for every hash of content, coin and seed."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from detector.errors import UsageError

SHORTEST = 16
_ENDS = 65_536


def read_key(path: Path) -> bytes:
    """Key from a file: at least `SHORTEST` bytes, of which 32 random ones are recommended.

    Raises
    ------
    UsageError
        If the file cannot be read or is too short.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the key cannot be read ({error.strerror}).") from error
    if len(key) < SHORTEST:
        raise UsageError(
            f"{path}: a key needs at least {SHORTEST} bytes, this has {len(key)}. Make one: head -c 32 "
            f"/dev/urandom > {path}"
        )
    return hashlib.sha256(b"detector key file" + key).digest()


def derive_key(paths: Iterable[str]) -> bytes:
    """Key of a run without a key file: from the sizes, beginnings and ends of its files.

    The same files give the same key, whatever they are called and in whatever order; an author of some of the prompts
    cannot foresee it.
    """
    parts = sorted(_ends(path) for path in paths)
    return hashlib.sha256(b"detector derived key" + b"".join(parts)).digest()


def subkey(key: bytes, purpose: str) -> bytes:
    """Secret for one purpose, from which neither the key nor the secret of another purpose follows."""
    return hmac.digest(key, b"detector " + purpose.encode(), "sha256")


def pseudonym(secret: bytes, account: str) -> str:
    """Name that stands for an account: HMAC-SHA-256 under a secret [1]_, cut to 96 bits.

    References
    ----------
    .. [1] Krawczyk, H. et al. (1997), RFC 2104, "HMAC: keyed-hashing for message authentication".
    """
    return "p-" + hmac.digest(secret, account.encode(), "sha256").hex()[:24]


def key_id(key: bytes) -> str:
    """Name of a key that does not tell it."""
    return hashlib.blake2b(b"key id", key=key[:64], digest_size=6).hexdigest()


def _ends(path: str) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""  # opening a pipe would wait for its writer
        with open(path, "rb") as file:
            head = file.read(_ENDS)
            size = file.seek(0, 2)
            file.seek(max(0, size - _ENDS))
            return hashlib.sha256(size.to_bytes(8, "little") + head + file.read(_ENDS)).digest()
    except OSError:
        return b""
