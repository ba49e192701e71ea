"""The main program of a worker process: tasks come on stdin, results go to stdout.

A frame is its length (4 bytes, big-endian) and MessagePack. The process ends with its stdin.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import BinaryIO

import msgspec

from visionlens_jlab.errors import of_system
from visionlens_jlab.jobs.ingest_tasks import Answer, Refused, Task

NICENESS = 10


def write_frame(file: BinaryIO, data: bytes) -> None:
    """Write one frame."""
    file.write(len(data).to_bytes(4, "big") + data)
    file.flush()


def read_frame(file: BinaryIO) -> bytes | None:
    """Read one frame; None when the other side is gone."""
    size = file.read(4)
    if len(size) < 4:
        return None
    length = int.from_bytes(size, "big")
    data = file.read(length)
    return data if len(data) == length else None


def serve(requests: BinaryIO, results: BinaryIO) -> None:
    """Answer frames until there are no more."""
    from visionlens_jlab.jobs.ingest_work import execute  # the parent needs the frames only

    decoder = msgspec.msgpack.Decoder(Task)
    while (data := read_frame(requests)) is not None:
        try:
            answer: Answer = execute(decoder.decode(data))
        except OSError as error:
            known = of_system(error)
            if known is None:
                raise
            answer = Refused(known.to_json())
        write_frame(results, msgspec.msgpack.encode(answer))


def main() -> None:
    """Serve on the standard streams, at low priority, leaving interrupts to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(max(0, NICENESS - os.nice(0)))
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the results
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, results)


if __name__ == "__main__":
    main()
