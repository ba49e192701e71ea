"""Hooks `on_transform`: images that are about to be embedded, or measured by a plugin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from visionlens_jlab.plugins.child import failure
from visionlens_jlab.plugins.installed import Asked, InstalledPlugins
from visionlens_jlab.plugins.service import PluginService, RaisedError


class Transforms:
    """Those that are on, one after the other; their processes live until `close`.

    Parameters
    ----------
    asked : sequence of Asked
    """

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._services = [PluginService(one) for one in asked]
        stamps = repr([one.stamp for one in asked]).encode()
        self.version = hashlib.sha256(stamps).hexdigest()[:8] if asked else ""
        """Another one when one of them was saved; empty: there are none."""

    @classmethod
    def here(cls) -> Transforms:
        """Those that the environment of this process says."""
        hooks = InstalledPlugins.here().active("hook")
        return cls([one for one in hooks if one.contribution.on == "on_transform"])

    def __bool__(self) -> bool:
        return bool(self._services)

    def images(self, pixels: np.ndarray) -> np.ndarray:
        """Images uint8 (n, height, width, 3) changed. PLUGIN_FAILED."""
        if not self._services:
            return pixels
        height, width = pixels.shape[1:3]
        changed = [self.image(one.tobytes(), width, height) for one in pixels]
        return np.frombuffer(b"".join(changed), np.uint8).reshape(pixels.shape)

    def image(self, pixels: bytes, width: int, height: int) -> bytes:
        """One image, RGB row by row, changed. PLUGIN_FAILED."""
        for service in self._services:
            try:
                answer = service.call("transform", width, height, blob=pixels)
            except RaisedError as error:
                raise failure(f"It raised {error}") from error
            if answer.value != [width, height] or len(answer.blob) != len(pixels):
                raise failure("It gave an image of another size.")
            pixels = answer.blob
        return pixels

    def close(self) -> None:
        """End their processes."""
        for service in self._services:
            service.close()
