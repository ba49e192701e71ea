"""Running a builder and following it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, cast

import msgspec

from visionlens_jlab.core.system.pipes import (
    child_command,
    end_child,
    read_frame,
    start_child,
    write_frame,
)
from visionlens_jlab.embeddings.index.base import VectorStoreError
from visionlens_jlab.embeddings.index.messages import BUILD_REPLIES, BuildCall, BuildReply

_COMMAND = child_command("visionlens_jlab.embeddings.index.builder")
_POLL_SECONDS = 0.2


def run_builder(call: BuildCall, progress: Callable[[int, int], None] | None = None) -> None:
    """Build in a process of its own and wait for its end.

    `progress` is called several times a second, also while there is none.

    Raises
    ------
    VectorStoreError
        When it could not be built or the process was killed.
    BaseException
        What `progress` raises; the process is killed then.
    """
    process = start_child(_COMMAND)
    replies: queue.SimpleQueue[BuildReply] = queue.SimpleQueue()
    reader = threading.Thread(
        target=_read, args=(cast(BinaryIO, process.stdout), replies), daemon=True
    )
    reader.start()
    try:
        with suppress(OSError):  # its end is met by the reader
            write_frame(cast(BinaryIO, process.stdin), msgspec.msgpack.encode(call))
        latest = BuildReply()
        while not latest.over:
            with suppress(queue.Empty):
                latest = replies.get(timeout=_POLL_SECONDS)
            if latest.error is not None:
                raise VectorStoreError(latest.error)
            if progress is not None:
                progress(latest.done, latest.total)
    finally:
        process.kill()
        reader.join()
        end_child(process)


def _read(stream: BinaryIO, replies: queue.SimpleQueue[BuildReply]) -> None:
    """Pass on what the builder says, and that it ended."""
    with suppress(OSError, ValueError):
        while (data := read_frame(stream)) is not None:
            reply = BUILD_REPLIES.decode(data)
            replies.put(reply)
            if reply.over:
                return
    replies.put(BuildReply(error="The process that builds the index ended at once."))
