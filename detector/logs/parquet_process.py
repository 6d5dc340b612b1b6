"""Processes that decode Parquet: how they start, are asked, and end.

Arrow is not imported here, so that they can be started before it is.
"""

from __future__ import annotations

import atexit
import json
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.settings import Reading

PROGRAM = Path(__file__).with_name("parquet_child.py")
_LONGEST_ANSWER = 4096
_SUFFIX = ".parquet"

_idle: list[Child] = []
_lock = threading.Lock()


class Died(Exception):
    """A child ended, or was ended, before it answered.

    Attributes
    ----------
    code : int or None
        Its exit code; None where it was ended because it took too long.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What a child says: ``batch``, ``end``, ``damaged``, ``memory`` or ``wide``, and what goes with it."""

    kind: str
    said: str = ""
    data: mmap.mmap | None = None


class Child:
    """A process that decodes one file after another."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._patience = 0.0

    def ask_for(self, path: str, columns: Sequence[str] | None, limits: Reading) -> None:
        """Ask for the first batch of a file, or without columns for its schema."""
        self._patience = 4.0 * limits.parquet_seconds
        question = {
            "path": os.path.abspath(path),
            "columns": None if columns is None else list(columns),
            "rows": limits.batch_rows,
            "cells": limits.max_parquet_cells,
            "memory": limits.parquet_memory_bytes,
            "seconds": limits.parquet_seconds,
        }
        self._send(json.dumps(question).encode() + b"\n")

    def ask_on(self) -> None:
        """Ask for the next batch."""
        self._send(b"\n")

    def answer(self) -> Answer:
        """Wait for the answer to the last question.

        Raises
        ------
        Died
            If there is none. The time a child is waited for is limited by the file: it may hang without computing.
        """
        began = time.monotonic()
        self._link.settimeout(max(0.01, self._patience))
        try:
            line, descriptors, _, _ = socket.recv_fds(self._link, _LONGEST_ANSWER, 1)
        except TimeoutError:
            self.end()
            raise Died(None) from None
        except OSError:
            line, descriptors = b"", []
        self._patience -= time.monotonic() - began
        if not line.endswith(b"\n"):
            raise Died(self._code())
        said = json.loads(line)
        return Answer(said["is"], said.get("said", ""), _mapped(descriptors[0]) if descriptors else None)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._link.close()
        self._process.kill()
        self._process.wait()

    def _send(self, question: bytes) -> None:
        try:
            self._link.settimeout(self._patience)
            self._link.sendall(question)
        except OSError:
            pass  # it is dead, which is told where its answer is waited for

    def _code(self) -> int:
        """Exit code of a process that has hung up."""
        self._link.close()
        try:
            return self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.end()
            return self._process.returncode


def take() -> Child:
    """Get a child that is ready or starting; it belongs to the caller until it is given back or ended."""
    with _lock:
        if _idle:
            return _idle.pop()
    return Child()


def give_back(child: Child) -> None:
    """Keep a child, of which no answer is due, for the next file."""
    with _lock:
        _idle.append(child)


def start_for(paths: Sequence[str]) -> None:
    """Start a child, if there is none, for Parquet files among the paths or in folders there."""
    if not _idle and any(_has_parquet(path) for path in paths):
        give_back(Child())


def stop() -> None:
    """End the children that have nothing to do."""
    with _lock:
        ended = _idle[:]
        _idle.clear()
    for child in ended:
        child.end()


def _has_parquet(path: str) -> bool:
    try:
        names = os.listdir(path) if os.path.isdir(path) else [path]
        return any(name.endswith(_SUFFIX) for name in names)
    except OSError:
        return False  # said when the folder is read


def _mapped(descriptor: int) -> mmap.mmap:
    try:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)


atexit.register(stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # they answer the process that started them
