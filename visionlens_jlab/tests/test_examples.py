"""A measure and a format of plugins are in every place that knows fields and labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.plugins.installed import InstalledPlugins
from visionlens_jlab.tests.plugins.conftest import EXAMPLES, home, install

__all__ = ["home"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("grey", "red"):
        Image.new("RGB", (40, 30), name).save(folder / f"{name}.png")
    (folder / "classes.txt").write_text("grey.png\tdull\nred.png\tbright\n")
    return folder


def test_a_measure_and_a_format_are_one_file_each(home: Path, source: Path):
    """New images are measured as they come in, a dataset of before when it is asked for."""
    vl.ingest(source, name="older", format="images").close()
    install(home, "colorfulness", "class_list")
    with vl.ingest(source, name="town") as ds:
        values = ds.to_pandas().set_index("filename")["colorfulness"]
        assert values["grey.png"] == 0
        assert values["red.png"] == pytest.approx(0.3 * 255 * 1.25**0.5, abs=2)
        assert list(ds.where("colorfulness > 50").to_pandas()["filename"]) == ["red.png"]
        assert ds.sql("SELECT count(colorfulness) AS n FROM samples")["n"][0].as_py() == 2
        assert "colorfulness" in ds.fields
        assert ds.to_pandas("annotations")["class"].tolist() == ["dull", "bright"]
    with vl.open("older") as older:
        assert older.run_plugin("colorfulness", "measure")["changed"] == 2
        assert older.to_pandas()["colorfulness"].max() > 50


def test_each_example_is_short_and_its_manifest_is_sound(home: Path):
    names = sorted(path.stem for path in EXAMPLES.glob("*.py"))
    install(home, *names)
    found = InstalledPlugins(home).all()
    assert len(found) == len(names) >= 7
    assert {one.name: one.reason for one in found if one.state != "on"} == {}
    assert max(len((EXAMPLES / f"{name}.py").read_text().splitlines()) for name in names) < 60
