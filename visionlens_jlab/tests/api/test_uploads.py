"""Image files sent from the browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.uploads import safe_name, store_upload
from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.media import hostile


def picture(colour: str, kind: str = "PNG") -> bytes:
    """A small image file."""
    sink = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(sink, kind)
    return sink.getvalue()


async def test_a_file_is_kept_once(api, extension, dataset):
    folder = extension.services.library.open(dataset).folder / "uploads"
    for content, expected in (
        (picture("red"), "a b.png"),
        (picture("red"), "a b.png"),
        (picture("blue"), "a b (2).png"),
    ):
        answer = await api(f"datasets/{dataset}/uploads/a b.png", "PUT", content)
        assert answer.code == 201
        assert expected in answer.body.decode()
        assert (folder / expected).read_bytes() == content
    assert sorted(path.name for path in folder.iterdir()) == ["a b (2).png", "a b.png"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"text"),
        ("a.png", b"no image"),
        ("a.png", b""),
        ("page.html", b"<script>"),
        (".png", picture("red")),
    ],
)
async def test_what_is_no_image_is_refused(api, extension, dataset, name, content):
    answer = await api(f"datasets/{dataset}/uploads/{name}", "PUT", content)
    assert answer.code == 422
    assert code(answer) == "UPLOAD_INVALID"
    uploads = extension.services.library.open(dataset).folder / "uploads"
    assert not uploads.exists() or not list(uploads.iterdir())


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "BMP"])
def test_other_kinds_are_kept_too(tmp_path, kind):
    name = f"a.{kind.lower()}"
    assert store_upload(tmp_path, name, picture("red", kind)).filename == name


def test_a_header_that_takes_much_is_not_read_in_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    hostile.tags(tmp_path / "a.tif")
    with pytest.raises(VisionLensError) as caught:
        store_upload(tmp_path, "a.tif", (tmp_path / "a.tif").read_bytes())
    assert caught.value.code in ("MEMORY_LIMIT", "UPLOAD_INVALID")
    assert not (tmp_path / "uploads").exists()


async def test_a_name_leads_nowhere_else(api, extension, dataset):
    store = extension.services.library.open(dataset)
    answer = await api(f"datasets/{dataset}/uploads/..\\..\\evil.png", "PUT", picture("red"))
    assert answer.code == 201
    assert (store.folder / "uploads" / "evil.png").exists()
    assert not (store.folder.parent / "evil.png").exists()
    assert not (store.folder / "evil.png").exists()


async def test_a_very_large_file_is_refused(api, dataset, monkeypatch):
    monkeypatch.setattr("visionlens_jlab.ingestion.uploads.LARGEST_BYTES", 10)
    answer = await api(f"datasets/{dataset}/uploads/a.png", "PUT", picture("red"))
    assert answer.code == 413
    assert code(answer) == "UPLOAD_TOO_LARGE"


async def test_nothing_to_ingest(api, dataset):
    assert code(await api(f"datasets/{dataset}/uploads", "POST")) == "DIR_EMPTY"


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(VisionLensError) as caught:
        store_upload(tmp_path, "a.png", picture("red"))
    assert caught.value.code == "DISK_SPACE"
    assert list((tmp_path / "uploads").iterdir()) == []


@given(st.text(max_size=300))
def test_any_name_becomes_one_part_that_a_disk_takes(name):
    safe = safe_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    assert "\0" not in safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 255
