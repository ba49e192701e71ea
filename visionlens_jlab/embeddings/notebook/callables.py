"""Embedding with a function of the user's, where the user's model already is."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.progress import make_progress, paced
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.confinement import Confinement, not_trusted
from visionlens_jlab.core.views.shapes import TableRequest, ViewSpec
from visionlens_jlab.embeddings.notebook.backend import SPACES
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from PIL.Image import Image

Function = Callable[[list[Any]], Any]
_ROWS = 1024


def embed_with(
    backend: DatasetBackend,
    function: Function,
    *,
    level: Level,
    space: str | None,
    batch_size: int,
    margin: float,
) -> str:
    """Vectors of every image or object that can be read; the name of their space.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when the function gives anything but one row of numbers for each image,
        ROOT_NOT_TRUSTED, IMAGE_UNREADABLE when not one image can be read. What the function raises
        goes on to the caller, unless memory was short for more than one image: then it gets half
        as many.
    """
    roots = backend.roots()
    for refused in roots.refused:
        raise not_trusted(roots.roots[refused])
    places = Confinement.of(roots.readable)
    name = space or getattr(function, "__name__", type(function).__name__).strip("<>")
    described = EmbeddingSpace(
        space=name, level=level, model="callable", version="1", dimension=0, created_at=""
    )
    progress = make_progress(f"Embedding {backend.dataset}")
    show = paced(progress.update)
    done = total = unreadable = 0
    try:
        for rows, total in _rows(backend, level):
            readable = _readable(rows, level, margin, places)
            while batch := list(itertools.islice(readable, batch_size)):
                good = [(id_, image) for id_, image in batch if image is not None]
                unreadable += len(batch) - len(good)
                if good:
                    images = [image for _, image in good]
                    vectors, batch_size = _halving(function, images, batch_size)
                    backend.part(SPACES).add(
                        described, np.array([i for i, _ in good], "u4"), vectors
                    )
                done += len(batch)
                show(_state(backend.dataset, done, total))
    except BaseException as error:
        progress.finish("cancelled" if isinstance(error, KeyboardInterrupt) else "failed")
        raise
    if total and unreadable == total:
        progress.finish("failed")
        raise VisionLensError("IMAGE_UNREADABLE", "None of the images can be read from here.")
    missing = f", {unreadable:,} cannot be read" if unreadable else ""
    progress.finish(f"{done - unreadable:,} vectors in {name!r}{missing}")
    return name


def _rows(backend: DatasetBackend, level: Level) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Some rows at a time with where their image lies, and the number of all."""
    ids = np.sort(backend.ids(shaped(ViewSpec, level=level, all=True)))
    columns = ["annotation_id", "sample_id", "x", "y", "w", "h"]
    for start in range(0, len(ids), _ROWS):
        part = ids[start : start + _ROWS].tolist()
        if level == "samples":
            yield _table(backend, level, part, ["sample_id", "uri"]), len(ids)
            continue
        rows = _table(backend, level, part, columns)
        samples = sorted({row["sample_id"] for row in rows})
        images = _table(backend, "samples", samples, ["sample_id", "uri"])
        places = {row["sample_id"]: row["uri"] for row in images}
        yield [{**row, "uri": places[row["sample_id"]]} for row in rows], len(ids)


def _table(
    backend: DatasetBackend, level: Level, ids: list[int], columns: list[str]
) -> list[dict[str, Any]]:
    request = TableRequest(level=level, ids=ids, columns=columns)
    rows: list[dict[str, Any]] = backend.table(request).to_pylist()
    return rows


def _readable(
    rows: list[dict[str, Any]], level: Level, margin: float, places: Confinement
) -> Iterator[tuple[int, Image | None]]:
    """Id and upright image, or None where there is none."""
    key = "sample_id" if level == "samples" else "annotation_id"
    for row in rows:
        yield row[key], _image(row, margin, places)


def _image(row: dict[str, Any], margin: float, places: Confinement) -> Image | None:
    from visionlens_jlab.media.decode import flattened, open_upright
    from visionlens_jlab.media.headers import UnreadableImageError
    from visionlens_jlab.media.image_processes.preparing import region_of

    try:
        with places.open(places.resolve(row["uri"])) as file:
            image = flattened(open_upright(file)[0])
    except (VisionLensError, OSError, UnreadableImageError):
        return None
    if row.get("w") is None or row.get("x") is None:
        return image
    x, y, w, h = (row[side] for side in "xywh")
    box = (x - margin * w, y - margin * h, w * (1 + 2 * margin), h * (1 + 2 * margin))
    region = region_of(box, image.size)
    return None if region is None else image.crop(region)


def _halving(function: Function, images: list[Any], batch_size: int) -> tuple[np.ndarray, int]:
    """Vectors of images, and how many of them fit into the memory at once."""
    from visionlens_jlab.embeddings.models.base import is_out_of_memory

    parts: list[np.ndarray] = []
    done = 0
    while done < len(images):
        batch = images[done : done + batch_size]
        try:
            parts.append(_vectors(function, batch))
        except Exception as error:
            if len(batch) == 1 or not is_out_of_memory(error):
                raise
            batch_size = len(batch) // 2
            _empty_cache()
        else:
            done += len(batch)
    return np.concatenate(parts), batch_size


def _empty_cache() -> None:
    """Have torch give back what it keeps on the device."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _vectors(function: Function, images: list[Any]) -> np.ndarray:
    from visionlens_jlab.embeddings.notebook.matrices import read_matrix
    from visionlens_jlab.embeddings.vectors.segments import checked_matrix

    vectors = checked_matrix(read_matrix(function(images), "samples")[0])
    if len(vectors) != len(images):
        raise VisionLensError(
            "VECTORS_INVALID",
            f"The function gave {len(vectors)} rows for {len(images)} images.",
            "Return one row for each image of the list.",
        )
    return vectors


def _state(dataset: str, done: int, total: int) -> Job:
    return Job(
        job="",
        kind="embed",
        dataset=dataset,
        state="running",
        stage="images",
        done=done,
        total=total,
        created_at="",
    )
