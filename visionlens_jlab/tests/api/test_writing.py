"""Writing fields, tags, workspaces; deleting."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.tests.api.servers import code, read_table


@pytest.fixture
def real_root(jp_root_dir: Path) -> Path:
    return jp_root_dir.resolve()


def stream(**columns: object) -> bytes:
    table = pa.table(columns)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


async def test_a_field_is_set_and_read(api, dataset):
    body = stream(id=pa.array([3, 4], pa.uint32()), value=["wet", "dry"])
    changed = await api.json(f"datasets/{dataset}/fields/road", "PUT", body)
    assert changed["changed"] == 2
    table = read_table(await api(f"datasets/{dataset}/table", "POST", {"ids": [4, 3, 2]}))
    assert table["road"].to_pylist() == ["dry", "wet", None]
    found = await api(f"datasets/{dataset}/view", "POST", {"where": "road = 'wet'"})
    assert np.frombuffer(found.body, "<u4").tolist() == [3]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not arrow",
        stream(id=pa.array([1], pa.uint32())),
        stream(id=["a"], value=[1]),
        stream(id=pa.array([None], pa.uint32()), value=[1]),
        stream(id=pa.array([-1], pa.int64()), value=[1]),
        stream(id=pa.array([1, 2], pa.uint32()), value=[1, 2])[:-20][:150],
    ],
)
async def test_a_field_from_anything_else_is_refused(api, dataset, body):
    answer = await api(f"datasets/{dataset}/fields/road", "PUT", body)
    assert answer.code == 400
    assert code(answer) == "REQUEST_INVALID"


async def test_ids_that_do_not_exist_are_refused(api, dataset):
    body = stream(id=pa.array([3, 400], pa.uint32()), value=[1.5, 2.5])
    assert code(await api(f"datasets/{dataset}/fields/road", "PUT", body)) == "ID_UNKNOWN"
    assert code(await api(f"datasets/{dataset}/samples/400", "POST", {})) == "ID_UNKNOWN"


async def test_tags_come_and_go(api, dataset):
    view = {"where": "split = 'val'"}
    added = await api.json(f"datasets/{dataset}/tags", "POST", {"tag": "look", "view": view})
    assert added["changed"] == 10
    gone = {"tag": "look", "ids": [0, 3], "remove": True}
    removed = await api.json(f"datasets/{dataset}/tags", "POST", gone)
    assert removed["changed"] == 2
    assert removed["version"] > added["version"]
    assert code(await api(f"datasets/{dataset}/tags", "POST", {"tag": "x"})) == "REQUEST_INVALID"


async def test_a_notebook_has_one_workspace_by_its_server_path_and_its_absolute_one(
    api, dataset, jp_root_dir, real_root
):
    async def workspace(notebook):
        return await api.json(f"datasets/{dataset}/workspaces", "POST", {"notebook": notebook})

    below = await workspace("work/a.ipynb")
    assert below["notebook"] == str(real_root / "work" / "a.ipynb")
    absolute = await workspace(str(jp_root_dir / "work" / "a.ipynb"))
    assert absolute["workspace"] == below["workspace"]
    assert (await workspace("a.ipynb"))["workspace"] != below["workspace"]
    no_path = await api(f"datasets/{dataset}/workspaces", "POST", {"notebook": "a\0.ipynb"})
    assert code(no_path) == "PATH_NOT_ALLOWED"


async def test_a_workspace_from_view_to_selection(api, dataset):
    made = await api.json(f"datasets/{dataset}/workspaces", "POST", {"notebook": "a.ipynb"})
    again = await api.json(f"datasets/{dataset}/workspaces", "POST", {"notebook": "a.ipynb"})
    assert again["workspace"] == made["workspace"]
    path = f"datasets/{dataset}/workspaces/{made['workspace']}"
    change = {
        "base_version": made["version"],
        "origin": "browser",
        "view": {"where": "class = 'car'"},
    }
    changed = await api.json(path, "PATCH", change)
    assert changed["count"] == 15
    ids = await api(f"{path}/ids")
    assert np.frombuffer(ids.body, "<u4").tolist() == list(range(1, 30, 2))
    assert ids.headers["VisionLens-Total"] == "30"
    wanted = np.array([1, 7], "<u4").tobytes()
    query = f"base_version={changed['version']}&origin=notebook"
    selected = await api.json(f"{path}/selection?{query}", "PUT", wanted)
    assert selected["selection"]["count"] == 2
    stored = await api(f"{path}/selection")
    assert np.frombuffer(stored.body, "<u4").tolist() == [1, 7]
    assert (await api.json(path))["version"] == selected["version"]


async def test_a_late_change_is_a_conflict_that_brings_the_present_state(api, dataset):
    made = await api.json(f"datasets/{dataset}/workspaces", "POST", {})
    path = f"datasets/{dataset}/workspaces/{made['workspace']}"
    for origin, expected in (("a", 200), ("b", 409)):
        change = {"base_version": made["version"], "origin": origin, "view": {"where": "width > 1"}}
        answer = await api(path, "PATCH", change)
        assert answer.code == expected
    assert code(answer) == "WORKSPACE_CONFLICT"
    present = json.loads(answer.body)["details"]["workspace"]
    assert present["origin"] == "a"
    assert present["version"] > made["version"]


async def test_selections_are_checked(api, dataset):
    made = await api.json(f"datasets/{dataset}/workspaces", "POST", {})
    path = f"datasets/{dataset}/workspaces/{made['workspace']}/selection"
    odd = await api(f"{path}?base_version=0&origin=a", "PUT", b"12345")
    assert code(odd) == "REQUEST_INVALID"
    assert code(await api(path, "PUT", b"1234")) == "REQUEST_INVALID"
    assert code(await api(f"datasets/{dataset}/workspaces/none")) == "WORKSPACE_NOT_FOUND"


async def test_a_deleted_dataset_is_gone(api, dataset):
    answer = await api(f"datasets/{dataset}", "DELETE")
    assert answer.code == 204
    assert answer.body == b""
    assert (await api.json("datasets"))["datasets"] == []
    assert code(await api(f"datasets/{dataset}", "DELETE")) == "DATASET_NOT_FOUND"


async def test_changes_are_told(api, dataset, jp_serverapp):
    heard = []

    async def listener(logger, schema_id, data):
        heard.append((schema_id.rsplit("/", 2)[1], data))

    for kind in ("dataset", "workspace"):
        jp_serverapp.event_logger.add_listener(
            schema_id=f"https://visionlens-jlab.dev/events/{kind}/v1", listener=listener
        )
    tagged = await api.json(f"datasets/{dataset}/tags", "POST", {"tag": "a", "ids": [1]})
    made = await api.json(f"datasets/{dataset}/workspaces", "POST", {})
    change = {"base_version": made["version"], "origin": "me", "selection": [4]}
    path = f"datasets/{dataset}/workspaces/{made['workspace']}"
    changed = await api.json(path, "PATCH", change)
    assert heard == [
        ("dataset", {"dataset": dataset, "version": tagged["version"], "change": "changed"}),
        (
            "workspace",
            {
                "dataset": dataset,
                "workspace": made["workspace"],
                "version": changed["version"],
                "origin": "me",
            },
        ),
    ]
