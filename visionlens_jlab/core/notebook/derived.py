"""What a notebook has computed from a dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.found import duplicate_rows, projection_of
from visionlens_jlab.core.notebook.frames import load_pandas
from visionlens_jlab.core.notebook.running import run_shown
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.embeddings.notebook.embeddings import choose_space
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.map.shapes import ProjectRequest

if TYPE_CHECKING:
    import pandas as pd


class Derived:
    """The part of a Dataset that runs jobs on it."""

    _backend: DatasetBackend
    _ascending: Callable[[Level], np.ndarray]

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
        result = self._run(request, f"Embedding {self._backend.dataset}").result
        if result.get("unreadable"):
            print(f"{result['unreadable']:,} have no vector: see the job's log.")  # noqa: T201
        name: str = result.get("space") or space or ""
        return name

    def project(
        self,
        space: str | None = None,
        method: Literal["umap", "pca", "tsne", "pacmap"] = "umap",
        *,
        dimensions: Literal[2, 3] = 2,
        seed: int | None = 42,
        clusters: bool = True,
        refit: bool = False,
        **parameters: Any,
    ) -> np.ndarray:
        """Coordinates of a space's vectors, as the map shows them; waits, with a progress bar.

        What was computed before is not computed again. Vectors that came later are placed by the
        model of before, and nothing else moves.

        Parameters
        ----------
        space : str, optional
            By default the latest space, of samples where there is one.
        method : {"umap", "pca", "tsne", "pacmap"}
            Where its package is missing you get principal components and a note of it.
        dimensions : {2, 3}
            Columns.
        seed : int, optional
            The same seed gives the same coordinates; None: faster, on all processors.
        clusters : bool
            Find clusters of the points (HDBSCAN); the field `cluster` names each after the classes
            that set it apart.
        refit : bool
            Start anew.
        **parameters
            umap: `n_neighbors`, `min_dist`, `spread`, `n_epochs`, `negative_sample_rate`,
            `low_memory`; tsne: `perplexity`, `n_iter`, `early_exaggeration_iter`, `low_memory`;
            pacmap: `n_neighbors`, `MN_ratio`, `FP_ratio`.

        Returns
        -------
        numpy.ndarray
            Float32 (largest id + 1, dimensions): row i belongs to the id i of the space's level,
            NaN where there is no vector.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, VECTORS_INVALID for a space without vectors, REQUEST_INVALID for a
            parameter that the method does not have.
        """
        chosen = choose_space(self._backend.spaces(), space, "samples")
        request = shaped(
            ProjectRequest,
            dataset=self._backend.dataset,
            space=chosen.space,
            method=method,
            dimensions=dimensions,
            seed=seed,
            clusters=clusters,
            refit=refit,
            parameters=parameters,
        )
        job = self._run(request, f"Projecting {chosen.space}")
        found = projection_of(self._backend.projections(), job)
        if found.warning:
            print(found.warning)  # noqa: T201
        points = self._backend.points(found.projection, dimensions)
        ids = self._ascending(chosen.level)
        rows = max(int(ids[-1]) + 1 if len(ids) else 0, len(points))
        missing = np.full((rows - len(points), dimensions), np.nan, dtype=np.float32)
        return np.concatenate([points, missing])

    def duplicates(
        self,
        *,
        kind: Literal["exact", "near"] = "near",
        space: str | None = None,
        threshold: float | None = None,
    ) -> pd.DataFrame:
        """Groups of samples that show the same picture; waits, with a progress bar.

        Parameters
        ----------
        kind : {"exact", "near"}
            Files that are equal byte for byte; or also copies that were resized, recompressed,
            cropped a little or flipped.
        space : str, optional
            Kind near: its vectors propose pairs, too; by default those of the latest space of
            samples, where there is one. The thumbnails decide.
        threshold : float, optional
            Confidence (0 to 1) from which two are the same picture; by default 0.5.

        Returns
        -------
        pandas.DataFrame
            One row for each sample of a group, the best one (largest, then sharpest) first:
            `group`, `sample_id`, `distance` to the best one (0 to 1, 0: identical), `confidence`,
            `transform` (how it differs: identical, resized, recompressed, cropped, flipped),
            `best`, `split`, `leak` (the group lies in more than one split).

        Raises
        ------
        ImportError
            When pandas is not installed.
        VisionLensError
            SPACE_NOT_FOUND, DATASET_READ_ONLY.
        """
        pandas = load_pandas()
        request = shaped(
            DuplicatesRequest,
            dataset=self._backend.dataset,
            kind=kind,
            space=space,
            threshold=threshold,
        )
        job = self._run(request, f"Looking for {kind} duplicates")
        for warning in job.result.get("warnings", ()):
            print(warning)  # noqa: T201
        frame: pd.DataFrame = pandas.DataFrame(duplicate_rows(self._backend, kind))
        return frame

    def _run(self, request: JobParameters, label: str) -> Job:
        """Run a job on the dataset and show its progress."""
        return run_shown(self._backend, request, label)
