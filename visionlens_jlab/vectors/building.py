"""Running a builder and following it."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

import msgspec

from visionlens_jlab.pipes import child_command, end_child, read_frame, start_child, write_frame
from visionlens_jlab.vectors.messages import BUILD_REPLIES, BuildCall
from visionlens_jlab.vectors.store import VectorStoreError

_COMMAND = child_command("visionlens_jlab.vectors.builder")


def run_builder(call: BuildCall, progress: Callable[[int, int], None] | None = None) -> None:
    """Build in a process of its own and wait for its end.

    Raises
    ------
    VectorStoreError
        When it could not be built or the process was killed.
    BaseException
        What `progress` raises; the process is killed then.
    """
    process = start_child(_COMMAND)
    try:
        write_frame(cast(BinaryIO, process.stdin), msgspec.msgpack.encode(call))
        while True:
            data = read_frame(cast(BinaryIO, process.stdout))
            if data is None:
                raise VectorStoreError("The process that builds the index ended at once.")
            reply = BUILD_REPLIES.decode(data)
            if reply.error is not None:
                raise VectorStoreError(reply.error)
            if reply.over:
                return
            if progress is not None:
                progress(reply.done, reply.total)
    except OSError as error:
        raise VectorStoreError("The process that builds the index ended at once.") from error
    finally:
        end_child(process)
