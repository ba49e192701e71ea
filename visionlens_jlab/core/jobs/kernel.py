"""The worker kernel of one lane: started when there is work, kept warm, stopped with the server."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from traitlets.config import Config

from visionlens_jlab.config import ENV_TOKEN
from visionlens_jlab.core.jobs.worker import MIME
from visionlens_jlab.core.system.processes import birth, runs
from visionlens_jlab.errors import VisionLensError

_PREFIX = "visionlens-"
_OWNER = "owner"


def make_folder() -> Path:
    """An empty folder for this process, with a short path: a socket's may have 100 characters."""
    remove_stale()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    own = (socket.gethostname(), str(os.getpid()), birth(os.getpid()) or "")
    (folder / _OWNER).write_text("\n".join(own), encoding="utf-8")
    return folder


def remove_stale() -> None:
    """Remove the folders of processes that run no more."""
    for note in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        if _is_over(note):
            shutil.rmtree(note.parent, ignore_errors=True)


def _is_over(note: Path) -> bool:
    """Whether the owner was a process of this machine that is gone."""
    try:
        host, pid, born = note.read_text(encoding="utf-8").split("\n")
        return host == socket.gethostname() and not runs(int(pid), born or None)
    except (OSError, ValueError):  # somebody else's, or being written
        return False


READY_SECONDS = 60

_log = logging.getLogger(__name__)


class KernelDiedError(Exception):
    """The kernel's process started and ended, or never answered; another one may do better."""


class WorkerKernel:
    """A kernel of a private manager: local, invisible to users, reached over IPC.

    Parameters
    ----------
    manager_class : type
        An `AsyncMultiKernelManager`.
    kernel_name : str
        Its kernel spec; it must have this package installed.
    data_dir : Path
        Working directory of the kernel.
    settings : mapping of str, optional
        What it gets in its environment besides the server's.
    """

    def __init__(
        self,
        manager_class: type[AsyncMultiKernelManager],
        kernel_name: str,
        data_dir: Path,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._manager_class = manager_class
        self._kernel_name = kernel_name
        self._data_dir = data_dir
        self._settings = dict(settings or {})
        self._folder: Path | None = None
        self._manager: Any = None
        self._kernel: str | None = None
        self._client: Any = None
        self._starting: asyncio.Task[None] | None = None
        self.executing = False

    @property
    def started(self) -> bool:
        """Whether a kernel was started and not stopped since; it may have died."""
        return self._client is not None

    async def alive(self) -> bool:
        """Whether its process runs."""
        return self._kernel is not None and bool(await self._manager.is_alive(self._kernel))

    async def start(self) -> None:
        """Have a kernel that answers; a dead one is replaced.

        A caller that is cancelled leaves the kernel to start all the same, for the next one.

        Raises
        ------
        VisionLensError
            WORKER_LOST when none can be started.
        KernelDiedError
            It was started, and ended before it answered.
        """
        over = self._starting is None or self._starting.done()
        if over and not (self.started and await self.alive()):
            await self.stop()
            self._starting = asyncio.create_task(self._start())
        if self._starting is not None:
            await asyncio.shield(self._starting)

    async def _start(self) -> None:
        if self._manager is None:
            self._make_manager()
        env = {name: value for name, value in os.environ.items() if name != ENV_TOKEN}
        env |= self._settings
        env["IPYTHONDIR"] = str(self._folder)  # no start-up files or history of the user's
        try:
            self._kernel = await self._manager.start_kernel(
                kernel_name=self._kernel_name, cwd=str(self._data_dir), env=env
            )
            client = self._manager.get_kernel(self._kernel).client()
            client.start_channels()
            self._client = client
            await self._wait_for_answer(client)
        except KernelDiedError:
            await self._shut_down()
            raise
        except Exception as error:
            await self._shut_down()
            raise VisionLensError(
                "WORKER_LOST",
                f"The worker kernel {self._kernel_name!r} does not start: {error}.",
                "Check the kernel spec named by VisionLens.worker_kernel_name.",
            ) from error

    async def _wait_for_answer(self, client: Any) -> None:
        try:
            await client.wait_for_ready(timeout=READY_SECONDS)
        except RuntimeError as error:
            raise KernelDiedError(f"The worker kernel did not start: {error}.") from error

    async def execute(self, code: str) -> dict[str, Any]:
        """Execute code to its end; returns the content of the kernel's reply."""
        asked = self._client.execute(code, store_history=False, allow_stdin=False)
        self.executing = True
        try:
            while True:
                reply = await self._client.get_shell_msg()
                if reply["parent_header"].get("msg_id") == asked:
                    content: dict[str, Any] = reply["content"]
                    return content
        finally:
            self.executing = False

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """What jobs say of themselves, until the caller stops listening."""
        while True:
            message = await self._client.get_iopub_msg()
            content = message.get("content", {}).get("data", {}).get(MIME)
            if content is not None:
                yield content

    async def interrupt(self) -> None:
        """Raise KeyboardInterrupt in it."""
        if self._kernel is not None:
            await self._manager.interrupt_kernel(self._kernel)

    async def stop(self) -> None:
        """End its process at once (one that is starting, when it has); `start` begins a new one."""
        if self._starting is not None:
            starting, self._starting = self._starting, None
            await asyncio.wait({starting})
            starting.exception()  # whoever waited for the start was told
        await self._shut_down()

    async def _shut_down(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._kernel is not None:
            kernel, self._kernel = self._kernel, None
            try:
                await self._manager.shutdown_kernel(kernel, now=True)
            except Exception:  # a dead kernel may refuse to be shut down
                _log.warning("The worker kernel %s could not be shut down", kernel, exc_info=True)

    async def close(self) -> None:
        """Stop, and remove the sockets' folder."""
        await self.stop()
        if self._manager is not None:
            # left to the garbage collector, it would wait there for sockets collected with it
            self._manager.context.destroy(linger=0)
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = self._manager = None

    def _make_manager(self) -> None:
        self._folder = make_folder()
        local = sys.platform != "win32"
        self._manager = self._manager_class(
            config=Config({"KernelManager": {"transport": "ipc" if local else "tcp"}}),
            # one without autorestart: what happens to a lost job is decided here
            kernel_manager_class="jupyter_client.manager.AsyncKernelManager",
            connection_dir=str(self._folder),
        )
