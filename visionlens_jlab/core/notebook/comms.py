"""The two comms between this kernel and its front end.

ipykernel answers on the shell that last sent on a comm: a kernel that sends on a comm from a cell
makes the front end's messages wait for that cell. So the front end sends on one comm, the kernel
on another, and answers on the first only while it handles a message of it. Messages may arrive in
another thread while a cell runs.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from visionlens_jlab.core.notebook.progress import in_kernel
from visionlens_jlab.version import __version__

STATE_TARGET = "visionlens_jlab.state"
REQUEST_TARGET = "visionlens_jlab.request"

State = dict[str, Any]
Listener = Callable[[State], None]
MESSAGE_KEYS = ("workspace", "version", "view_version", "selection_version")


class Link:
    """The kernel's end of both comms; one for each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, list[Listener]] = {}
        self._versions: dict[str, int] = {}
        self._shown: dict[str, str] = {}
        self._request: Any = None

    def listen(self, workspace: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each state of a workspace that is not older than the last.

        A state is what the front end announces: version, view_version, selection_version and more.
        Returns a function that ends it.
        """
        with self._lock:
            self._listeners.setdefault(workspace, []).append(listener)

        def stop() -> None:
            with self._lock:
                listeners = self._listeners.get(workspace, [])
                if listener in listeners:
                    listeners.remove(listener)

        return stop

    def show(self, dataset: str, workspace: str, notebook: str | None) -> None:
        """Ask the front end to open the panels; the state target exists before it is asked.

        The request comm is opened anew: a page that was reloaded does not know the old one.
        """
        if not in_kernel():
            return
        import comm

        with self._lock:
            self._shown[workspace] = dataset
        comm.get_comm_manager().register_target(STATE_TARGET, self._on_open)
        hello = {"type": "hello", "version": __version__}
        opened = comm.create_comm(target_name=REQUEST_TARGET, data=hello)
        with self._lock:
            previous, self._request = self._request, opened
        if previous is not None:
            previous.close()
        opened.send(
            {"type": "show", "dataset": dataset, "workspace": workspace, "notebook": notebook}
        )

    def changed(self, dataset: str, workspace: str, version: int) -> None:
        """Tell the front end that the kernel changed a workspace."""
        with self._lock:
            request = self._request
        if request is not None:
            request.send(
                {"type": "changed", "dataset": dataset, "workspace": workspace, "version": version}
            )

    def _on_open(self, comm: Any, message: dict[str, Any]) -> None:
        def on_message(message: dict[str, Any]) -> None:
            data = message["content"].get("data") or {}
            if data.get("type") == "sync":
                comm.send(self._links())
            elif data.get("type") == "state" and all(key in data for key in MESSAGE_KEYS):
                self.receive(data)

        comm.on_msg(on_message)
        on_message(message)

    def _links(self) -> dict[str, Any]:
        """The workspaces that this kernel has shown: a page that was reloaded asks for them."""
        with self._lock:
            shown = dict(self._shown)
        links = [
            {"dataset": dataset, "workspace": workspace} for workspace, dataset in shown.items()
        ]
        return {"type": "links", "links": links}

    def receive(self, state: State) -> None:
        """Tell the listeners of a state, unless a newer one came before."""
        workspace = state["workspace"]
        with self._lock:
            if self._versions.get(workspace, -1) > state["version"]:
                return
            self._versions[workspace] = state["version"]
            listeners = list(self._listeners.get(workspace, []))
        for listener in listeners:
            listener(state)


def report_failure(what: str) -> None:
    """Show the exception being handled to the user without stopping whoever sent the message."""
    sys.stderr.write(f"VisionLens: {what} failed\n")
    traceback.print_exc()


link = Link()
"""The link of this process."""
