"""Whatever stands in a file of images: it is read, reported or refused in words of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.shards.places import inside
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.containers.malformed import FILES
from visionlens_jlab.tests.formats.containers.shards import picture
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

CASES = [(form, name) for form, (_, files) in FILES.items() for name in files]


def test_there_are_thirty_of_each() -> None:
    assert all(len(files) >= 30 for _, files in FILES.values())


@pytest.mark.parametrize(("form", "name"), CASES)
def test_a_malformed_file_is_reported(tmp_path: Path, form: str, name: str) -> None:
    file, files = FILES[form]
    (tmp_path / file).write_bytes(files[name])
    try:
        found = ingest_rows(tmp_path, labels_only=True, format=form)
    except VisionLensError as error:
        assert error.code in ("LABELS_INVALID", "DIR_EMPTY"), error
        return
    told = {one["code"] for one in found.issues}
    if "image is text" in name or "image of nothing" in name or "width" in name:
        told |= {one["code"] for one in ingest_rows(tmp_path, format=form).issues}
    assert told, found.samples
    source = LocalSource(tmp_path)
    for row in found.samples:
        assert inside(row["path"])
        if row["bytes"] == len(picture(1)):
            source.open(row["path"]).close()


@pytest.mark.parametrize("form", list(FILES))
def test_a_malformed_file_beside_a_good_one_costs_only_itself(tmp_path: Path, form: str) -> None:
    from visionlens_jlab.tests.formats.containers import shards

    file, files = FILES[form]
    good = tmp_path / f"1{Path(file).suffix}"
    if form == "webdataset":
        shards.write_tar(good, shards.sample("9", 9))
    elif form == "tfrecord":
        shards.write_records(good, [shards.detection(9, [], [])])
    else:
        shards.write_parquet(good, [{"image": shards.image_value(9)}])
    for number, name in enumerate(files):
        (tmp_path / f"0-{number:02}{Path(file).suffix}").write_bytes(files[name])
    found = ingest_rows(tmp_path, format=form)
    assert any(row["path"].startswith(good.name) for row in found.samples)
    assert found.summary["label_files"]["found"] >= len(files) + 1
    told = [*(row["path"] for row in found.samples), *(one["item"] for one in found.issues)]
    for entry in LocalSource(tmp_path).walk():
        assert any(one.startswith(entry.path) for one in told), entry.path
