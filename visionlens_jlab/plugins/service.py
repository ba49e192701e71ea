"""A plugin that answers calls, from this side: its process is started when it is first asked."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from visionlens_jlab.config import plugin_memory, plugin_seconds
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.sources import OUT_OF_REACH
from visionlens_jlab.plugins.child import PluginProcess, failure
from visionlens_jlab.plugins.installed import Asked
from visionlens_jlab.plugins.link import Message

START_SECONDS = 60.0
"""What a plugin imports may take so long, at least."""
Answer = Callable[..., Message]


class RaisedError(Exception):
    """What a plugin raised; `kind` is missing, denied, system (another OSError) or other."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class _Running:
    """A process and its folder."""

    process: PluginProcess | None = None
    _kept: tempfile.TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path:
        """The folder."""
        assert self._kept is not None
        return Path(self._kept.name)

    def make_folder(self) -> Path:
        """A new one."""
        self._kept = tempfile.TemporaryDirectory(prefix="visionlens-plugin-")
        return self.folder

    def end(self) -> None:
        """End both, if there are."""
        process, self.process = self.process, None
        if process is not None:
            process.end()
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.cleanup()


def _no_check() -> None:
    """Nobody watches."""


class PluginService:
    """A contribution that answers calls, one after the other.

    A process that died, hangs or sends nonsense is ended; the next call starts another one.

    Parameters
    ----------
    asked : Asked
    arguments : mapping
        For all calls.
    answers : mapping
        What the plugin may ask while it is called: name -> function of its bytes and arguments.
        OSError and ValueError reach the plugin.
    seconds : float, optional
        A call that says nothing for so long is ended; None: the setting.
    check : callable
        Called several times a second during a call; may raise.
    """

    def __init__(
        self,
        asked: Asked,
        arguments: Mapping[str, Any] | None = None,
        answers: Mapping[str, Answer] | None = None,
        *,
        seconds: float | None = None,
        check: Callable[[], None] = _no_check,
    ) -> None:
        self._running = _Running()
        weakref.finalize(self, self._running.end)  # at the latest when this process ends
        self._asked = asked
        self._arguments = dict(arguments or {})
        self._answers = answers or {}
        self._seconds = plugin_seconds() if seconds is None else min(seconds, plugin_seconds())
        self._check = check
        self._lock = threading.Lock()

    @property
    def output(self) -> Path:
        """The folder in which the running plugin may write; gone with it."""
        return self._running.folder / "output"

    def call(self, method: str, *arguments: Any, blob: bytes = b"") -> Message:
        """What a call gives. PLUGIN_FAILED, RaisedError."""
        with self._lock, closing(self._called(method, arguments, blob)) as items:
            return next(items)

    def stream(self, method: str, *arguments: Any) -> Iterator[Message]:
        """What a call gives one after the other. PLUGIN_FAILED, RaisedError."""
        with self._lock, closing(self._called(method, arguments, b"", items=True)) as items:
            yield from items

    def close(self) -> None:
        """End its process."""
        self._running.end()

    def start(self) -> None:
        """Start it now, so that what it refuses is known. REQUEST_INVALID, PLUGIN_FAILED."""
        with self._lock:
            self._ready()

    def _called(
        self, method: str, arguments: tuple[Any, ...], blob: bytes, *, items: bool = False
    ) -> Generator[Message]:
        whole = False
        try:
            process = self._ready()
            process.send(method, arguments, blob=blob)
            while True:
                message = self._next(process)
                match message.value:
                    case ["item", value] if items:
                        yield Message(value, message.blob, message.size)
                    case ["result", value]:
                        whole = True
                        if not items:
                            yield Message(value, message.blob, message.size)
                        return
                    case ["raised", str(kind), str(text)]:
                        whole = True
                        process.keep_output()  # it may run for hours
                        raise RaisedError(kind, text[:500])
                    case ["ask", str(what), list(given)] if what in self._answers:
                        self._answer(process, what, given, message.blob)
                    case _:
                        raise failure("It sent something that is no message.")
        finally:
            if not whole:
                self.close()

    def _answer(self, process: PluginProcess, what: str, given: list[Any], blob: bytes) -> None:
        try:
            answer = self._answers[what](blob, *given)
        except (OSError, ValueError, TypeError, VisionLensError) as error:
            process.send(_refusal(error), str(error)[:500])
            return
        process.send("answer", answer.value, blob=answer.blob)

    def _next(self, process: PluginProcess, seconds: float | None = None) -> Message:
        message = process.next(self._check, seconds or self._seconds)
        if message is None:
            raise failure(process.ending())
        return message

    def _ready(self) -> PluginProcess:
        """The process, started if need be."""
        if self._running.process is not None:
            return self._running.process
        scratch = self._running.make_folder() / "scratch"
        for folder in (scratch, self.output):
            folder.mkdir(mode=0o700)
        request = {
            **self._asked.request,
            "serves": True,
            "arguments": self._arguments,
            "output": str(self.output),
            "scratch": str(scratch),
            "megabytes": plugin_memory(),
        }
        process = PluginProcess(request, self._asked.log, self._seconds)
        self._running.process = process
        try:
            self._until_ready(process)
        except BaseException:
            self.close()
            raise
        return process

    def _until_ready(self, process: PluginProcess) -> None:
        while True:
            match self._next(process, max(self._seconds, START_SECONDS)).value:
                case ["note", str()]:
                    continue
                case ["ready"]:
                    return
                case ["refused", str(text)]:
                    raise VisionLensError("REQUEST_INVALID", text[:500])
                case ["failed", str(text)]:
                    raise failure(f"It raised {text[:500]}")
                case _:
                    raise failure("It sent something that is no message.")


_FATAL = OUT_OF_REACH | {"PLUGIN_FAILED", "PLUGIN_OFF", "MEMORY_LIMIT"}
"""Not the plugin's to deal with."""


def _refusal(error: Exception) -> str:
    """What the plugin is told of an error: see `Link.ask`."""
    code = error.code if isinstance(error, VisionLensError) else ""
    if code in _FATAL:
        raise error
    if isinstance(error, FileNotFoundError) or code == "IMAGE_MISSING":
        return "missing"
    refused = isinstance(error, OSError) or code in ("PATH_NOT_ALLOWED", "PERMISSION_DENIED")
    return "refused" if refused else "invalid"
