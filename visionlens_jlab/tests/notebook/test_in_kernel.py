"""The whole path in a notebook's kernel that a real Jupyter server started."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from visionlens_jlab.core.notebook.comms import REQUEST_TARGET, STATE_TARGET
from visionlens_jlab.tests.notebook.kernels import FrontEnd
from visionlens_jlab.tests.notebook.servers import Server
from visionlens_jlab.tests.notebook.small_coco import IMAGES, PEOPLE

API = "visionlens/api/v1"


@pytest.fixture(scope="module")
def notebook(jupyter: Server, coco_folder: Path) -> Iterator[FrontEnd]:
    with jupyter.notebook("tour.ipynb") as front_end:
        front_end.run("import json, time\nimport visionlens_jlab as vl")
        front_end.run(f"ds = vl.ingest({str(coco_folder)!r}, name='in kernel')")
        front_end.run("lens = ds.show()")
        yield front_end
        front_end.run("vl.delete('in kernel')")


@pytest.fixture
def workspace(notebook: FrontEnd, jupyter: Server) -> Iterator[str]:
    """The lens's workspace; its path below the API."""
    notebook.run("lens = ds.show(); lens.filter(None); lens.select([])")
    dataset, workspace = json.loads(
        notebook.run("print(json.dumps([ds._backend.dataset, lens.workspace]))")
    )
    yield f"{API}/datasets/{dataset}/workspaces/{workspace}"


def select_in_browser(jupyter: Server, workspace: str, ids: list[int]) -> dict[str, object]:
    state = jupyter.request("GET", workspace).json()
    change = {"base_version": state["version"], "origin": "browser", "selection": ids}
    changed: dict[str, object] = jupyter.request("PATCH", workspace, json=change).json()
    return changed


def announced(state: dict[str, object]) -> dict[str, object]:
    """A workspace as the front end announces it."""
    kept = ("dataset", "workspace", "version", "view_version", "predicate", "count", "total")
    selection = state["selection"]
    assert isinstance(selection, dict)
    return {
        "type": "state",
        **{key: state[key] for key in kept},
        "selection_version": selection["version"],
        "selection_count": selection["count"],
    }


def test_an_ingest_in_a_notebook_shows_a_live_bar(
    notebook: FrontEnd, jupyter: Server, coco_folder: Path
) -> None:
    shown = notebook.shown(f"bar = vl.ingest({str(coco_folder)!r}, name='with bar')")
    notebook.run("vl.delete('with bar')")
    html = [data["text/html"] for data in shown]
    assert any("<progress" in text for text in html[:-1])
    assert f"{IMAGES} samples" in html[-1]


def test_the_kernel_goes_through_the_server(notebook: FrontEnd) -> None:
    assert notebook.run("print(type(ds._backend).__name__)") == "RemoteDataset\n"
    assert notebook.run("import sys; print('duckdb' in sys.modules)") == "False\n"


def test_a_selection_in_the_browser_is_a_frame_in_the_notebook(
    notebook: FrontEnd, jupyter: Server, workspace: str
) -> None:
    select_in_browser(jupyter, workspace, [1, 4, 7, 8, 11])
    printed = notebook.run("print(lens.selection.to_pandas().sample_id.tolist())")
    assert json.loads(printed) == [1, 4, 7, 8, 11]


def test_a_frame_of_the_notebook_is_a_selection_in_the_browser(
    notebook: FrontEnd, jupyter: Server, workspace: str
) -> None:
    notebook.heard.clear()
    notebook.run("lens.select(ds.to_pandas().query('brightness < 50'))")
    notebook.run("lens.filter(\"class = 'person'\")")
    state = jupyter.request("GET", workspace).json()
    assert state["selection"]["count"] == 3
    assert state["count"] == len(PEOPLE)
    assert state["origin"] == "notebook"
    sent = [m["content"]["data"] for m in notebook.heard if m["msg_type"] == "comm_msg"]
    assert [data["type"] for data in sent] == ["changed", "changed"]
    assert sent[-1]["version"] == state["version"]


def test_show_tells_which_notebook_asks(
    notebook: FrontEnd, jupyter: Server, workspace: str
) -> None:
    notebook.heard.clear()
    notebook.run("ds.show()")
    opened = [m for m in notebook.heard if m["msg_type"] == "comm_open"]
    assert [m["content"]["target_name"] for m in opened] == [REQUEST_TARGET]
    show = next(m for m in notebook.heard if m["msg_type"] == "comm_msg")["content"]["data"]
    assert show["type"] == "show"
    assert show["notebook"].endswith("tour.ipynb")
    assert workspace.endswith(show["workspace"])


def test_a_selection_arrives_while_a_cell_is_busy(
    notebook: FrontEnd, jupyter: Server, workspace: str
) -> None:
    cell = notebook.start(
        "print('busy', flush=True)\n"
        "end = time.monotonic() + 30\n"
        "while not lens.selection.count() and time.monotonic() < end: time.sleep(0.05)\n"
        "print(lens.selection.ids.tolist())"
    )
    notebook.hear(lambda m: m["msg_type"] == "stream" and "busy" in m["content"]["text"])
    select_in_browser(jupyter, workspace, [2, 5])
    messages = notebook.finish(cell)
    printed = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert printed.splitlines()[-1] == "[2, 5]"


def test_a_callback_hears_what_the_front_end_announces(
    notebook: FrontEnd, jupyter: Server, workspace: str
) -> None:
    notebook.run("heard = []\nstop = lens.on_selection(lambda s: heard.append(s.ids.tolist()))")
    subshell = notebook.make_subshell()
    cell = notebook.start(
        "print('busy', flush=True)\n"
        "end = time.monotonic() + 30\n"
        "while not heard and time.monotonic() < end: time.sleep(0.01)\n"
        "print(heard)"
    )
    notebook.hear(lambda m: m["msg_type"] == "stream" and "busy" in m["content"]["text"])
    state = announced(select_in_browser(jupyter, workspace, [3]))
    comm = notebook.open_comm(STATE_TARGET, state, subshell)
    messages = notebook.finish(cell)
    notebook.send_comm(comm, state)
    printed = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert printed.splitlines()[-1] == "[[3]]"
    assert notebook.run("stop(); print(heard)") == "[[3]]\n"


def test_a_folder_that_the_server_holds_names_its_owner(
    notebook: FrontEnd, jupyter: Server
) -> None:
    printed = notebook.run(
        "try:\n"
        f"    vl.open('in kernel', data_dir={str(jupyter.folder / 'data')!r})\n"
        "except vl.VisionLensError as error:\n"
        "    print(error)"
    )
    assert printed.startswith("DATASET_BUSY")
    assert jupyter.url.rpartition(":")[2] in printed
    assert "PID" in printed


def test_a_new_kernel_of_the_notebook_finds_its_workspace(
    jupyter: Server, notebook: FrontEnd
) -> None:
    show = "import visionlens_jlab as vl\nlens = vl.open('in kernel').show()\n"
    with jupyter.notebook("again.ipynb") as first:
        workspace = first.run(show + "print(lens.workspace)")
        first.run("lens.filter(\"class = 'person'\"); lens.select([3])")
    with jupyter.notebook("again.ipynb") as second:
        assert second.run(show + "print(lens.workspace)") == workspace
        assert second.run("print(lens.selection.ids.tolist())") == "[3]\n"
        assert second.run("print(lens.view.ids.tolist())") == f"{PEOPLE}\n"
