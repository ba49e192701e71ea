"""A real kernel, and a front end's side of its channels."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

from jupyter_client.manager import start_new_kernel

Message = dict[str, Any]
WAIT = 60.0


class FrontEnd:
    """Runs code and speaks on comms, as JupyterLab does."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.heard: list[Message] = []
        """Every iopub message so far."""

    def start(self, code: str) -> str:
        """Start a cell and return its message id."""
        return str(self.client.execute(code))

    def finish(self, cell: str) -> list[Message]:
        """Wait for a cell; its iopub messages. A failed cell fails the test."""
        first = len(self.heard)
        self.hear(
            lambda m: (
                m["parent_header"].get("msg_id") == cell
                and m["msg_type"] == "status"
                and m["content"]["execution_state"] == "idle"
            )
        )
        mine = [m for m in self.heard if m["parent_header"].get("msg_id") == cell]
        for message in mine:
            if message["msg_type"] == "error":
                raise AssertionError("\n".join(message["content"]["traceback"]))
        assert len(self.heard) > first
        return mine

    def run(self, code: str) -> str:
        """Run a cell; what it printed."""
        messages = self.finish(self.start(code))
        return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")

    def shown(self, code: str) -> list[Message]:
        """Run a cell; the data of what it displayed."""
        messages = self.finish(self.start(code))
        kinds = ("display_data", "execute_result", "update_display_data")
        return [m["content"]["data"] for m in messages if m["msg_type"] in kinds]

    def hear(self, wanted: Callable[[Message], bool]) -> Message:
        """The next iopub message of a kind."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            self.heard.append(message)
            if wanted(message):
                return dict(message)
        raise AssertionError("the kernel did not say it")

    def open_comm(self, target: str, data: Message, subshell: str | None = None) -> str:
        """Open a comm from this side; its id."""
        comm = uuid.uuid4().hex
        content = {"comm_id": comm, "target_name": target, "data": data}
        self._send("comm_open", content, subshell)
        return comm

    def send_comm(self, comm: str, data: Message, subshell: str | None = None) -> None:
        """Send on a comm."""
        self._send("comm_msg", {"comm_id": comm, "data": data}, subshell)

    def make_subshell(self) -> str:
        """A second shell of the kernel, which answers while a cell runs in the first."""
        message = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(message)
        reply = self.client.get_control_msg(timeout=WAIT)
        return str(reply["content"]["subshell_id"])

    def _send(self, kind: str, content: Message, subshell: str | None) -> None:
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)


@contextmanager
def kernel(**environ: str) -> Iterator[FrontEnd]:
    """A kernel with this environment besides the present one."""
    manager, client = start_new_kernel(kernel_name="python3", env={**os.environ, **environ})
    try:
        yield FrontEnd(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
