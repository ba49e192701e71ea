"""Encodes queries with the model of a space: in the idle worker, in a running job, in a script."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.embeddings.models.encoder import Encoder
from visionlens_jlab.embeddings.queries.files import QueryFiles
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.whitening import Whitening
    from visionlens_jlab.embeddings.shapes import EmbeddingSpace

Vector = np.ndarray[Any, Any]
_OWN_VECTORS = ("matrix", "callable")
_log = logging.getLogger(__name__)


class _Loaded:
    """The one model that is kept between queries."""

    key: str | None = None
    encoder: Encoder | None = None
    whitening: Whitening | None = None


def query_of(
    space: EmbeddingSpace, folder: Path, *, text: str | None, image: Path | None
) -> dict[str, Any]:
    """What `encode` needs (JSON).

    Parameters
    ----------
    space : EmbeddingSpace
    folder : Path
        The dataset's.

    Raises
    ------
    VisionLensError
        TEXT_UNSUPPORTED, MODEL_UNAVAILABLE for vectors that no embedder made, REQUEST_INVALID.
    """
    if (text is None) == (image is None):
        raise VisionLensError("REQUEST_INVALID", "Give either a text or an image.")
    if space.model in _OWN_VECTORS:
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"The vectors of {space.space!r} came from a notebook; their model is not known here.",
            "Encode the query with that model and search for the vector.",
        )
    if text is not None and not space.has_text:
        raise VisionLensError("TEXT_UNSUPPORTED", f"{space.model} knows no texts.")
    fitted = space.settings.get("fitted")
    return {
        "space": space.space,
        "version": space.version,
        "model": space.model,
        "options": space.settings.get("options", {}),
        "fitted": None if fitted is None else str(own_file(folder, fitted)),
        "text": text,
        "image": None if image is None else str(image),
    }


def encode(query: dict[str, Any], *, device: str | None = None) -> Vector:
    """The vector float32 (d,) of a query; its model stays loaded.

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE when the model cannot be loaded or is not the one of the space any more,
        IMAGE_UNREADABLE, MEMORY_LIMIT.
    """
    encoder, whitening = _encoder_of(query, device)
    return encode_with(encoder, whitening, query)


def encode_with(encoder: Encoder, whitening: Whitening | None, query: dict[str, Any]) -> Vector:
    """The same with a model that is loaded."""
    if query["text"] is not None:
        text: Vector = encoder.texts([query["text"]])[0]
        return text
    raw = encoder.images(_pixels(encoder, Path(query["image"])))
    vector: Vector = (raw if whitening is None else whitening.apply(raw))[0]
    return vector


def unload() -> None:
    """Let go of the model that is kept for queries."""
    if _Loaded.encoder is not None:
        _Loaded.encoder.embedder.close()
    _Loaded.key = _Loaded.encoder = _Loaded.whitening = None


def answer(data_dir: str, name: str) -> None:
    """Answer a query file; what a worker kernel executes when it has no job."""
    QueryFiles(Path(data_dir)).answer_one(name, encode)


def _encoder_of(query: dict[str, Any], device: str | None) -> tuple[Encoder, Whitening | None]:
    from visionlens_jlab.embeddings.models.registry import make
    from visionlens_jlab.embeddings.models.whitening import Whitening

    options = query["options"] if device is None else {**query["options"], "device": device}
    key = json.dumps([query["model"], query["version"], options], sort_keys=True)
    if _Loaded.key != key or _Loaded.encoder is None:
        unload()
        embedder = make(query["model"], options)
        if not f"{query['version']}-".startswith(f"{embedder.version}-"):
            embedder.close()
            raise VisionLensError(
                "MODEL_UNAVAILABLE",
                f"The weights of {query['model']} are not those that {query['space']!r} was "
                "made with.",
                "Embed again into a new space, or put the earlier weights back.",
            )
        fitted = query["fitted"]
        _Loaded.whitening = Whitening.from_bytes(Path(fitted).read_bytes()) if fitted else None
        _Loaded.encoder = Encoder(embedder, None, lambda level, text: _log.info("%s", text))
        _Loaded.key = key
    return _Loaded.encoder, _Loaded.whitening


def _pixels(encoder: Encoder, path: Path) -> np.ndarray[Any, Any]:
    """The prepared image, decoded where memory is bounded: anybody may have sent it."""
    from visionlens_jlab.media.drawing import prepare_image

    try:
        with path.open("rb") as file:
            return prepare_image(file, encoder.embedder.preparation)[None]
    except VisionLensError as error:  # nobody knows it by the name it has here
        message = error.message.replace(path.name, "The image", 1)
        raise VisionLensError(error.code, message, error.hint, error.details) from error
