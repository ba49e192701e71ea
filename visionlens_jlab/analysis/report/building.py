"""The file of a report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from visionlens_jlab.analysis.report.content import gather
from visionlens_jlab.analysis.report.html_page import to_html
from visionlens_jlab.analysis.report.markdown import to_archive
from visionlens_jlab.analysis.shapes import FindingReport
from visionlens_jlab.core.catalog.dataset import Part

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


class Report(NamedTuple):
    """A file: its content, what it is, and what to call it."""

    content: bytes
    media_type: str
    filename: str


class Reports(Part):
    """Reports of the findings of one dataset."""

    def build(self, request: FindingReport) -> bytes:
        """The file's content; FINDING_NOT_FOUND."""
        return build_report(self.store, request).content


def build_report(store: OpenDataset, request: FindingReport) -> Report:
    """Findings with their figures, predicates and pictures. FINDING_NOT_FOUND."""
    now = datetime.now(UTC)
    content = gather(store, request, f"{now:%Y-%m-%d %H:%M} UTC")
    if request.format == "html":
        return Report(to_html(content), "text/html; charset=utf-8", f"{store.slug}-findings.html")
    return Report(to_archive(content), "application/zip", f"{store.slug}-findings.zip")
