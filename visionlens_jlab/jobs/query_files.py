"""Queries that wait for an encoding while a job holds the model: files of the data directory."""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import VisionLensError
from ..models import EmbeddingSpace
from .pieces import write_json

if TYPE_CHECKING:
    from ..embedding.whitening import Whitening
    from .encoder import Encoder

FOLDER = "queries"
POLL_SECONDS = 0.05
LOOK_SECONDS = 0.02
STALE_SECONDS = 120.0
Vector = np.ndarray[Any, Any]


class QueryFiles:
    """`<id>.json` asks, `<id>.npy` or `<id>.error.json` answers.

    Parameters
    ----------
    data_dir : Path
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._looked = 0.0

    def ask(self, query: dict[str, Any]) -> str:
        """Leave a query (`space`, and `text` or `image` as a path); its id."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        write_json(self._folder / f"{name}.json", query)
        return name

    def result(self, name: str) -> Vector | None:
        """The vector float32 (d,) once it is there; raises the error that came instead."""
        answer, error = self._folder / f"{name}.npy", self._folder / f"{name}.error.json"
        if error.exists():
            raise VisionLensError.from_json(json.loads(error.read_bytes()))
        if not answer.exists():
            return None
        vector: Vector = np.load(BytesIO(answer.read_bytes()), allow_pickle=False)
        return vector

    def forget(self, name: str) -> None:
        """Remove a query and its answer."""
        for suffix in (".json", ".npy", ".error.json"):
            (self._folder / f"{name}{suffix}").unlink(missing_ok=True)

    def answer(self, encoder: Encoder, space: EmbeddingSpace, whitening: Whitening | None) -> None:
        """Answer what waits for a model's version; at most fifty times a second."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS or not self._folder.is_dir():
            return
        self._looked = now
        for path in self._folder.glob("*.json"):
            if path.name.endswith(".error.json") or path.name.startswith("."):
                continue
            with contextlib.suppress(OSError, ValueError):  # gone meanwhile
                query = json.loads(path.read_bytes())
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink(missing_ok=True)
                elif query["space"] == space.space and query["version"] == space.version:
                    self._reply(path, query, encoder, whitening)

    def _reply(
        self, path: Path, query: dict[str, Any], encoder: Encoder, whitening: Whitening | None
    ) -> None:
        name = path.name.removesuffix(".json")
        try:
            vector = encode_query(query, encoder, whitening)
        except VisionLensError as error:
            write_json(self._folder / f"{name}.error.json", error.to_json())
        else:
            write_vector(self._folder / f"{name}.npy", vector)
        path.unlink(missing_ok=True)


def encode_query(query: dict[str, Any], encoder: Encoder, whitening: Whitening | None) -> Vector:
    """The vector float32 (d,) of a query's text, or of the image file it names."""
    if query.get("text"):
        text: Vector = encoder.texts([query["text"]])[0]
        return text
    from ..media.decode import open_upright
    from ..media.headers import UnreadableImageError

    preparation = encoder.embedder.preparation
    try:
        with Path(query["image"]).open("rb") as file:
            image, _, _ = open_upright(file)
    except UnreadableImageError as error:
        raise VisionLensError("IMAGE_UNREADABLE", f"The image cannot be read: {error}.") from error
    raw = encoder.images(preparation.apply(image)[None])
    vector: Vector = (raw if whitening is None else whitening.apply(raw))[0]
    return vector


def write_vector(path: Path, vector: Vector) -> None:
    """A private file that is whole when it appears."""
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        np.save(file, np.asarray(vector, np.float32))
    partial.replace(path)
