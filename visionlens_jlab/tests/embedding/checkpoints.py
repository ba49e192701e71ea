"""Small random checkpoints in the forms that open_clip and transformers load."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from visionlens_jlab.embeddings.models.hub import mend_torchvision


def requires(*packages: str) -> None:
    """Skip where a package is not installed; imports none of them."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}, of the extra 'models'")


def make_open_clip(folder: Path, dimension: int, seed: int = 0) -> Path:
    """A CLIP of about 3M parameters, as open_clip's `local-dir:` wants it."""
    mend_torchvision()
    import open_clip
    import torch
    from safetensors.torch import save_file

    config = {
        "embed_dim": dimension,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 8},
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 64,
            "heads": 2,
            "layers": 1,
        },
    }
    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    model = open_clip.CLIP(**config)
    content = {"model_cfg": config, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    (folder / "open_clip_config.json").write_text(json.dumps(content))
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, folder / "open_clip_model.safetensors")
    return folder


def make_clip(folder: Path, dimension: int, seed: int = 0) -> Path:
    """A CLIP as transformers saves one, with a tokenizer of a few words."""
    mend_torchvision()
    import torch
    from transformers import CLIPConfig, CLIPModel

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    torch.manual_seed(seed)
    config = CLIPConfig(
        text_config={
            **small,
            "num_attention_heads": 2,
            "vocab_size": 64,
            "max_position_embeddings": 16,
            "eos_token_id": 2,
            "bos_token_id": 1,
            "pad_token_id": 0,
        },
        vision_config={**small, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        projection_dim=dimension,
    )
    CLIPModel(config).save_pretrained(folder)
    _save_tokenizer(folder)
    _save_processor(folder, do_center_crop=True, crop_size={"height": 32, "width": 32})
    return folder


def make_siglip(folder: Path, seed: int = 0) -> Path:
    """A SigLIP of 32 dimensions."""
    mend_torchvision()
    import torch
    from transformers import SiglipConfig, SiglipModel

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    torch.manual_seed(seed)
    config = SiglipConfig(
        text_config={
            **small,
            "num_attention_heads": 2,
            "vocab_size": 64,
            "max_position_embeddings": 16,
            "projection_size": 32,
        },
        vision_config={**small, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
    )
    SiglipModel(config).save_pretrained(folder)
    _save_tokenizer(folder)
    _save_processor(folder, size={"height": 32, "width": 32})
    return folder


def make_dinov2(folder: Path, dimension: int, seed: int = 0) -> Path:
    """A DINOv2: images alone."""
    mend_torchvision()
    import torch
    from transformers import Dinov2Config, Dinov2Model

    torch.manual_seed(seed)
    config = Dinov2Config(
        hidden_size=dimension, num_hidden_layers=1, num_attention_heads=2, image_size=28,
        patch_size=14,
    )  # fmt: skip
    Dinov2Model(config).save_pretrained(folder)
    _save_processor(
        folder,
        size={"shortest_edge": 32},
        do_center_crop=True,
        crop_size={"height": 28, "width": 28},
    )
    return folder


def _save_processor(folder: Path, **content: object) -> None:
    content = {
        "image_processor_type": "CLIPImageProcessor",
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "resample": 3,
        "size": {"shortest_edge": 32},
        **content,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(content))


def _save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["[PAD]", "[BOS]", "[EOS]", "[UNK]", "a", "photo", "of", "red", "blue", "car", "dog"]
    tokens = Tokenizer(
        models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokens.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]", special_tokens=[("[BOS]", 1), ("[EOS]", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        bos_token="[BOS]",
        eos_token="[EOS]",
        pad_token="[PAD]",
        unk_token="[UNK]",
    ).save_pretrained(folder)
