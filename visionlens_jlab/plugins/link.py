"""What the process of a plugin and its parent send each other.

A message is a JSON value and bytes: both lengths (4 bytes each, big-endian), then both.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, NamedTuple

MOST_JSON = 8 << 20
MOST_BYTES = 64 << 20
"""Of one message."""
_HEAD = struct.Struct(">II")


class Message(NamedTuple):
    """A JSON value, bytes that belong to it, and the size of both as they came."""

    value: Any
    blob: bytes = b""
    size: int = 0


NONSENSE = Message(["nonsense"])
"""Stands for what is no message."""


def framed(value: Any, blob: bytes = b"") -> bytes:
    """A message as it is sent. TypeError, ValueError for what is no JSON or too large."""
    data = json.dumps(value, allow_nan=False).encode()
    if len(data) > MOST_JSON or len(blob) > MOST_BYTES:
        raise ValueError("What was to be sent is too large for one message.")
    return _HEAD.pack(len(data), len(blob)) + data + blob


def read_message(pipe: BinaryIO) -> Message | None:
    """The next message; None: the other side is gone, or sends what is none."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    size, extra = _HEAD.unpack(head)
    if not 0 < size <= MOST_JSON or extra > MOST_BYTES:
        return None
    data, blob = pipe.read(size), pipe.read(extra)
    if len(data) < size or len(blob) < extra:
        return None
    try:
        return Message(_whole_letters(json.loads(data), data), blob, size + extra)
    except (ValueError, RecursionError):
        return NONSENSE


def _whole_letters(value: Any, data: bytes) -> Any:
    """Without halves of letters, which no text elsewhere can hold: `?` instead."""
    if b"\\ud" not in data.lower():
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


class Link:
    """The plugin's end."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading = reading
        self._writing = writing

    def send(self, *value: Any, blob: bytes = b"") -> None:
        """Send a message. TypeError, ValueError for what is no JSON or too large."""
        self._writing.write(framed(value, blob))
        self._writing.flush()

    def receive(self) -> Message | None:
        """Wait for a message; None: the parent wants no more."""
        return read_message(self._reading)

    def ask(self, what: str, *arguments: Any) -> Message:
        """Ask the parent. OSError, ValueError as it says."""
        return self.ask_with(b"", what, *arguments)

    def ask_with(self, blob: bytes, what: str, *arguments: Any) -> Message:
        """The same with bytes."""
        self.send("ask", what, arguments, blob=blob)
        answer = self.receive()
        if answer is None:
            raise SystemExit(1)
        state, value = answer.value
        if state == "answer":
            return Message(value, answer.blob)
        raise {"missing": FileNotFoundError, "invalid": ValueError}.get(state, OSError)(value)
