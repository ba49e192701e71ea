"""`ds.embed` on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.embeddings.notebook.embeddings import SPACES
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import IMAGES

own_dataset = pytest.mark.own_dataset


def small(images: list[Any]) -> np.ndarray:
    """Four by four pixels of each picture."""
    return np.stack([np.asarray(image.resize((4, 4))).ravel() + 1.0 for image in images])


@own_dataset
def test_a_model_by_name(ds: vl.Dataset, coco_folder: Any, capsys: Any) -> None:
    assert ds.embed("classical") == "classical"
    found = ds.similar([2], k=3)
    assert found.ids[0] == 2 and found.scores[0] == pytest.approx(1, abs=1e-4)
    image = ds.to_pandas(columns=["uri"])["uri"].iloc[2]
    by_image = ds.similar(str(image), k=3, space="classical")
    assert by_image.ids[0] == 2 and by_image.scores[0] == pytest.approx(1, abs=1e-3)
    assert ds.embed("classical", level="annotations") == "classical-objects"
    [space] = [s for s in ds._backend.part(SPACES).all() if s.level == "annotations"]
    assert space.vectors > 0
    with pytest.raises(VisionLensError) as caught:
        ds.similar("a red car", space="classical")
    assert caught.value.code == "TEXT_UNSUPPORTED"


@own_dataset
@pytest.mark.parametrize("level", ["samples", "annotations"])
def test_a_function(ds: vl.Dataset, level: Any) -> None:
    seen: list[int] = []

    def mine(images: list[Any]) -> np.ndarray:
        seen.append(len(images))
        assert all(image.mode == "RGB" for image in images)
        return small(images)

    assert ds.embed(mine, level=level, batch_size=4) == "mine"
    [space] = ds._backend.part(SPACES).all()
    assert (space.space, space.model, space.level, space.dimension) == (
        "mine",
        "callable",
        level,
        48,
    )
    assert space.vectors == sum(seen) and max(seen) <= 4
    if level == "samples":
        assert space.vectors == IMAGES
    with pytest.raises(VisionLensError) as caught:
        ds.embed(lambda images: small(images)[:1], space="wrong", level=level)
    assert caught.value.code == "VECTORS_INVALID"


@own_dataset
def test_a_function_whose_memory_is_short_gets_fewer_images(ds: vl.Dataset) -> None:
    torch = pytest.importorskip("torch", reason="the extra 'models' is not installed")
    sizes: list[int] = []

    def mine(images: list[Any]) -> np.ndarray:
        sizes.append(len(images))
        if len(images) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return small(images)

    assert ds.embed(mine, batch_size=8) == "mine"
    assert ds._backend.part(SPACES).all()[0].vectors == IMAGES
    assert [size for size in sizes if size > 2] == [min(8, IMAGES), min(8, IMAGES) // 2]

    def broken(images: list[Any]) -> np.ndarray:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        ds.embed(broken)


@own_dataset
def test_what_is_wrong_is_said(ds: vl.Dataset) -> None:
    with pytest.raises(VisionLensError) as caught:
        ds.embed("no-such-model")
    assert caught.value.code == "MODEL_UNAVAILABLE"
    assert not ds._backend.part(SPACES).all()
