"""Embed jobs in a real worker kernel: over REST, queries meanwhile, kill -9 at any moment."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import signal
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.api.servers import code, make_coco
from visionlens_jlab.tests.embedding.checkpoints import make_clip, make_siglip, requires
from visionlens_jlab.tests.jobs.servers import Server
from visionlens_jlab.tests.jobs.test_embed import photos


@pytest.fixture
def jp_server_config(jp_server_config: Any, request: pytest.FixtureRequest) -> Any:
    """With the settings that a test names."""
    jp_server_config.VisionLens.update(getattr(request, "param", {}))
    return jp_server_config


async def embed(api: Any, **request: Any) -> dict[str, Any]:
    """Queue an embed job."""
    return await api.json("jobs", "POST", {"kind": "embed", "embed": request})


async def ingested(jobs: Any, folder: Path, count: int) -> None:
    photos(folder, count)
    job = await jobs.end(await jobs.start(source=str(folder), name="town"))
    assert job["state"] == "done", job


async def test_a_space_and_a_query_over_rest(api, jobs, jp_root_dir):
    await ingested(jobs, jp_root_dir / "town", 8)
    job = await jobs.end(await embed(api, dataset="town", model="classical"))
    assert (job["state"], job["result"]["written"]) == ("done", 8), job
    [space] = (await api.json("datasets/town/spaces"))["spaces"]
    assert (space["space"], space["vectors"]) == ("classical", 8)
    image = base64.b64encode((jp_root_dir / "town" / "0-005.png").read_bytes()).decode()
    asked = {"space": "classical", "image": image, "name": "mine.png"}
    encoded = await api.json("datasets/town/encode", "POST", asked)
    kept = await api.json("datasets/town/spaces/classical/queries")
    assert kept["queries"] == [{"query": encoded["query"], "kind": "image", "text": "mine.png"}]
    search = {"space": "classical", "queries": [encoded["query"]], "k": 3}
    found = await api("datasets/town/view", "POST", {"search": search})
    assert np.frombuffer(found.body[:12], "<u4")[0] == 5
    installed = await api.json("embedders")
    listed = installed["embedders"]
    assert any(info["model"] == "classical" and info["available"] for info in listed)
    methods = {info["method"]: info["available"] for info in installed["projections"]}
    assert methods.keys() == {"umap", "tsne", "pacmap", "pca"}
    assert methods["pca"]
    for body, expected in (
        ({"space": "classical", "text": "a car"}, "TEXT_UNSUPPORTED"),
        ({"space": "nothing", "text": "a car"}, "SPACE_NOT_FOUND"),
        ({"space": "classical"}, "REQUEST_INVALID"),
        ({"space": "classical", "image": "no base64"}, "UPLOAD_INVALID"),
        ({"space": "classical", "image": "bm90IGFuIGltYWdl"}, "IMAGE_UNREADABLE"),
    ):
        assert code(await api("datasets/town/encode", "POST", body)) == expected


async def test_objects_are_embedded_and_searched_over_rest(api, jobs, jp_root_dir):
    """With the margin that was asked for; what is found are objects, or the images they are in."""
    rng = np.random.default_rng(1)
    for path in sorted((make_coco(jp_root_dir / "coco", 12) / "images").iterdir()):
        Image.fromarray(rng.integers(0, 255, (48, 64, 3), np.uint8)).save(path)
    await jobs.end(await jobs.start(source="coco", name="town"))
    request = {"dataset": "town", "model": "classical", "level": "annotations", "crop_margin": 0.5}
    job = await jobs.end(await embed(api, **request))
    assert (job["state"], job["result"]["written"]) == ("done", 24), job
    [space] = (await api.json("datasets/town/spaces"))["spaces"]
    assert (space["space"], space["level"], space["vectors"], space["missing"]) == (
        "classical-objects", "annotations", 24, 0,
    )  # fmt: skip
    assert space["settings"]["crop_margin"] == 0.5
    search = {"space": "classical-objects", "like": [9], "k": 5}
    found = await api("datasets/town/view", "POST", {"level": "annotations", "search": search})
    ids = np.frombuffer(found.body[:20], "<u4")
    scores = np.frombuffer(found.body[20:40], "<f4")
    assert (found.headers["VisionLens-Count"], found.headers["VisionLens-Scores"]) == ("5", "1")
    assert ids[0] == 9 and scores[0] == pytest.approx(1, abs=1e-4)
    assert len(set(ids.tolist())) == 5 and (np.diff(scores) <= 0).all()
    only = {"level": "annotations", "search": search, "where": "class = 'person'"}
    among = await api("datasets/town/view", "POST", only)
    assert among.headers["VisionLens-Count"] == "5"
    assert (np.frombuffer(among.body[:20], "<u4") % 2 == 1).all(), "the second box of each image"
    images = await api("datasets/town/view", "POST", {"search": search})
    shown = np.frombuffer(images.body[:20], "<u4").tolist()
    owners = list(dict.fromkeys((ids // 2).tolist()))
    assert images.headers["VisionLens-Count"] == "5" and shown[: len(owners)] == owners
    again = await jobs.end(await embed(api, **request))
    assert again["result"]["embedded"] == 0 and again["result"]["present"] == 24


SETTINGS = {
    "embed_after_ingest": "classical", "project_after_embed": "pca", "vector_cache_mb": 0,
}  # fmt: skip


@pytest.mark.parametrize("jp_server_config", [SETTINGS], indirect=True)
async def test_settings_have_jobs_follow(api, jobs, jp_root_dir, data_dir):
    """An ingest, then its vectors, then a map of them; new images are added to all three."""
    for count, kinds in ((12, 3), (15, 6)):
        photos(jp_root_dir / "town", count)
        job = await jobs.start(source="town", name="town", incremental=True)
        assert (await jobs.end(job))["state"] == "done"
        while True:
            found = (await api.json("jobs"))["jobs"]
            if len(found) == kinds and all(job["finished_at"] for job in found):
                break
            await asyncio.sleep(0.05)
        assert [(job["kind"], job["state"]) for job in found[:3]] == [
            ("project", "done"),
            ("embed", "done"),
            ("ingest", "done"),
        ], found
        [space] = (await api.json("datasets/town/spaces"))["spaces"]
        assert (space["space"], space["vectors"]) == ("classical", count)
        projections = (await api.json("datasets/town/projections"))["projections"]
        assert projections[-1]["rows"] == count and not projections[-1]["preview"]
    assert not list((data_dir / "cache" / "vectors").iterdir()), "no cache was wanted"


async def test_requests_that_cannot_be(api, jobs, jp_root_dir):
    await ingested(jobs, jp_root_dir / "town", 3)
    for body in ({"kind": "embed"}, {"kind": "embed", "ingest": {"source": "x"}}, {}):
        assert code(await api("jobs", "POST", body)) == "REQUEST_INVALID"
    missing = {"kind": "embed", "embed": {"dataset": "nowhere"}}
    assert code(await api("jobs", "POST", missing)) == "DATASET_NOT_FOUND"
    outside = {"dataset": "town", "model": "transformers:/no/folder"}
    answer = await api("jobs", "POST", {"kind": "embed", "embed": outside})
    assert code(answer) == "PATH_NOT_ALLOWED"
    model = f"transformers:{jp_root_dir / 'no-model'}"
    job = await jobs.end(await embed(api, dataset="town", model=model))
    assert (job["state"], job["error"]["code"]) == ("failed", "MODEL_UNAVAILABLE")
    assert (await api.json("datasets/town"))["state"] == "ready"


async def test_an_ingest_and_an_embed_job_run_side_by_side(api, jobs, jp_root_dir):
    """The lanes do not wait for each other."""
    await ingested(jobs, jp_root_dir / "town", 300)
    photos(jp_root_dir / "other", 300, seed=2)
    one = await embed(api, dataset="town", model="classical")
    two = await jobs.start(source="other")
    both = False
    while not both:
        states = [(await api.json(f"jobs/{job['job']}"))["state"] for job in (one, two)]
        both = states == ["running", "running"]
        assert "done" not in states and "failed" not in states, states
        await asyncio.sleep(0.01)
    assert (await jobs.end(one))["state"] == "done"
    assert (await jobs.end(two))["state"] == "done"


async def test_text_queries_are_answered_while_an_embed_job_runs(api, jobs, jp_root_dir):
    """By the model that the job uses, and by another one, which is loaded beside it."""
    requires("torch", "transformers", "safetensors")
    await ingested(jobs, jp_root_dir / "town", 20)
    model = f"transformers:{make_clip(jp_root_dir / 'clip', 64)}"
    other = f"transformers:{make_siglip(jp_root_dir / 'siglip')}"
    for name in (other, model):
        job = await jobs.end(await embed(api, dataset="town", model=name))
        assert job["state"] == "done", job
    photos(jp_root_dir / "town", 500, seed=3)
    again = await jobs.start(source=str(jp_root_dir / "town"), name="town", incremental=True)
    await jobs.end(again)
    job = await embed(api, dataset="town", model=model, batch_size=1)
    running = await jobs.until(job, lambda now: now["stage"] == "images")
    assert running["state"] == "running"
    encoded = {}
    for space, dimension in (("clip", 64), ("siglip", 32)):
        text = {"space": space, "text": "a red car"}
        encoded[space] = await api.json("datasets/town/encode", "POST", text)
        assert (await api.json(f"jobs/{job['job']}"))["state"] == "running", space
        search = {"space": space, "queries": [encoded[space]["query"]], "k": 4}
        found = await api("datasets/town/view", "POST", {"search": search})
        assert found.headers["VisionLens-Count"] == "4", dimension
    done = await jobs.end(job)
    assert (done["state"], done["result"]["written"]) == ("done", 500), done
    for space, before in encoded.items():
        text = {"space": space, "text": "a red car"}
        later = await api.json("datasets/town/encode", "POST", text)
        assert later["query"] == before["query"], "the same vector by the idle worker"


def undisturbed(library: Library, name: str) -> tuple[list[int], np.ndarray]:
    run_job(library, EmbedRequest(dataset=name, model="classical"), on_progress=lambda _: None)
    ids, vectors = library.open(name).part(Embeddings).segments("classical").read()
    return ids.tolist(), np.array(vectors)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("kills", "images"), [(2, 150), pytest.param(20, 600, marks=pytest.mark.soak)]
)
async def test_kill_9_at_any_moment_loses_and_repeats_nothing(tmp_path, kills, images):
    """Of the worker, its image processes or the server, in turn; then the job goes on."""
    photos(tmp_path / "root" / "town", images)
    random.seed(images)
    whole = Library(tmp_path / "whole")
    run_ingest(whole, tmp_path / "root" / "town")
    ids, vectors = undisturbed(whole, "town")
    whole.close()
    data = tmp_path / "data"
    for kill in range(kills):
        started = Library(data / str(kill))
        run_ingest(started, tmp_path / "root" / "town")
        started.close()
        server = Server(tmp_path / "root", data / str(kill))
        try:
            body = {"dataset": "town", "model": "classical", "batch_size": 8}
            job = await server.get("jobs", kind="embed", embed=body)
            job = await server.follow(job, lambda now: now["stage"] == "images", 0.01)
            await asyncio.sleep(random.random() * 1.0)
            server = kill_one(server, tmp_path, data / str(kill), kill)
            job = await server.follow(await server.get(f"jobs/{job['job']}"))
            assert job["state"] == "done", job
        finally:
            if server.process.poll() is None:
                server.stop()
        store = Library(data / str(kill))
        try:
            found, rows = store.open("town").part(Embeddings).segments("classical").read()
            assert found.tolist() == ids
            np.testing.assert_allclose(rows, vectors, atol=1e-4)
            assert store.open("town").part(Embeddings).segments("classical").rows == len(ids), (
                "none came twice"
            )
            assert not list((data / str(kill) / "spool" / job["job"]).glob("[0-9]*"))
        finally:
            store.close()


def run_ingest(library: Library, source: Path) -> None:
    from visionlens_jlab.ingestion.shapes import IngestRequest

    request = IngestRequest(source=str(source), name="town")
    run_job(library, request, on_progress=lambda _: None)


def kill_one(server: Server, tmp_path: Path, data: Path, turn: int) -> Server:
    """Kill the server (a new one comes), the worker, or a process that decodes."""
    children = server.children()
    if turn % 2 == 0:
        server.process.kill()
        server.process.wait(60)
        for child in children:
            if child.is_running():
                os.kill(child.pid, signal.SIGKILL)
        return Server(tmp_path / "root", data)
    wanted = "ipykernel" if turn % 4 == 1 else "images.process"
    for child in children:
        try:
            if any(wanted in part for part in child.cmdline()):
                child.kill()
                break
        except psutil.Error:
            continue
    return server
