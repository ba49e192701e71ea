"""Hooks: what they are told and when; one that fails disturbs nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.plugins import watching
from visionlens_jlab.tests.api.conftest import api, dataset, extension
from visionlens_jlab.tests.jobs.conftest import Jobs, jobs

__all__ = ["api", "dataset", "extension", "jobs"]


def put(folder: Path, name: str, **hooks: str) -> None:
    """A plugin with the bodies of these hooks."""
    contributions = [{"kind": "hook", "id": on, "on": on, "target": on} for on in hooks]
    manifest = {
        "manifest": 1,
        "name": name,
        "version": "1",
        "api": ">=1,<2",
        "permissions": ["images", "tags", "fields"],
        "contributions": contributions,
    }
    bodies = [f"def {on}(*, context, **given):\n    {body}\n" for on, body in hooks.items()]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(f"MANIFEST = {manifest!r}\n" + "\n".join(bodies))


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(4):
        Image.new("RGB", (64, 48), "red").save(folder / f"{number}.png")
    return folder


def test_new_samples_are_told_once_they_are_there(home, images):
    put(
        home / "plugins",
        "greets",
        on_ingest="[context.tag(one, 'new') for one in given['samples']]",
        post_ingest="[context.set_field(one, 'found', given['report']['images']['found'])"
        " for one in context.samples()]",
    )
    put(home / "plugins", "fails", on_ingest="raise KeyError('lost')")
    with vl.ingest(images) as ds:
        frame = ds.to_pandas()
        assert [list(tags) for tags in frame["tags"]] == [["new"]] * 4
        assert set(frame["found"]) == {4}
        ds.untag([0, 1, 2, 3], "new")
        Image.new("RGB", (64, 48), "blue").save(images / "5.png")
    with vl.ingest(images, name="images", incremental=True) as ds:
        assert ds.where("tag = 'new'").to_pandas()["filename"].tolist() == ["5.png"]


def test_an_evaluation_is_told_with_its_metrics(home, library, store):
    put(
        library.data_dir / "plugins",
        "told",
        on_evaluate="[context.set_field(one, 'ap', given['metrics']['AP50'])"
        " for one in context.samples()]",
    )
    slug = store.slug
    library.close()
    with vl.open(slug, data_dir=home) as ds:
        truth = ds.to_pandas("annotations").merge(ds.to_pandas()[["sample_id", "filename"]])
        rows = truth[["filename", "class", "x", "y", "w", "h"]].assign(confidence=0.9)
        ds.add_predictions("run", pd.DataFrame(rows))
        ds.evaluate("run", replicates=0)
        assert set(ds.to_pandas()["ap"].dropna()) == {1}


def test_images_are_changed_before_they_are_embedded_or_measured(home, images):
    put(
        home / "plugins",
        "blue",
        on_transform="from PIL import Image\n    return Image.new('RGB', given['image'].size,"
        " 'blue')",
    )
    measure = """
MANIFEST = {"manifest": 1, "name": "redness", "version": "1", "api": ">=1,<2",
    "permissions": ["images", "fields"], "contributions": [
    {"kind": "measure", "id": "red", "target": "red", "field": "redness"},
    {"kind": "embedder", "id": "mean", "target": "load", "side": 32}]}
def red(*, image, **rest):
    return image.getpixel((0, 0))[0]
class Model:
    def images(self, *, pixels, **rest):
        assert pixels[..., 0].max() == 0
        return pixels.mean((1, 2)) + 1
def load(**rest):
    return Model()
"""
    (home / "plugins" / "redness.py").write_text(measure)
    with vl.ingest(images) as ds:
        ds.run_plugin("redness", "red")
        assert set(ds.to_pandas()["redness"]) == {0}
        first = ds.embed("plugin:redness/mean")
        (home / "plugins" / "blue.py").unlink()
        ds.run_plugin("redness", "red")
        assert set(ds.to_pandas()["redness"]) == {255}
        assert ds.embed("classical") and first == "redness-mean"


async def test_views_and_selections_are_told_after_a_while(
    api, dataset, extension, jobs: Jobs, monkeypatch
):
    monkeypatch.setattr(watching, "QUIET_SECONDS", 0.1)
    tell = "[context.tag(one, '{}') for one in context.samples()]; assert len(given['ids']) == {}"
    put(
        extension.services.data_dir / "plugins",
        "watches",
        on_view=tell.format("viewed", 10),
        on_selection=tell.format("selected", 3),
    )
    made = await api.json(f"datasets/{dataset}/workspaces", "POST", {})
    place = f"datasets/{dataset}/workspaces/{made['workspace']}"
    change = {"base_version": made["version"], "origin": "a", "selection": [1, 2, 3]}
    for where in ("split = 'train'", "split = 'val'"):
        await api.json(place, "PATCH", {**change, "view": {"where": where}})
        change = {"base_version": 99, "origin": "a"}
    for _ in range(100):
        listed = (await api.json("jobs"))["jobs"]
        found = [one for one in listed if one["kind"] == "hooks"]
        if len(found) == 2:
            break
        await asyncio.sleep(0.1)
    ended = [await jobs.end(one) for one in found]
    assert [one["state"] for one in ended] == ["done", "done"]
    assert sorted(one["result"]["changed"] for one in ended) == [3, 10]
