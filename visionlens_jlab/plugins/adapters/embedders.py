"""A plugin's model among those that embed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from visionlens_jlab.embeddings.models.base import OutOfMemoryError, Vectors
from visionlens_jlab.embeddings.shapes import EmbedderInfo
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.preparation import Preparation
from visionlens_jlab.plugins.child import failure
from visionlens_jlab.plugins.installed import Asked
from visionlens_jlab.plugins.link import MOST_BYTES, Message
from visionlens_jlab.plugins.service import PluginService, RaisedError

LARGEST = 65_536
"""Numbers of a vector."""
_BATCH_BYTES = 16 << 20


class OfferedEmbedder:
    """A model that is not loaded yet."""

    def __init__(self, asked: Asked) -> None:
        self.name = asked.name
        self._asked = asked

    def info(self) -> EmbedderInfo:
        """As it is listed."""
        return EmbedderInfo(
            model=self.name,
            label=self._asked.label,
            description=self._asked.contribution.description,
            dimension=None,
            has_text=self._asked.contribution.text,
            available=True,
        )

    def make(self, options: dict[str, Any]) -> PluginEmbedder:
        """Load it in a process of its own. PLUGIN_FAILED, REQUEST_INVALID."""
        return PluginEmbedder(self._asked, options)


class PluginEmbedder:
    """See `Embedder`; its process lives as long as it is used."""

    needs_fit = False

    def __init__(self, asked: Asked, options: dict[str, Any]) -> None:
        given = asked.contribution
        form = given.form or {}
        if "device" in options and "device" not in form.get("properties", {}):
            options = {name: value for name, value in options.items() if name != "device"}
        self.name = asked.name
        self.has_text = given.text
        self.settings = options
        self.preparation = Preparation(given.side, given.side, given.fit)
        self.batch_size = max(1, min(64, _BATCH_BYTES // (3 * given.side**2)))
        self._service = PluginService(asked, options)
        try:
            self._service.start()
            self.version = _version(asked, self._service.call("version").value)
            self.dimension = 0
            black = np.zeros((1, given.side, given.side, 3), np.uint8)
            self.dimension = self.pixels(black).shape[1]
        except BaseException as error:
            self.close()
            if isinstance(error, OutOfMemoryError):
                raise failure(f"One image is too much for its memory: {error}") from error
            raise

    def pixels(self, batch: np.ndarray) -> Vectors:
        """Vectors of prepared images. PLUGIN_FAILED."""
        most = max(1, MOST_BYTES // max(1, batch[0].nbytes))
        return np.concatenate(
            [
                self._vectors("images", part := batch[at : at + most], len(part), part.shape[1])
                for at in range(0, len(batch), most)
            ]
        )

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts. TEXT_UNSUPPORTED, PLUGIN_FAILED."""
        if not self.has_text:
            raise VisionLensError("TEXT_UNSUPPORTED", f"{self.name} knows no texts.")
        return self._vectors("texts", None, list(texts), count=len(texts))

    def close(self) -> None:
        """End its process."""
        self._service.close()

    def _vectors(
        self, method: str, pixels: np.ndarray | None, *given: Any, count: int | None = None
    ) -> Vectors:
        blob = b"" if pixels is None else np.ascontiguousarray(pixels).tobytes()
        try:
            message = self._service.call(method, *given, blob=blob)
        except RaisedError as error:
            if "OutOfMemory" in str(error) or str(error).startswith("MemoryError"):
                raise OutOfMemoryError(str(error)) from error
            raise failure(f"It raised {error}") from error
        return self._checked(message, len(pixels) if pixels is not None else count or 0)

    def _checked(self, message: Message, count: int) -> Vectors:
        match message.value:
            case [int(rows), int(size)] if rows == count and 0 < size <= LARGEST:
                fits = len(message.blob) == rows * size * 4 and self.dimension in (0, size)
                if fits:
                    return np.frombuffer(message.blob, np.float32).reshape(rows, size)
        expected = f"({count}, {self.dimension or 'd'})"
        raise failure(f"It gave {message.value!r:.80} instead of vectors of shape {expected}.")


def _version(asked: Asked, stated: Any) -> str:
    """Another one when the plugin, its file or what it says of its weights changes."""
    manifest, file = asked.plugin.manifest, asked.plugin.file
    assert manifest is not None and file is not None
    digest = hashlib.sha256(file.read_bytes() + repr(stated).encode()).hexdigest()[:12]
    return f"{manifest.version}-{digest}"
