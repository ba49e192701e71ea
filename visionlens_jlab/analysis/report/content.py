"""What a report says, before it has a form."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from visionlens_jlab.analysis.shapes import AnalysisInfo, Finding, FindingReport
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.attributes.shapes import Attribute
from visionlens_jlab.attributes.store.attributes import Attributes
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset

LONG_SIDE = 224
"""Of a picture, in pixels."""


@dataclass(frozen=True)
class Picture:
    """One failing unit, as WebP."""

    id: int
    content: bytes


@dataclass(frozen=True)
class Content:
    """Findings with their pictures, and the analyses that they come from."""

    dataset: str
    created_at: str
    findings: list[Finding]
    analyses: list[AnalysisInfo]
    pictures: dict[str, list[Picture]] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def calibrated(self, found: Finding) -> list[Attribute]:
        """The visual attributes that a finding uses."""
        return [self.attributes[name] for name in found.attributes if name in self.attributes]


def gather(store: OpenDataset, request: FindingReport, created_at: str) -> Content:
    """Read what a report is about. FINDING_NOT_FOUND."""
    findings = _chosen(store, request)
    names = {found.evaluation for found in findings}
    analyses = [info for info in store.part(Findings).analyses() if info.evaluation in names]
    newest = {info.evaluation: info for info in reversed(analyses)}
    pictures = {found.finding: pictures_of(store, found, request.pictures) for found in findings}
    attributes = {one.spec.name: one for one in store.part(Attributes).all()}
    analysed = list(newest.values())
    return Content(store.name, created_at, findings, analysed, pictures, attributes)


def _chosen(store: OpenDataset, request: FindingReport) -> list[Finding]:
    if request.findings is not None:
        return [store.part(Findings).read(name) for name in dict.fromkeys(request.findings)]
    found = store.part(Findings).all(request.evaluation)
    return [one for one in found if one.status != "rejected"]


def pictures_of(store: OpenDataset, found: Finding, count: int) -> list[Picture]:
    """Up to `count` of its examples that can be shown."""
    with store.snapshot() as snapshot:
        there = set(snapshot.view(ViewSpec(level=found.level, all=True)).ids.tolist())
    ids = [id for id in found.examples if id in there][:count]
    if found.level == "samples":
        contents = store.part(Images).thumbnails.read_many([(id, "") for id in ids])
    else:
        contents = [_crop(store, id) for id in ids]
    return [Picture(id, content) for id, content in zip(ids, contents, strict=True) if content]


def _crop(store: OpenDataset, annotation_id: int) -> bytes:
    """The annotation with its surroundings; nothing where its image cannot be read."""
    from visionlens_jlab.media.drawing import draw_crop

    with suppress(VisionLensError):
        source = store.part(Images).crop_source(annotation_id)
        if source.box is not None:
            with store.part(Images).open(source.location, source.path) as file:
                return draw_crop(file, source.box, long_side=LONG_SIDE, size=source.size)
    return b""
