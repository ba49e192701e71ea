"""Embedders and evaluators of plugins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.embeddings.models.hub import mend_torchvision
from visionlens_jlab.embeddings.models.registry import default_model, embedders
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.kit.check import check
from visionlens_jlab.plugins.kit.contract import Trying, try_plugin
from visionlens_jlab.tests.plugins.conftest import EXAMPLES, install

MEAN = """
import numpy as np
MANIFEST = {
    "manifest": 1, "name": "mean", "version": "1", "api": ">=1,<2",
    "contributions": [{"kind": "embedder", "id": "rgb", "target": "load", "side": 32, "text": True,
        "schema": {"type": "object", "properties": {"scale": {"type": "number"}},
                   "additionalProperties": False}}],
}
class Mean:
    def __init__(self, scale):
        self.scale = scale
    def images(self, *, pixels, **rest):
        assert pixels.shape[1:] == (32, 32, 3) and pixels.dtype == np.uint8
        return pixels.mean((1, 2)) * self.scale + 1
    def texts(self, *, texts, **rest):
        known = {"red": (255, 0, 0), "blue": (0, 0, 255)}
        return np.array([known[one] for one in texts]) * self.scale + 1
def load(*, arguments, **rest):
    return Mean(arguments.get("scale", 1))
"""


@pytest.fixture
def colours(home, tmp_path):
    """Ten red and ten blue images."""
    folder = tmp_path / "colours"
    folder.mkdir()
    for number in range(10):
        for name in ("red", "blue"):
            Image.new("RGB", (40, 30), name).save(folder / f"{name}{number}.png")
    with vl.ingest(folder) as ds:
        yield ds


def test_it_embeds_and_finds_by_text(home, colours):
    (home / "plugins" / "mean.py").write_text(MEAN)
    assert "plugin:mean/rgb" in [one.model for one in embedders()]
    assert default_model() != "plugin:mean/rgb"
    space = colours.embed("plugin:mean/rgb", scale=0.5)
    assert space == "mean-rgb"
    found = colours.similar("blue", space=space, k=10).to_pandas()
    assert set(found["filename"].str[:4]) == {"blue"}
    assert colours.embed("plugin:mean/rgb", scale=0.5) == space
    with pytest.raises(VisionLensError, match="scale: 'x' is not of type 'number'"):
        colours.embed("plugin:mean/rgb", scale="x")
    with pytest.raises(VisionLensError) as caught:
        colours.embed("plugin:mean/other")
    assert caught.value.code == "MODEL_UNAVAILABLE"


def test_another_file_is_another_space(home, colours):
    file = home / "plugins" / "mean.py"
    file.write_text(MEAN)
    assert colours.embed("plugin:mean/rgb") == "mean-rgb"
    file.write_text(MEAN.replace("+ 1", "+ 2"))
    assert colours.embed("plugin:mean/rgb") == "mean-rgb-2"


def test_a_model_of_transformers_from_a_folder(home, colours, tmp_path):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    mend_torchvision()
    install(home, "transformers_embedder")
    config = transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=224,
        patch_size=112,
    )
    transformers.ViTModel(config).save_pretrained(tmp_path / "model")
    example = EXAMPLES / "transformers_embedder.py"
    given = Trying(arguments={"folder": str(tmp_path / "model")}, seconds=300)
    manifest, faults = check(example)
    assert manifest is not None and [*faults, *try_plugin(example, manifest, given)] == []
    space = colours.embed("plugin:transformers-folder/vision", folder=str(tmp_path / "model"))
    assert space == "transformers-folder-vision"
    assert len(colours.similar([0], space=space, k=5)) == 5
    with pytest.raises(VisionLensError, match="folder"):
        colours.embed("plugin:transformers-folder/vision")


def test_an_evaluator_adds_metrics_to_an_evaluation(home, library, store, tmp_path):
    install(library.data_dir, "weighted_f1")
    slug = store.slug
    library.close()
    with vl.open(slug, data_dir=tmp_path / "data") as ds:
        truth = ds.to_pandas("annotations").merge(ds.to_pandas()[["sample_id", "filename"]])
        rows = truth[["filename", "class", "x", "y", "w", "h"]].assign(confidence=0.9)
        rows = rows[rows["class"] != "person"]  # half of them are found
        rows = pd.concat([rows, rows.head(1).assign(x=0, y=0, w=1, h=1, confidence=0.8)])
        ds.add_predictions("run", rows)
        evaluation = ds.evaluate("run", replicates=10)
        result = ds.run_plugin("weighted-f1", "f1", evaluation="run")
        cars = (truth["class"] == "car").sum()
        f1 = 2 * cars / (2 * cars + 1)
        expected = f1 * cars / len(truth)
        if evaluation.detail.operating_point.confidence > 0.8:
            expected = cars / len(truth)
        assert result["metrics"]["weighted_f1"] == pytest.approx(expected)
        kept = ds.evaluations()[0].metrics
        assert kept["weighted-f1/weighted_f1"] == pytest.approx(expected)
        assert "AP" in kept
        ds.run_plugin("weighted-f1", "f1", evaluation="run")
        names = [one.name for one in ds.evaluations()[0].detail.metrics]
        assert len(names) == len(set(names))
        for given, code in (({}, "REQUEST_INVALID"), ({"evaluation": "x"}, "EVALUATION_NOT_FOUND")):
            with pytest.raises(VisionLensError) as caught:
                ds.run_plugin("weighted-f1", "f1", **given)
            assert caught.value.code == code
    assert np.isfinite(expected)
