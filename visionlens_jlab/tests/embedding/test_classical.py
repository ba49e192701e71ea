"""The embedded default, its whitening, and how images are prepared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from visionlens_jlab.embeddings.models.base import encode_images
from visionlens_jlab.embeddings.models.classical import (
    DIMENSION,
    RAW,
    SIDE,
    ClassicalEmbedder,
    describe,
)
from visionlens_jlab.embeddings.models.registry import embedders, make
from visionlens_jlab.embeddings.models.whitening import Whitening
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.preparation import Preparation


def scene(seed: int, size: tuple[int, int] = (200, 150)) -> Image.Image:
    """A few large patches of colour with some texture."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (5, 6, 3), np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a @ b.T) / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)[None]


def test_near_duplicates_are_closest():
    """Resized, brighter and slightly cropped copies of 40 scenes find their own scene first."""
    scenes = [scene(seed) for seed in range(40)]
    raw = encode_images(ClassicalEmbedder(), scenes)
    assert raw.shape == (40, RAW) and raw.dtype == np.float32
    embedder = ClassicalEmbedder(ClassicalEmbedder().fit(raw))
    vectors = encode_images(embedder, scenes)
    assert vectors.shape == (40, DIMENSION)
    for change in (
        lambda image: image.resize((96, 72)),
        ImageOps.autocontrast,
        lambda image: image.crop((4, 3, 196, 147)),
    ):
        changed = encode_images(embedder, [change(image) for image in scenes])
        assert (cosines(changed, vectors).argmax(1) == np.arange(40)).all()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_images_have_vectors_too(count):
    """Of one image, or of copies of one image, something remains."""
    raw = encode_images(ClassicalEmbedder(), [scene(seed) for seed in range(count)])
    for rows in (raw, np.repeat(raw[:1], 3, axis=0)):
        vectors = ClassicalEmbedder().fit(rows).apply(rows)
        assert np.isfinite(vectors).all() and (np.linalg.norm(vectors, axis=1) > 1e-3).all()


def test_a_whitening_is_part_of_the_version():
    raw = encode_images(ClassicalEmbedder(), [scene(seed) for seed in range(6)])
    whitening = ClassicalEmbedder().fit(raw)
    again = Whitening.from_bytes(whitening.to_bytes())
    np.testing.assert_array_equal(again.apply(raw), whitening.apply(raw))
    versions = {ClassicalEmbedder(w).version for w in (None, whitening, again)}
    assert len(versions) == 2
    assert ClassicalEmbedder(ClassicalEmbedder().fit(raw[:5])).version not in versions
    with pytest.raises(VisionLensError) as caught:
        Whitening.from_bytes(b"PK no zip")
    assert caught.value.code == "DATASET_DAMAGED"


@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_images_are_finite(value):
    assert np.isfinite(describe(np.full((SIDE, SIDE, 3), value, np.uint8))).all()


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(["crop", "stretch", "pad"]),
    st.sampled_from(["RGB", "RGBA", "L", "P"]),
)
def test_every_shape_becomes_a_square(width, height, fit, mode):
    prepared = Preparation(24, 27, fit).apply(Image.new(mode, (width, height)))
    assert prepared.shape == (24, 24, 3) and prepared.dtype == np.uint8 and prepared.flags.writeable


def test_the_middle_is_cut_out():
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    prepared = Preparation(20, 20).apply(image)
    assert (prepared[:, 1:-1] == (0, 0, 255)).all()
    padded = Preparation(30, 30, "pad", fill=(9, 9, 9)).apply(image)
    assert (padded[0] == 9).all() and (padded[15, 15] == (0, 0, 255)).all()


def test_the_list_of_embedders():
    found = {info.model: info for info in embedders()}
    assert found["classical"].available and found["classical"].dimension == DIMENSION
    assert any(info.has_text for info in found.values())
    for info in found.values():
        assert info.available or "pip install" in info.reason
    for unknown in ("no-such-model", "efficientnet-lite0:x", "open_clip"):
        with pytest.raises(VisionLensError) as caught:
            make(unknown, {})
        assert caught.value.code == "MODEL_UNAVAILABLE"
