"""Vectors of a notebook's own, and what looks most like a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.notebook.backend import SPACES
from visionlens_jlab.embeddings.notebook.embeddings import add_embeddings, search_of
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, EmbedRequest


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
            `open_clip:local-dir:/folder`, `transformers:<hub id or /folder>`; nothing: the best
            whose weights are on this machine. A function takes a list of RGB PIL images and gives
            an array or tensor (n, d); it runs here, in this process.
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
            `device`, `precision`, `compile`, `trust_remote_code`, `revision`.

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
            from visionlens_jlab.embeddings.notebook.callables import embed_with

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
