"""Vectors of a notebook's own, and what looks most like a query."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import make_progress, paced, run_shown
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.confinement import Confinement, not_trusted
from visionlens_jlab.core.views.shapes import TableRequest, ViewSpec
from visionlens_jlab.embeddings.notebook.embeddings import SPACES, add_embeddings, search_of
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, EmbedRequest
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
    from visionlens_jlab.embeddings.notebook.embeddings import read_matrix
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


class Searching(Dataset[V, S]):
    """The part of a Dataset that is about vectors."""

    def embed(
        self,
        model: str | Callable[[list[Any]], Any] | None = None,
        *,
        level: Level = "samples",
        space: str | None = None,
        batch_size: int | None = None,
        crop_margin: float = 0.1,
        project: Literal["umap", "pca", "tsne", "pacmap"] | None = None,
        **options: Any,
    ) -> str:
        """Give every image, or every object, a vector; waits, with a progress bar.

        Only what has no vector in the space yet is embedded, and images that this model saw
        before, in whatever dataset, come from a cache. A function is run on everything.

        Parameters
        ----------
        model : str or callable, optional
            `classical`, `efficientnet-lite0`, `open_clip:<architecture>/<tag>`,
            `open_clip:local-dir:/folder`, `transformers:<hub id or /folder>`, a plugin's
            `plugin:<name>/<id>`; nothing: the best whose weights are on this machine. A function
            takes a list of RGB PIL images and gives an array or tensor (n, d); it runs here, in
            this process.
        level : {"samples", "annotations"}
            Whole images, or the part of the image around each box.
        space : str, optional
            Name of the space; by default made from the model.
        batch_size : int, optional
            Images at once; halved where the memory does not suffice.
        crop_margin : float
            Level annotations: share of the box added on each side.
        project : str, optional
            `umap`, `pca`, `tsne` or `pacmap`: make a map of it afterwards.
        **options
            `device`, `precision`, `compile`, `trust_remote_code`, `revision`; of a plugin, what its
            form says.

        Returns
        -------
        str
            The space's name.

        Raises
        ------
        VisionLensError
            MODEL_UNAVAILABLE, saying what to install or which file to put where,
            VECTORS_INVALID when `space` is of another model, DATASET_READ_ONLY.
        """
        if callable(model):
            return embed_with(
                self._backend,
                model,
                level=level,
                space=space,
                batch_size=batch_size or 32,
                margin=crop_margin,
            )
        request = shaped(
            EmbedRequest,
            dataset=self._backend.dataset,
            model=model,
            level=level,
            space=space,
            batch_size=batch_size,
            crop_margin=crop_margin,
            project=project,
            options=options,
        )
        result = run_shown(self._backend, request, f"Embedding {self._backend.dataset}").result
        if result.get("unreadable"):
            print(f"{result['unreadable']:,} have no vector: see the job's log.")  # noqa: T201
        name: str = result.get("space") or space or ""
        return name

    def add_embeddings(
        self,
        space: str,
        matrix: Any,
        ids: Any = None,
        *,
        level: Level = "samples",
        model: str = "matrix",
        version: str = "1",
    ) -> EmbeddingSpace:
        """Add vectors of your own to an embedding space, made when it is not there.

        Parameters
        ----------
        space : str
            Its name. Vectors that an id has in it already are replaced.
        matrix : array, torch tensor, or path of a .npy, .parquet or .safetensors file
            (n, d), finite, no row all zero; kept as float32 of unit length.
        ids : iterable of int, Series, DataFrame or View, optional
            Of the rows, each once; nothing: those of the file, else every row that `count(level)`
            counts (of annotations the ground truth) in ascending order of ids.
        level : {"samples", "annotations"}
            Whose vectors they are.
        model, version : str
            What made them; another version needs another space.

        Raises
        ------
        VisionLensError
            VECTORS_INVALID naming the first wrong row, ID_UNKNOWN, DATASET_READ_ONLY.
        """
        described = EmbeddingSpace(
            space=space, level=level, model=model, version=version, dimension=0, created_at=""
        )
        return add_embeddings(
            self._backend,
            described,
            matrix,
            ids,
            rows=lambda: self._ascending(level),
            everything=lambda: self._of_all_sources(level),
        )

    @property
    def spaces(self) -> list[str]:
        """Names of the embedding spaces, the oldest first."""
        return [space.space for space in self._backend.part(SPACES).all()]

    def delete_space(self, space: str) -> None:
        """Remove an embedding space with its vectors, index and projections.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.part(SPACES).delete(space)

    def similar(
        self,
        query: Any,
        *,
        k: int | None = 50,
        space: str | None = None,
        view: View | None = None,
        threshold: float | None = None,
    ) -> V:
        """What looks most like a query, the closest first; `View.scores` has the cosines.

        Parameters
        ----------
        query : ids, View, DataFrame, vector, text, or image
            Ids of the space's level (whole numbers; they are found themselves too), a vector of
            the space's dimension (floats), a text, or an image: path, bytes or PIL image.
        k : int, optional
            At most so many; None: all, or those from `threshold` on.
        space : str, optional
            Where to search; by default the latest of the view's level.
        view : View, optional
            Search among its rows only, so that `k` of them are found where there are as many.
        threshold : float, optional
            The least cosine, from -1 to 1.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, ID_UNKNOWN, TEXT_UNSUPPORTED, MODEL_UNAVAILABLE, VECTORS_INVALID.
        """
        spec = search_of(
            self._backend,
            query,
            k=k,
            threshold=threshold,
            space=space,
            base=None if view is None else view.spec,
            everything=self._ascending,
        )
        return self._view(spec)
