"""What a notebook has computed from a dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import VisionLensError
from ..models import EmbedRequest, Job, JobParameters, Level
from .backend import DatasetBackend
from .progress import make_progress, paced


class Derived:
    """The part of a Dataset that runs jobs on it."""

    _backend: DatasetBackend

    def embed(
        self,
        model: str | Callable[[list[Any]], Any] | None = None,
        *,
        level: Level = "samples",
        space: str | None = None,
        batch_size: int | None = None,
        crop_margin: float = 0.1,
        project: str | None = None,
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
            from .callables import embed_with

            return embed_with(
                self._backend,
                model,
                level=level,
                space=space,
                batch_size=batch_size or 32,
                margin=crop_margin,
            )
        request = EmbedRequest(
            dataset=self._backend.dataset,
            model=model,
            level=level,
            space=space,
            batch_size=batch_size,
            crop_margin=crop_margin,
            project=project,
            options=options,
        )
        result = self._run(request, f"Embedding {self._backend.dataset}").result
        if result.get("unreadable"):
            print(f"{result['unreadable']:,} have no vector: see the job's log.")  # noqa: T201
        name: str = result.get("space") or space or ""
        return name

    def _run(self, request: JobParameters, label: str) -> Job:
        """Run a job on the dataset and show its progress."""
        progress = make_progress(label)
        try:
            job = self._backend.run(request, paced(progress.update))
        except KeyboardInterrupt:
            progress.finish("cancelled")
            raise
        except VisionLensError as error:
            progress.finish(error.message)
            raise
        progress.finish("done")
        return job
