"""Queries that wait for an encoding: files of the data directory, answered by whoever can."""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.jobs.spool import write_json
from visionlens_jlab.errors import VisionLensError

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
