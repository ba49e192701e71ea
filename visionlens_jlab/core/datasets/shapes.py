"""Datasets: cards, details, reports of ingests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from visionlens_jlab.core.shapes import Level, Model


class Damage(Model):
    """Something of a dataset that is damaged, lost or not read, and how to mend it."""

    kind: Literal["writes", "images", "roots", "vectors", "thumbnails", "projection", "evaluation"]
    name: str
    """Of the root, space, projection or evaluation; else empty."""
    message: str
    hint: str


class DatasetInfo(Model):
    """A dataset as a card shows it. `dataset` (the slug) is its key in every address."""

    dataset: str
    uuid: str
    name: str
    created_at: str
    modified_at: str
    version: int
    samples: int
    annotations: int
    classes: int
    format: str | None = None
    source: str | None = None
    state: Literal["ready", "ingesting", "incomplete", "busy", "damaged"] = "ready"
    preview: list[int] = []
    """Up to four sample ids whose thumbnails stand on the card."""
    owner: str | None = None
    """host and PID of another process that holds it, when state is busy."""
    damages: list[Damage] = []
    """What is damaged or lost, as far as it was looked at; `visionlens doctor` looks at all."""


class ClassInfo(Model):
    """One class with its ground-truth counts."""

    class_id: int
    name: str
    samples: int
    annotations: int
    keypoints: list[str] = []
    """Names of the keypoints in their order; empty: none are known."""
    skeleton: list[tuple[int, int]] = []
    """Lines between keypoints, as pairs of their positions from 0."""


class FieldInfo(Model):
    """A column that filters, sorts and facets know."""

    name: str
    level: Level
    type: Literal["string", "integer", "number", "boolean", "timestamp", "tags"]
    builtin: bool
    facet: Literal["values", "histogram", "none"]
    label: str


class SourceInfo(Model):
    """Ground truth or a prediction run, with its number of annotations."""

    name: str
    annotations: int


class SplitInfo(Model):
    """A split and its number of samples; name null: samples without one."""

    name: str | None
    samples: int


class DatasetDetail(DatasetInfo):
    """Everything the panels need once when a dataset opens."""

    class_list: list[ClassInfo]
    splits: list[SplitInfo]
    tags: list[SplitInfo]
    sources: list[SourceInfo]
    fields: list[FieldInfo]
    roots: dict[str, str]
    kinds: list[str] = []
    """Kinds of geometry there are: box, polygon, mask, keypoints, oriented_box, classification."""


class ReportItem(Model):
    """One odd thing found by an ingest."""

    code: str
    action: Literal["kept", "repaired", "skipped"]
    kind: Literal["image", "label_file", "annotation", "other"]
    item: str
    message: str
    sample_id: int | None = None


class ReportCount(Model):
    """found = imported + skipped holds for each kind."""

    found: int
    imported: int
    skipped: int


class IngestReport(Model):
    """Outcome of an ingest; `items` is a page of `items_total`."""

    job: str | None
    format: str
    source: str
    started_at: str
    finished_at: str | None
    images: ReportCount
    annotations: ReportCount
    label_files: ReportCount
    by_code: dict[str, int]
    items: list[ReportItem]
    items_total: int

    def warnings(self) -> list[str]:
        """What must be told at once of an import of predictions: what has no image or class."""
        told = []
        if self.annotations.skipped:
            told.append(
                f"{self.annotations.skipped:,} of {self.annotations.found:,} predictions were left "
                f"out{self._examples('PREDICTIONS_WITHOUT_IMAGE', 'PREDICTIONS_AMBIGUOUS')}."
            )
        if "CLASS_UNKNOWN" in self.by_code:
            told.append(
                f"{self.by_code['CLASS_UNKNOWN']:,} classes of the predictions are not in the "
                f"dataset{self._examples('CLASS_UNKNOWN')}."
            )
        if not self.annotations.found:
            told.append("There is no prediction in it: the run is empty.")
        return told

    def _examples(self, *codes: str) -> str:
        names = [item.item for item in self.items if item.code in codes]
        listed = ", ".join(names[:3])
        return f" ({listed}{', ...' if len(names) > 3 else ''})" if names else ""


class Roots(Model):
    """Where the images of a dataset lie, and which of these places may be read."""

    roots: dict[str, str]
    """Name -> folder or address."""
    refused: list[str]
    """Names of those that nobody has chosen here: their images are not read."""
    readable: list[str]
    """Folders and addresses that a root may lead into."""


class DatasetList(Model):
    """Every dataset of the data directory."""

    datasets: list[DatasetInfo]


class ReportQuery(Model):
    """Which page of a report's items."""

    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(1000, ge=1, le=10_000)
