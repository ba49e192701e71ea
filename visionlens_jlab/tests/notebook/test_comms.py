"""The two comms, with a real kernel and this test as its front end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from visionlens_jlab import __version__
from visionlens_jlab.core.notebook.comms import REQUEST_TARGET, STATE_TARGET, Link
from visionlens_jlab.tests.notebook.kernels import FrontEnd, Message, kernel


@pytest.fixture(scope="module")
def shared_kernel() -> Iterator[FrontEnd]:
    with kernel() as front_end:
        front_end.run("from visionlens_jlab.core.notebook.comms import link\nimport time")
        yield front_end


@pytest.fixture
def front_end(shared_kernel: FrontEnd) -> FrontEnd:
    shared_kernel.run("seen = []\nlink.__init__()")
    shared_kernel.heard.clear()
    return shared_kernel


def state(version: int, workspace: str = "w") -> Message:
    return {
        "type": "state",
        "dataset": "street",
        "workspace": workspace,
        "version": version,
        "view_version": 1,
        "selection_version": version,
        "selection_count": 0,
        "predicate": "",
        "count": 3,
        "total": 3,
    }


def requests(front_end: FrontEnd) -> list[Message]:
    opened = {
        m["content"]["comm_id"]
        for m in front_end.heard
        if m["msg_type"] == "comm_open" and m["content"]["target_name"] == REQUEST_TARGET
    }
    return [
        m["content"]["data"]
        for m in front_end.heard
        if m["msg_type"] in ("comm_open", "comm_msg") and m["content"]["comm_id"] in opened
    ]


def test_show_says_hello_and_what_to_show(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', 'tour.ipynb')")
    assert requests(front_end) == [
        {"type": "hello", "version": __version__},
        {"type": "show", "dataset": "street", "workspace": "w", "notebook": "tour.ipynb"},
    ]


def test_changes_go_out_on_the_latest_request_comm(front_end: FrontEnd) -> None:
    front_end.run("link.changed('street', 'w', 1)")
    assert requests(front_end) == []
    front_end.run("link.show('street', 'w', None); link.show('street', 'w', None)")
    front_end.heard.clear()
    messages = front_end.finish(front_end.start("link.changed('street', 'w', 2)"))
    changed = [m["content"]["data"] for m in messages if m["msg_type"] == "comm_msg"]
    assert changed == [{"type": "changed", "dataset": "street", "workspace": "w", "version": 2}]


def test_states_reach_the_listeners_of_their_workspace(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None)")
    front_end.run("stop = link.listen('w', lambda s: seen.append(s['version']))")
    comm = front_end.open_comm(STATE_TARGET, state(4))
    front_end.send_comm(comm, state(5))
    front_end.send_comm(comm, state(9, workspace="other"))
    assert front_end.run("print(seen)") == "[4, 5]\n"
    front_end.run("stop(); stop()")
    front_end.send_comm(comm, state(6))
    assert front_end.run("print(seen)") == "[4, 5]\n"


def test_a_late_state_is_dropped_and_an_equal_one_is_not(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None)")
    front_end.run("link.listen('w', lambda s: seen.append(s['version']))")
    comm = front_end.open_comm(STATE_TARGET, state(5))
    front_end.send_comm(comm, state(4))
    again = front_end.open_comm(STATE_TARGET, state(5))
    front_end.send_comm(again, state(6))
    assert front_end.run("print(seen)") == "[5, 5, 6]\n"


def links(front_end: FrontEnd, comm: str) -> list[Message]:
    """The answers on a state comm to a question that is asked there now."""
    front_end.heard.clear()
    front_end.send_comm(comm, {"type": "sync"})
    front_end.run("pass")
    return [
        m["content"]["data"]["links"]
        for m in front_end.heard
        if m["msg_type"] == "comm_msg" and m["content"]["comm_id"] == comm
    ]


def test_a_new_page_hears_which_workspaces_are_linked(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None); link.show('cells', 'v', None)")
    front_end.run("link.show('street', 'w', 'renamed.ipynb')")
    comm = front_end.open_comm(STATE_TARGET, {"type": "sync"})
    answer = front_end.hear(lambda m: m["msg_type"] == "comm_msg")["content"]
    shown = [
        {"dataset": "street", "workspace": "w"},
        {"dataset": "cells", "workspace": "v"},
    ]
    assert answer["comm_id"] == comm
    assert answer["data"] == {"type": "links", "links": shown}
    front_end.run("link.show('cells', 'u', None)")
    assert links(front_end, comm) == [[*shown, {"dataset": "cells", "workspace": "u"}]]


def test_links_are_told_while_a_cell_is_busy(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None)")
    front_end.run("link.listen('w', lambda s: seen.append(s['version']))")
    subshell = front_end.make_subshell()
    cell = front_end.start(
        "end = time.monotonic() + 30\n"
        "while not seen and time.monotonic() < end: time.sleep(0.01)\n"
        "print(seen)"
    )
    comm = front_end.open_comm(STATE_TARGET, {"type": "sync"}, subshell)
    answer = front_end.hear(lambda m: m["msg_type"] == "comm_msg")["content"]["data"]
    assert answer["links"] == [{"dataset": "street", "workspace": "w"}]
    front_end.send_comm(comm, state(7), subshell)
    messages = front_end.finish(cell)
    printed = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert printed == "[7]\n"


def test_what_is_not_a_state_is_ignored(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None)")
    front_end.run("link.listen('w', lambda s: seen.append(s['version']))")
    comm = front_end.open_comm(STATE_TARGET, {})
    front_end.send_comm(comm, {"type": "state", "workspace": "w"})
    front_end.send_comm(comm, {"type": "later"})
    front_end.send_comm(comm, state(1))
    assert front_end.run("print(seen)") == "[1]\n"


def test_a_state_arrives_while_a_cell_is_busy(front_end: FrontEnd) -> None:
    front_end.run("link.show('street', 'w', None)")
    front_end.run("link.listen('w', lambda s: seen.append(s['version']))")
    subshell = front_end.make_subshell()
    cell = front_end.start(
        "print('busy', flush=True)\n"
        "end = time.monotonic() + 30\n"
        "while not seen and time.monotonic() < end: time.sleep(0.01)\n"
        "print(seen)"
    )
    front_end.hear(lambda m: m["msg_type"] == "stream" and m["content"]["text"].startswith("busy"))
    front_end.open_comm(STATE_TARGET, state(3), subshell)
    messages = front_end.finish(cell)
    printed = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert printed == "busy\n[3]\n"


def test_before_show_the_state_comm_is_closed_at_once() -> None:
    with kernel() as front_end:
        front_end.run("from visionlens_jlab.core.notebook.comms import link")
        comm = front_end.open_comm(STATE_TARGET, state(1))
        closed = front_end.hear(lambda m: m["msg_type"] == "comm_close")
        assert closed["content"]["comm_id"] == comm


def test_without_a_kernel_nothing_is_sent_and_listening_works() -> None:
    link = Link()
    seen: list[int] = []
    link.show("street", "w", None)
    link.changed("street", "w", 1)
    stop = link.listen("w", lambda s: seen.append(s["version"]))
    link.receive(state(1))
    stop()
    link.receive(state(2))
    assert seen == [1]
