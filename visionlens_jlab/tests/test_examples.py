"""The measure and the format of `examples/extension` are in every place that knows fields."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXTENSION = Path(__file__).parents[2] / "examples" / "extension"
BEFORE = """
import sys
import visionlens_jlab as vl
vl.ingest(sys.argv[1], name="older", data_dir=sys.argv[2]).close()
"""
CODE = """
import json, sys
from pathlib import Path
from visionlens_jlab.core.registry import install
install("visionlens_example.plugin:CAPABILITY")
import visionlens_jlab as vl
from visionlens_example import plugin
from visionlens_jlab.formats.detect import default_registry
default_registry().register(plugin, "example")

source, data = sys.argv[1:]
older = vl.open("older", data_dir=data)
ds = vl.ingest(source, name="town", data_dir=data)
frame = ds.to_pandas().set_index("filename")
print(json.dumps({
    "older": older.fields.count("colorfulness"),
    "grey": float(frame.colorfulness["grey.png"]),
    "red": float(frame.colorfulness["red.png"]),
    "filtered": list(ds.where("colorfulness > 50").to_pandas()["filename"]),
    "sql": ds.sql("SELECT count(colorfulness) AS n FROM samples")["n"][0].as_py(),
    "field": "colorfulness" in ds.fields,
    "classes": ds.classes,
    "labels": ds.to_pandas("annotations")[["sample_id", "class"]].values.tolist(),
    "issues": [item["code"] for item in ds.report.items],
    "unmeasured": older.to_pandas().colorfulness.isna().all().item(),
}))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("grey", "red"):
        Image.new("RGB", (40, 30), name).save(folder / f"{name}.png")
    (folder / "classes.txt").write_text("grey.png\tdull\nred.png\tbright\ngone.png\tdull\n")
    return folder


def test_a_measure_and_a_format_are_one_file_and_one_line_each(source: Path, tmp_path: Path):
    """A dataset of before gets the measure's column when it is opened next."""
    path = os.pathsep.join([str(EXTENSION), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": path, "VISIONLENS_SERVER": ""}
    for code in (BEFORE, CODE):
        done = subprocess.run(
            [sys.executable, "-c", code, str(source), str(tmp_path / "data")],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env=env,
        )
        assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    assert shown.pop("red") == pytest.approx(0.3 * 255 * 1.25**0.5, abs=2)
    assert shown == {
        "older": 1,
        "grey": 0,
        "filtered": ["red.png"],
        "sql": 2,
        "field": True,
        "classes": ["bright", "dull"],
        "labels": [[0, "dull"], [1, "bright"]],
        "issues": ["ANNOTATION_WITHOUT_IMAGE"],
        "unmeasured": True,
    }
