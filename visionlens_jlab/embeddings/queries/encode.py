"""Queries that wait for an encoding, and encoding them.

That is done in the idle worker, in a running job, or in a script.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.jobs.spool import write_json
from visionlens_jlab.embeddings.models.base import Encoder
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.whitening import Whitening
    from visionlens_jlab.embeddings.shapes import EmbeddingSpace

FOLDER = "queries"
LOOK_SECONDS = 0.02
STALE_SECONDS = 300.0
Vector = np.ndarray[Any, Any]


class QueryFiles:
    """`<id>.json` asks, `<id>.npy` or `<id>.error.json` answers; `<id>.image` may be an image.

    Parameters
    ----------
    data_dir : Path
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._looked = 0.0

    def keep_image(self, content: bytes) -> tuple[str, Path]:
        """A new id, and where its image lies."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        path = self._folder / f"{name}.image"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        return name, path

    def ask(self, query: dict[str, Any], name: str | None = None) -> str:
        """Leave a query (see `encode.query_of`); its id."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = name or uuid.uuid4().hex
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
        """Remove a query, its image and its answer."""
        for suffix in (".json", ".image", ".npy", ".error.json"):
            (self._folder / f"{name}{suffix}").unlink(missing_ok=True)

    def answer(self, reply: Callable[[dict[str, Any]], Vector]) -> None:
        """Answer what waits, from inside a job; looks at most fifty times a second."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS or not self._folder.is_dir():
            return
        self._looked = now
        for path in self._folder.glob("*.json"):
            if not path.name.startswith(".") and not path.name.endswith(".error.json"):
                self.answer_one(path.stem, reply)

    def answer_one(self, name: str, reply: Callable[[dict[str, Any]], Vector]) -> None:
        """Answer one query, unless it is gone."""
        path = self._folder / f"{name}.json"
        with contextlib.suppress(FileNotFoundError):
            query = json.loads(path.read_bytes())
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                self.forget(name)  # who asked is gone
                return
            try:
                self._write(name, reply(query))
            except VisionLensError as error:
                write_json(self._folder / f"{name}.error.json", error.to_json())
            except Exception as error:
                failure = VisionLensError(
                    "MODEL_UNAVAILABLE",
                    f"{query.get('model')} could not encode the query.",
                    details={"exception": f"{type(error).__name__}: {error}"},
                )
                write_json(self._folder / f"{name}.error.json", failure.to_json())
            path.unlink(missing_ok=True)

    def _write(self, name: str, vector: Vector) -> None:
        partial = self._folder / f".{name}.npy"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as file:
            np.save(file, np.asarray(vector, np.float32))
        partial.replace(self._folder / f"{name}.npy")


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
    from visionlens_jlab.embeddings.models.registry import make, transform
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
        changed = transform()
        if changed is not None and f"-t{changed.version}" not in query["version"]:
            changed = None  # the space was made without it
        _Loaded.encoder = Encoder(
            embedder, None, lambda level, text: _log.info("%s", text), changed
        )
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
