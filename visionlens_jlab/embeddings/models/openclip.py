"""Models of open_clip: by architecture and tag, from the hub, or from files on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from visionlens_jlab.embeddings.models.hub import (
    first_line,
    mend_torchvision,
    prefer_cache_without_network,
    why_not_loaded,
)
from visionlens_jlab.embeddings.models.torch_model import TorchEmbedder
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.preparation import Preparation

_FITS = {"shortest": "crop", "longest": "pad", "squash": "stretch"}


def make(model: str, options: dict[str, Any]) -> TorchEmbedder:
    """Load a model.

    Parameters
    ----------
    model : str
        `<architecture>/<tag>`, `<architecture>//absolute/checkpoint`, `hf-hub:<id>` or
        `local-dir:/absolute/folder` (with open_clip_config.json and the weights).

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE, saying which file is missing and where it would be looked for.
    """
    mend_torchvision()
    import open_clip

    whole = model.startswith(("hf-hub:", "local-dir:"))
    architecture, _, tag = (model, "", "") if whole else model.partition("/")
    _check(open_clip, model, architecture, tag)
    if not architecture.startswith("local-dir:") and not tag.startswith("/"):
        prefer_cache_without_network()
    try:
        network = open_clip.create_model(
            architecture, tag or None, device="cpu", require_pretrained=True, weights_only=True
        )
        tokenizer = open_clip.get_tokenizer(architecture)
    except Exception as error:  # the libraries below raise many kinds
        raise _unavailable(open_clip, model, architecture, tag, error) from error
    config = open_clip.get_model_preprocess_cfg(network)

    def texts(given: Sequence[str], device: torch.device) -> torch.Tensor:
        tokens = tokenizer(list(given)).to(device)
        encoded: torch.Tensor = network.encode_text(tokens)
        return encoded

    def encode(images: torch.Tensor) -> torch.Tensor:
        encoded: torch.Tensor = network.encode_image(images)
        return encoded

    return TorchEmbedder(
        f"open_clip:{model}",
        network,
        encode,
        _preparation(config),
        mean=config["mean"],
        std=config["std"],
        texts=texts if hasattr(network, "encode_text") else None,
        options=options,
    )


def _preparation(config: dict[str, Any]) -> Preparation:
    size = config["size"]
    size = size if isinstance(size, int) else int(size[0])
    fill = config.get("fill_color", 0)
    how = config.get("interpolation", "bicubic")
    return Preparation(
        size,
        size,
        _FITS.get(config.get("resize_mode", "shortest"), "crop"),  # type: ignore[arg-type]
        how if how in ("bicubic", "bilinear") else "bicubic",
        (fill, fill, fill) if isinstance(fill, int) else tuple(fill),
    )


def _check(open_clip: Any, model: str, architecture: str, tag: str) -> None:
    """Say at once what is wrong with a name or a path."""
    if architecture.startswith("local-dir:"):
        folder = Path(architecture.removeprefix("local-dir:"))
        if not (folder / "open_clip_config.json").is_file():
            raise VisionLensError(
                "MODEL_UNAVAILABLE",
                f"There is no {folder / 'open_clip_config.json'}.",
                "Put open_clip_config.json and open_clip_model.safetensors into that folder.",
            )
        return
    if architecture.startswith("hf-hub:"):
        return
    if architecture not in open_clip.list_models():
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"open_clip knows no architecture {architecture!r}.",
            "See open_clip.list_pretrained() for the names, such as ViT-B-32/laion2b_s34b_b79k.",
        )
    if tag.startswith("/") and not Path(tag).is_file():
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"There is no checkpoint {tag}.",
            "Give the path of a file with the model's weights, after the architecture and /.",
        )
    if not tag or (not tag.startswith("/") and not open_clip.get_pretrained_cfg(architecture, tag)):
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)[:6])
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"open_clip knows no weights {tag!r} of {architecture}.",
            f"Known: {tags}." if tags else f"Use open_clip:{architecture}//path/to/weights.",
        )


def _unavailable(
    open_clip: Any, model: str, architecture: str, tag: str, error: Exception
) -> VisionLensError:
    why = first_line(error)
    if architecture.startswith("local-dir:"):
        folder = architecture.removeprefix("local-dir:")
        hint = f"Put open_clip_model.safetensors of this architecture into {folder}."
    elif tag.startswith("/"):
        hint = f"Check that {tag} holds weights of {architecture}."
    elif architecture.startswith("hf-hub:"):
        why, place = why_not_loaded(error), architecture.removeprefix("hf-hub:")
        hint = (
            "On a machine with a network, take open_clip_config.json and "
            f"open_clip_model.safetensors from huggingface.co/{place}, copy them into a folder "
            "that this server may read and use open_clip:local-dir:/path/to/folder."
        )
    else:
        place = "the hub"
        with contextlib.suppress(Exception):
            found = open_clip.get_pretrained_cfg(architecture, tag).get("hf_hub")
            place = f"huggingface.co/{found.strip('/')}" if found else place
        why = why_not_loaded(error)
        hint = (
            f"On a machine with a network, take open_clip_model.safetensors from {place}, "
            "copy it to where this server may read and use "
            f"open_clip:{architecture}//path/to/open_clip_model.safetensors."
        )
    return VisionLensError(
        "MODEL_UNAVAILABLE",
        f"The model {model} cannot be loaded: {why}.",
        hint,
        {"exception": f"{type(error).__name__}: {error}"},
    )
