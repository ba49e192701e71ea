"""Child processes that talk over their standard streams.

A frame is its length (4 bytes, big-endian) and bytes. A child ends with its standard input.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

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


def child_command(module: str) -> list[str]:
    """What runs a module of this package in a process of its own."""
    return [sys.executable, "-P", "-m", module]


def start_child(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a child with its streams piped; it finds this package."""
    package = Path(__file__).parent.parent
    paths = [str(package), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Kill a child, reap it and close its pipes."""
    process.kill()
    with contextlib.suppress(OSError):
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    process.wait()


def serve_streams(serve: Callable[[BinaryIO, BinaryIO], None], *, nice: bool) -> None:
    """The main program of a child: serve on the standard streams until the other side is gone.

    Interrupts are left to the parent; `nice` lowers the priority.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if nice:
        with contextlib.suppress(OSError, AttributeError):
            os.nice(max(0, NICENESS - os.nice(0)))
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the results
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, results)
