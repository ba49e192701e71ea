"""Child processes that talk over their standard streams.

A frame is its length (4 bytes, big-endian) and bytes. A child ends with its standard input, and in
the middle of its work when its parent is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

NICENESS = 10
_PARENT = "VISIONLENS_PARENT"
"""Who started a child: it may be gone before the child can ask."""
PARENT_SECONDS = 0.5
"""How often a child looks whether its parent lives."""


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


def start_child(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child with its streams piped; it finds this package.

    `environment` is set besides.
    """
    package = Path(__file__).parents[3]
    paths = [str(package), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            **(environment or {}),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            _PARENT: str(os.getpid()),
        },
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
    end_with_parent(int(os.environ.get(_PARENT, os.getppid())))
    if nice:
        with contextlib.suppress(OSError, AttributeError):
            os.nice(max(0, NICENESS - os.nice(0)))
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the results
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, results)


def end_with_parent(parent: int) -> None:
    """From now on, end this process when that one is no longer its parent."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: nobody waits for what it does."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)
