"""Every file of a folder is read, or named in the report with what it seems to be."""

from __future__ import annotations

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect
from visionlens_jlab.models import DetectRequest

from ..jobs.accounting import assert_all_accounted
from ..jobs.ingest_context import ingest_rows
from .foreign import LAYOUTS, write_layout


def unread(found) -> dict[str, str]:
    return {i["item"]: i["message"] for i in found.issues if i["code"] == "LABELS_UNREAD"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_labels_that_are_not_read_are_named_with_what_they_seem_to_be(tmp_path, name):
    layout = LAYOUTS[name]
    folder = write_layout(tmp_path, layout)
    found = ingest_rows(folder, labels_only=True)
    named = unread(found)
    assert named.keys() == layout.labels.keys()
    for path, what in layout.labels.items():
        assert named[path].startswith(f"It seems to be {what} and was not read."), named[path]
    assert {row["path"] for row in found.samples} == set(layout.images)
    assert not set(found.class_names) & {"images", "masks", "labels", "train", "gtFine", "ds"}
    assert found.summary["label_files"] == {
        "found": len(layout.labels),
        "imported": 0,
        "skipped": len(layout.labels),
    }
    assert_all_accounted(folder, found)
    told = detect(DetectRequest(source=str(folder)))
    assert told.format == found.summary["format"]
    for what in layout.labels.values():
        assert any(f"to be {what}: not read" in line for line in told.unread), told.unread


@pytest.mark.parametrize("name", [n for n, one in LAYOUTS.items() if len(one.files) == 1])
def test_labels_named_that_cannot_be_read_are_an_error(tmp_path, name):
    folder = write_layout(tmp_path, LAYOUTS[name])
    (path, what), *_ = LAYOUTS[name].labels.items()
    for labels in (folder / path, (folder / path).parent):
        for form in (None, "images", "yolo"):
            with pytest.raises(VisionLensError, match="LABELS_INVALID") as error:
                ingest_rows(folder, labels=str(labels), format=form, labels_only=True)
            assert error.value.hint
            if labels == folder / path:
                assert what in error.value.message
