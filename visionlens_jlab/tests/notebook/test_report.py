from __future__ import annotations

from visionlens_jlab.core.datasets.shapes import IngestReport, ReportCount, ReportItem
from visionlens_jlab.core.notebook.report import PAGE, Report

ITEMS = [
    ReportItem(
        code="IMAGE_UNREADABLE",
        action="skipped",
        kind="image",
        item=f"<b>{number}</b>.jpg",
        message="truncated & odd",
    )
    for number in range(PAGE + 5)
]


def page(offset: int, limit: int) -> IngestReport:
    return IngestReport(
        job="j",
        format="coco",
        source="/data/<x>",
        started_at="2026-01-01T00:00:00Z",
        finished_at="2026-01-01T00:01:00Z",
        images=ReportCount(found=2005, imported=1000, skipped=1005),
        annotations=ReportCount(found=7, imported=7, skipped=0),
        label_files=ReportCount(found=0, imported=0, skipped=0),
        by_code={"IMAGE_UNREADABLE": 1005},
        items=ITEMS[offset : offset + limit],
        items_total=len(ITEMS),
    )


def test_attributes_and_keys_are_the_same_thing() -> None:
    report = Report.read(page)
    assert report is not None
    assert report.images.found == report["images"]["found"] == 2005
    assert report.annotations.imported == report["annotations"]["imported"] == 7
    assert report.label_files.skipped == 0
    assert (report.format, report.source) == ("coco", "/data/<x>")
    assert report.started_at < (report.finished_at or "")
    assert report.by_code == {"IMAGE_UNREADABLE": 1005}


def test_items_of_every_page_are_there() -> None:
    report = Report.read(page)
    assert report is not None
    assert [item["item"] for item in report.items] == [item.item for item in ITEMS]
    frame = report.to_pandas()
    assert len(frame) == report.items_total == len(ITEMS)
    assert set(frame["action"]) == {"skipped"}


def test_it_shows_as_text_and_escaped_html() -> None:
    report = Report.read(page)
    assert report is not None
    assert "2,005 found = 1,000 imported + 1,005 skipped" in repr(report)
    html = report._repr_html_()
    assert "<b>0</b>.jpg" not in html
    assert "&lt;b&gt;0&lt;/b&gt;.jpg" in html
    assert "/data/&lt;x&gt;" in html
    assert "and 985 more" in html


def test_a_clean_ingest_says_so() -> None:
    clean = Report(page(0, 0).model_copy(update={"items_total": 0}), page)
    assert clean.items == []
    assert "Nothing to report" in clean._repr_html_()


def test_no_ingest_no_report() -> None:
    assert Report.read(lambda offset, limit: None) is None
