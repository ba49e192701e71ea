"""A dataset's folder may come from anybody: its rows name nothing outside of it."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.uploads import store_upload
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import fill


@pytest.fixture
def store(tmp_path):
    library = Library(tmp_path / "data")
    slug = fill(library, tmp_path / "images", 3)
    yield library.open(slug)
    library.close()


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "link", "a\0b", "door/secret"])
def test_no_name_leads_out_of_the_folder(store, tmp_path, name):
    (tmp_path / "secret").write_bytes(b"0123456789")
    (store.folder / "link").symlink_to(tmp_path / "secret")
    (store.folder / "door").symlink_to(tmp_path)
    with pytest.raises(VisionLensError, match="DATASET_DAMAGED"):
        own_file(store.folder, name)
    assert own_file(store.folder, "vectors/new.arrow") == store.folder / "vectors" / "new.arrow"


@pytest.mark.parametrize("pack", ["{secret}", "../../../secret", "link.pack"])
def test_a_pack_that_is_not_its_own_is_not_read(store, tmp_path, pack):
    secret = tmp_path / "secret"
    secret.write_bytes(b"0123456789")
    (store.folder / "thumbnails").mkdir(exist_ok=True)
    (store.folder / "thumbnails" / "link.pack").symlink_to(secret)
    named = pack.format(secret=secret)
    store.transaction(
        lambda cursor: cursor.execute(
            "UPDATE sample SET thumb_pack = ?, thumb_offset = 0, thumb_length = 4", [named]
        )
    )
    tile = store.tiles(ViewSpec(), [1]).tiles[0]
    for read in (
        lambda: store.part(Images).thumbnails.read(1, tile.thumbnail),
        lambda: store.part(Images).thumbnails.read(2),
    ):
        with pytest.raises(VisionLensError):
            read()
    assert store.part(Images).thumbnails.known(1, tile.thumbnail or "") is None


def test_a_link_in_the_place_of_uploads_is_not_followed(store, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.folder / "uploads").symlink_to(outside)
    content = (tmp_path / "images" / "image_00000.jpg").read_bytes()
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        store_upload(store.folder, "a.jpg", content)
    assert not list(outside.iterdir())
