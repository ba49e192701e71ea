"""Vision and vision-language models of transformers: CLIP, SigLIP, DINOv2 and their like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from visionlens_jlab.embeddings.models.hub import (
    first_line,
    may_run_code,
    mend_torchvision,
    missing_model,
    prefer_cache_without_network,
    why_not_loaded,
)
from visionlens_jlab.embeddings.models.torch_model import TorchEmbedder
from visionlens_jlab.media.preparation import Preparation, Resample

_RESAMPLE: dict[int, Resample] = {
    0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming",
}  # fmt: skip
_FILES = "config.json, preprocessor_config.json, model.safetensors"


def make(model: str, options: dict[str, Any]) -> TorchEmbedder:
    """Load a model.

    Parameters
    ----------
    model : str
        Id on the hub, or absolute path of a folder as `save_pretrained` writes it.
    options : dict
        `trust_remote_code` (bool; refused unless `config.may_trust_remote_code`), `revision`, and
        those of `TorchEmbedder`. Weights must be safetensors.

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE, saying which files are missing and where they would be looked for.
    """
    mend_torchvision()
    from transformers import AutoModel
    from transformers.image_processing_base import ImageProcessingMixin

    if model.startswith("/") and not (Path(model) / "config.json").is_file():
        raise missing_model(model, f"there is no {Path(model) / 'config.json'}", _FILES)
    if not model.startswith("/"):
        prefer_cache_without_network()
    common = {
        "trust_remote_code": may_run_code(model, options.get("trust_remote_code", False)),
        "revision": options.get("revision", "main"),
    }
    try:
        network = AutoModel.from_pretrained(model, use_safetensors=True, **common)
        processor, _ = ImageProcessingMixin.get_image_processor_dict(
            model, revision=common["revision"]
        )
        tokenizer = _tokenizer(network, model, common)
    except Exception as error:  # the libraries below raise many kinds
        why = first_line(error) if model.startswith("/") else why_not_loaded(error)
        raise missing_model(model, why, _FILES, error) from error

    def texts(given: Sequence[str], device: torch.device) -> torch.Tensor:
        return _texts(network, tokenizer, given, device)

    def encode(images: torch.Tensor) -> torch.Tensor:
        if hasattr(network, "get_image_features"):
            return _pooled(network.get_image_features(pixel_values=images))
        return _pooled(network(pixel_values=images))

    return TorchEmbedder(
        f"transformers:{model}",
        network,
        encode,
        _preparation(processor),
        mean=processor.get("image_mean") or (0.0, 0.0, 0.0),
        std=processor.get("image_std") or (1.0, 1.0, 1.0),
        texts=None if tokenizer is None else texts,
        options=options,
    )


_MASK = "attention_mask"


def _texts(
    network: Any, tokenizer: Any, given: Sequence[str], device: torch.device
) -> torch.Tensor:
    config = network.config
    length = getattr(config.text_config, "max_position_embeddings", None)
    padding = "max_length" if "siglip" in config.model_type else True
    tokens = tokenizer(
        list(given), padding=padding, truncation=True, max_length=length, return_tensors="pt"
    )
    wanted = {k: v.to(device) for k, v in tokens.items() if k in ("input_ids", _MASK)}
    if "siglip" in config.model_type:
        wanted.pop(_MASK, None)  # trained without one
    return _pooled(network.get_text_features(**wanted))


def _tokenizer(network: Any, model: str, common: dict[str, Any]) -> Any:
    """None where the model knows no texts."""
    if not hasattr(network, "get_text_features"):
        return None
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model, **common)


def _pooled(output: Any) -> torch.Tensor:
    """The vector of an output: pooled, else the first token's."""
    if isinstance(output, torch.Tensor):
        return output
    pooled = getattr(output, "pooler_output", None)
    vectors: torch.Tensor = output.last_hidden_state[:, 0] if pooled is None else pooled
    return vectors.flatten(1)


def _preparation(processor: dict[str, Any]) -> Preparation:
    """What a `preprocessor_config.json` says of sizes."""
    size, crop = processor.get("size"), processor.get("crop_size")
    short = _side(size) or 224
    how = _RESAMPLE.get(int(processor.get("resample", 3)), "bicubic")
    if processor.get("do_center_crop") and crop:
        side = _side(crop) or short
        return Preparation(side, max(side, short), "crop", how)
    if isinstance(size, dict) and "shortest_edge" in size:
        return Preparation(short, short, "crop", how)
    return Preparation(short, short, "stretch", how)


def _side(size: Any) -> int | None:
    if isinstance(size, dict):
        size = size.get("shortest_edge") or size.get("height")
    return int(size) if size else None
