"""An embedder: a vision model of transformers from a folder on this machine, without a network."""

import json
from pathlib import Path

import numpy as np

MANIFEST = {
    "manifest": 1,
    "name": "transformers-folder",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Vision models from a folder",
    "permissions": [],
    "contributions": [
        {
            "kind": "embedder",
            "id": "vision",
            "title": "Vision model of a folder",
            "description": "A ViT, DINOv2 or the like as save_pretrained() writes it.",
            "target": "load",
            "side": 224,
            "schema": {
                "type": "object",
                "properties": {"folder": {"type": "string", "title": "Folder of the model"}},
                "required": ["folder"],
                "additionalProperties": False,
            },
        }
    ],
}


class Model:
    """The network, and how its pixels are scaled."""

    def __init__(self, folder):
        from transformers import AutoModel

        self.network = AutoModel.from_pretrained(folder, local_files_only=True).eval()
        self.version = str((folder / "model.safetensors").stat().st_mtime_ns)
        given = folder / "preprocessor_config.json"
        config = json.loads(given.read_text()) if given.exists() else {}
        self.mean = np.float32(config.get("image_mean", 0.5))
        self.std = np.float32(config.get("image_std", 0.5))

    def images(self, *, pixels, **rest):
        """The first token's state."""
        import torch

        scaled = (pixels.astype(np.float32) / 255 - self.mean) / self.std
        with torch.inference_mode():
            found = self.network(pixel_values=torch.from_numpy(np.moveaxis(scaled, 3, 1)))
        return found.last_hidden_state[:, 0].numpy()


def load(*, arguments, **rest):
    """The model in the folder."""
    return Model(Path(arguments["folder"]))
