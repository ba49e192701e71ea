"""Visual attributes through the public API."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.attributes import job
from visionlens_jlab.attributes.notebook import RemoteAttributes
from visionlens_jlab.attributes.shapes import CalibrationLabels, CalibrationTask
from visionlens_jlab.core.notebook.backend import Connection
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.agents.simulated_eyes import Eyes, night

COUNT = 120
TASK = CalibrationTask(
    attribute="a/b", answer="dusk or dawn", question="When?", ids=[1], labelled=0, wanted=100
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 of them, every second one dark."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(COUNT):
        shade = (20 if number % 2 else 230,) * 3
        Image.new("RGB", (32, 32), shade).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def town(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Without a server; models are not loaded but see how dark a picture is."""
    monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
    monkeypatch.setattr(job, "make", lambda *_, **__: Eyes(light))
    with vl.ingest(pictures, name="town", data_dir=tmp_path / "data") as ds:
        ds.set_field("dark", np.arange(COUNT) % 2 == 1)
        yield ds


def light(picture: Image.Image, prompt: str) -> str:
    dark = night(picture, prompt) == "yes"
    if "daylight" in prompt:
        return "night" if dark else "daylight"
    return "yes" if dark else "no"


NIGHT = {"name": "night", "question": "Is it night?"}


def test_questions_answers_and_calibration(town, capsys):
    found = town.add_attributes(["lighting", NIGHT], "eyes:1", prompts=2)
    assert [one.spec.name for one in found] == ["lighting", "night"]
    assert [one.answered for one in found] == [COUNT, COUNT]
    assert town.where("visual_night = true and visual_lighting = 'night'").count() == COUNT // 2
    assert not found[1].usable

    task = town.calibration_task("night", count=20)
    truth = town.to_pandas()["dark"].loc[task.ids]
    labelled = town.calibrate("night", truth)
    assert labelled.calibrations[0].labels == 20 and labelled.calibrations[0].positive == 10
    back = town.calibrate("night", dict.fromkeys(task.ids[:5]))
    assert back.calibrations[0].labels == 15
    assert town.calibrate("night", field="dark").usable

    town.set_field("sky", ["night" if number % 2 else "daylight" for number in range(COUNT)])
    choice = town.calibrate("lighting", field="sky")
    assert choice.usable, "every option that was given"
    assert sum(one.labels == COUNT for one in choice.calibrations) == 4
    town.delete_attribute("lighting")
    assert [one.spec.name for one in town.attributes()] == ["night"]


def test_a_part_of_a_view(town):
    view = town.where("dark = true")
    [found] = town.add_attributes([NIGHT], "eyes:1", view=view, limit=7, prompts=1)
    assert found.answered == 7
    assert town.where("visual_night = true").count() == 7


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda ds: ds.add_attributes(["colour"]), "ATTRIBUTE_INVALID"),
        (lambda ds: ds.add_attributes([{"name": "x"}]), "ATTRIBUTE_INVALID"),
        (lambda ds: ds.add_attributes([NIGHT | {"options": ["one"]}]), "ATTRIBUTE_INVALID"),
        (lambda ds: ds.add_attributes([NIGHT], prompts=9), "REQUEST_INVALID"),
        (lambda ds: ds.calibrate("night"), "REQUEST_INVALID"),
        (lambda ds: ds.calibrate("night", {0: True}), "ATTRIBUTE_NOT_FOUND"),
        (lambda ds: ds.calibrate("night", field="dark"), "ATTRIBUTE_NOT_FOUND"),
        (lambda ds: ds.delete_attribute("night"), "ATTRIBUTE_NOT_FOUND"),
    ],
)
def test_what_cannot_be(town, call, code):
    with pytest.raises(VisionLensError) as caught:
        call(town)
    assert caught.value.code == code


def test_models_are_listed(place, coco_folder):
    """With and without a server; nothing is loaded for it."""
    name = "listed"
    with vl.ingest(coco_folder, name=name) as ds:
        found = {one.model: one for one in ds.vision_models()}
        assert not found["transformers:vikhyatk/moondream2"].available
        assert ds.attributes() == []
        with pytest.raises(VisionLensError) as caught:
            ds.calibration_task("night")
        assert caught.value.code == "ATTRIBUTE_NOT_FOUND"
    vl.delete(name)


class Recorded:
    """A transport that notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def read(self, model: Any, method: str, path: str, body: Any = None) -> Any:
        self.calls.append((method, path))
        return None

    def request(self, method: str, path: str, params: Any) -> Any:
        self.calls.append((method, str(httpx.URL(path, params=params))))
        return SimpleNamespace(content=TASK.model_dump_json())


def test_names_are_quoted_in_addresses():
    asked: Any = Recorded()
    remote = RemoteAttributes(Connection(asked, "town", read_only=False))
    assert remote.calibration_task("a/b", "dusk or dawn", 5) == TASK
    remote.calibrate("night", CalibrationLabels(field="dark"))
    remote.delete("night")
    assert asked.calls == [
        ("GET", "datasets/town/attributes/a%2Fb/calibration?answer=dusk+or+dawn&count=5"),
        ("POST", "datasets/town/attributes/night/calibration"),
        ("DELETE", "datasets/town/attributes/night"),
    ]
