"""This side of the process in which a plugin runs: its messages, its output, its end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from visionlens_jlab.config import ENV_ALLOWED_ROOTS, ENV_PLUGIN_CONFINEMENT, ENV_PLUGIN_MODULES
from visionlens_jlab.core.system.pipes import child_command
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.installed import LOG_BYTES
from visionlens_jlab.plugins.link import Message, framed, read_message

_COMMAND = child_command("visionlens_jlab.plugins.process")
_KEPT = (
    *("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT"),
    *(ENV_ALLOWED_ROOTS, ENV_PLUGIN_CONFINEMENT, ENV_PLUGIN_MODULES),
)
"""What a plugin gets of the environment: no keys, no tokens, no addresses."""
_MARK = "VISIONLENS_PLUGIN_RUN"
_WAITING = 1000
_MOST_HELD = 64 << 20
"""Bytes of messages that wait; one more may come."""
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.3
_LEAVING_SECONDS = 5.0
"""An interpreter takes its time to end."""


def failure(sentence: str) -> VisionLensError:
    """PLUGIN_FAILED."""
    return VisionLensError("PLUGIN_FAILED", sentence)


class PluginProcess:
    """Runs a plugin in a process and a session of its own.

    Parameters
    ----------
    request : dict
        What `plugins/process.py` reads.
    log : Path
        Gets what it prints, the last 64 KiB of it.
    seconds : float
        A process that has sent nothing for so long is ended.
    """

    def __init__(self, request: dict[str, Any], log: Path, seconds: float) -> None:
        self._log = log
        self._seconds = seconds
        self._mark = secrets.token_hex(16)
        self._messages: queue.Queue[Message | None] = queue.Queue(_WAITING)
        self._output = bytearray()
        self._cut = False
        self._over = threading.Event()
        self._logging = threading.Lock()
        self._held = 0
        scratch = request["scratch"]
        asked = Path(scratch) / "request.json"
        asked.write_text(json.dumps({**request, "parent": os.getpid()}))
        package = str(Path(__file__).parents[2])
        reading, writing = os.pipe()
        taking, self._giving = os.pipe()
        os.set_blocking(self._giving, False)
        try:
            self._process = subprocess.Popen(
                [*_COMMAND, str(asked), str(taking), str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(taking, writing),
                start_new_session=True,
                cwd=scratch,
                env={
                    **{name: os.environ[name] for name in _KEPT if name in os.environ},
                    **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), scratch),
                    "PYTHONPATH": os.pathsep.join([package, *_folders_of_path()]),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONUNBUFFERED": "1",
                    "MALLOC_ARENA_MAX": "2",
                    _MARK: self._mark,
                },
            )
        finally:
            os.close(writing)
            os.close(taking)
        self._threads = [
            threading.Thread(target=self._receive, args=(os.fdopen(reading, "rb"),), daemon=True),
            threading.Thread(target=self._drain, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def messages(self, check: Callable[[], None]) -> Iterator[Message]:
        """What it sends, to its end; it is ended with the iteration. See `next`."""
        try:
            while (message := self.next(check)) is not None:
                yield message
        finally:
            self.end()

    def next(self, check: Callable[[], None], seconds: float | None = None) -> Message | None:
        """The next that it sends; None: it has ended.

        `check` is called several times a second and may raise. PLUGIN_FAILED when it sends nothing
        for too long, or what is no message.
        """
        patience = self._seconds if seconds is None else seconds
        heard, ended = time.monotonic(), None
        while True:
            check()
            try:
                message = self._messages.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                now = time.monotonic()
                if self._process.poll() is not None:  # children of its own may hold the pipe
                    ended = ended or now
                    if now - ended > _GRACE_SECONDS:
                        return None
                elif now - heard > patience:
                    raise _silent(patience) from None
                continue
            if message is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_LEAVING_SECONDS)
                return None
            self._held -= message.size
            return message

    def send(self, *value: Any, blob: bytes = b"") -> None:
        """Send it a message. PLUGIN_FAILED when it takes none for too long, or is gone."""
        left, began = memoryview(framed(value, blob)), time.monotonic()
        while left:
            if self._process.poll() is not None:
                raise failure(self.ending())
            if not select.select([], [self._giving], [], _POLL_SECONDS)[1]:
                if time.monotonic() - began > self._seconds:
                    raise _silent(self._seconds)
                continue
            try:
                left = left[os.write(self._giving, left[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise failure(self.ending()) from error

    def ending(self) -> str:
        """How it ended, as a sentence."""
        code = self._process.poll()
        if code is None:
            return "It sent something that is no message, or closed its connection."
        if code < 0:
            return f"Its process was ended by {signal.Signals(-code).name}."
        return f"Its process ended with the exit code {code} before it was done."

    def _receive(self, pipe: BinaryIO) -> None:
        """Queue the messages; None at the end."""
        with pipe:
            while not self._over.is_set() and (message := read_message(pipe)) is not None:
                while self._held > _MOST_HELD and not self._over.wait(_POLL_SECONDS):
                    pass
                self._held += message.size
                self._put(message)
        self._put(None)

    def _put(self, message: Message | None) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._messages.put(message, timeout=_POLL_SECONDS)
                return

    def _drain(self) -> None:
        """Keep the end of what it prints, however much that is."""
        assert self._process.stdout is not None
        while data := os.read(self._process.stdout.fileno(), 1 << 16):
            with self._logging:
                self._output += data
                if len(self._output) > 2 * LOG_BYTES:
                    self._cut = True
                    del self._output[:-LOG_BYTES]

    def end(self) -> None:
        """Kill it with all that it started, and keep what it printed; once."""
        if self._over.is_set():
            return
        self._over.set()
        os.close(self._giving)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for _ in range(20):  # what went into sessions of their own, and what these start meanwhile
            if not _kill_marked(self._mark):
                break
        self._threads[1].join(timeout=2)
        self.keep_output()
        self._threads[0].join(timeout=2)

    def keep_output(self) -> None:
        """Write what it printed since the last time into its log."""
        with self._logging:
            output, self._output = bytes(self._output), bytearray()
            cut, self._cut = self._cut or len(output) > LOG_BYTES, False
            if output:
                self._write(output[-LOG_BYTES:], cut=cut)

    def _write(self, output: bytes, *, cut: bool) -> None:
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = self._log.read_bytes() if self._log.exists() else b""
        heading = f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode()
        missing = b"[...]\n" if cut else b""
        text = (before + heading + missing + output)[-LOG_BYTES:]
        partial = self._log.with_suffix(".partial")
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(text)
        partial.replace(self._log)


def _silent(seconds: float) -> VisionLensError:
    return failure(f"It said nothing for {seconds:g} seconds and was ended.")


def _folders_of_path() -> list[str]:
    """The worker's own, for plugins of packages that lie beside the environment."""
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _kill_marked(mark: str) -> int:
    """Kill processes that carry the mark in their environment (Linux); how many there were."""
    wanted, count = f"{_MARK}={mark}".encode(), 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)
                count += 1
    return count
