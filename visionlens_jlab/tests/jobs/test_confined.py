"""Over REST: a table takes the browser nowhere it may not go, and a notebook where its user may."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pyarrow as pa
import pytest

from visionlens_jlab.attributes.setup import AttributesSetup
from visionlens_jlab.embeddings.setup import EmbedSetup
from visionlens_jlab.ingestion.setup import IngestSetup
from visionlens_jlab.tests.api.servers import code, make_images

ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}


@pytest.fixture
def places(jp_root_dir: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A folder of the server and one outside what the browser may read, with an image each."""
    inside, outside = jp_root_dir / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        make_images(folder, 1)
    (inside / "link.jpg").symlink_to(outside / "image_00000.jpg")
    return inside, outside


def _paths(inside: Path, outside: Path) -> list[str]:
    name = "image_00000.jpg"
    return [
        f"{inside}/{name}",
        *(f"{outside}/{name}", f"{inside}/../../outside/{name}", f"{inside}/link.jpg"),
        *("/etc/shadow", f"{outside}/none.jpg"),
    ]


def _rows(paths: list[str]) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"path": paths})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


async def _post_rows(api, paths, **headers):
    request = json.dumps({"source": "DataFrame", "name": "table"})
    query = urlencode({"ingest": request})
    return await api(f"jobs?{query}", "POST", _rows(paths), headers={**ARROW, **headers})


async def _served(api, dataset):
    """Status or code of each sample's image."""
    detail = await api.json(f"datasets/{dataset}")
    answers = [await api(f"datasets/{dataset}/samples/{n}/image") for n in range(detail["samples"])]
    return [code(answer) if answer.code != 200 else "200" for answer in answers]


@pytest.mark.parametrize("how", ["csv", "rows"])
async def test_a_table_of_the_browser_names_nothing_outside(api, jobs, places, how):
    inside, outside = places
    paths = _paths(inside, outside)
    if how == "csv":
        (inside / "table.csv").write_text("\n".join(["path", *paths]))
        job = await jobs.start(source=str(inside / "table.csv"), name="table")
    else:
        job = json.loads((await _post_rows(api, paths)).body)
    ended = await jobs.end(job)
    assert ended["state"] == "done", ended["error"]
    assert await _served(api, "table") == ["200"]
    report = await api.json("datasets/table/report")
    refused = [item["item"] for item in report["items"] if item["kind"] == "image"]
    assert refused == paths[1:]  # those that are there and those that are not alike
    out = inside / "export"
    request = {"dataset": "table", "path": str(out), "format": "coco"}
    exported = await jobs.end(await api.json("jobs", "POST", {"kind": "export", "export": request}))
    assert exported["state"] == "done", exported["error"]
    assert [path.name for path in (out / "images").iterdir()] == ["image_00000.jpg"]


async def test_a_table_of_a_notebook_names_what_its_user_may_read(
    api, jobs, places, extension, tmp_path
):
    inside, outside = places
    token = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    paths = [f"{inside}/image_00000.jpg", f"{outside}/image_00000.jpg"]
    job = json.loads((await _post_rows(api, paths, **token)).body)
    assert (await jobs.end(job))["state"] == "done"
    assert await _served(api, "table") == ["200", "200"]
    file = outside / "image_00000.jpg"
    file.rename(tmp_path / "elsewhere.jpg")
    file.symlink_to(tmp_path.parent / "none.jpg")
    assert await _served(api, "table") == ["200", "PATH_NOT_ALLOWED"]


async def test_a_label_file_takes_not_even_a_notebook_elsewhere(api, jobs, places, extension):
    inside, outside = places
    token = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    (inside / "table.csv").write_text(f"path\n{inside}/image_00000.jpg\n{outside}/image_00000.jpg")
    for options, expected in (({}, 1), ({"within": [str(outside)]}, 2)):
        asked = {"source": str(inside / "table.csv"), "name": f"t{expected}", "options": options}
        body = json.dumps({"kind": "ingest", "ingest": asked}).encode()
        job = json.loads((await api("jobs", "POST", body, headers=dict(token))).body)
        assert (await jobs.end(job))["state"] == "done"
        assert len(await _served(api, f"t{expected}")) == expected


async def test_a_source_that_becomes_a_link_while_its_job_waits_is_not_read(
    jobs, places, monkeypatch
):
    inside, outside = places
    begin = IngestSetup.begin

    def exchanged(*arguments):
        inside.rename(inside.with_name("was"))
        inside.symlink_to(outside)
        return begin(*arguments)

    monkeypatch.setattr(IngestSetup, "begin", staticmethod(exchanged))
    ended = await jobs.end(await jobs.start(source=str(inside), name="late"))
    assert (ended["state"], ended["error"]["code"]) == ("failed", "PATH_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("setup", "kind", "asked"),
    [
        (EmbedSetup, "embed", {}),
        (AttributesSetup, "attributes", {"attributes": [{"name": "a", "question": "Is it?"}]}),
    ],
)
async def test_a_model_whose_folder_becomes_a_link_while_its_job_waits_is_not_loaded(
    api, jobs, places, monkeypatch, setup, kind, asked
):
    inside, outside = places
    await jobs.end(await jobs.start(source=str(inside), name="town"))
    model = inside / "model"
    for folder in (model, outside / "model"):
        folder.mkdir()
        (folder / "config.json").write_text("{}")
    begin = setup.begin

    def exchanged(*arguments):
        model.rename(inside / "was")
        model.symlink_to(outside / "model")
        return begin(*arguments)

    monkeypatch.setattr(setup, "begin", exchanged)
    asked = {"dataset": "town", "model": f"transformers:{model}", **asked}
    job = await api.json("jobs", "POST", {"kind": kind, kind: asked})
    ended = await jobs.end(job)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "PATH_NOT_ALLOWED")
