"""Duplicates, as a notebook asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, DatasetBackend, Remote
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.frames import load_pandas
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V
from visionlens_jlab.duplicates.shapes import Duplicates, DuplicatesRequest

if TYPE_CHECKING:
    import pandas as pd

_PAGE = 1000
_COLUMNS = (
    "group",
    "sample_id",
    "distance",
    "confidence",
    "transform",
    "best",
    "split",
    "leak",
)


class DuplicatesBackend(Protocol):
    """Groups of duplicates of one dataset."""

    def read(self, kind: Literal["exact", "near"], offset: int, limit: int) -> Duplicates:
        """A page of the groups that were found last."""
        ...


class RemoteDuplicates(Remote):
    """Groups of duplicates over the REST API."""

    def read(self, kind: Literal["exact", "near"], offset: int, limit: int) -> Duplicates:
        """A page of the groups that were found last."""
        return self.get(Duplicates, "duplicates", kind=kind, offset=offset, limit=limit)


DUPLICATES: BackendPart[DuplicatesBackend] = BackendPart(
    "visionlens_jlab.duplicates.store:DuplicateGroups", RemoteDuplicates
)


class FindingDuplicates(Dataset[V, S]):
    """The part of a Dataset that looks for duplicates."""

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
        job = run_shown(self._backend, request, f"Looking for {kind} duplicates")
        for warning in job.result.get("warnings", ()):
            print(warning)  # noqa: T201
        frame: pd.DataFrame = pandas.DataFrame(_rows(self._backend, kind))
        return frame


def _rows(backend: DatasetBackend, kind: Literal["exact", "near"]) -> dict[str, list[Any]]:
    """Every member of every group, as columns."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    offset, total = 0, 1
    while offset < total:
        page = backend.part(DUPLICATES).read(kind, offset, _PAGE)
        offset, total = offset + _PAGE, page.total
        for group in page.groups:
            for member in group.members:
                row = member.model_dump() | {"group": group.group, "leak": group.leak}
                for name, values in columns.items():
                    values.append(row[name])
    return columns
