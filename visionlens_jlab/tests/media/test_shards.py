"""Images inside files: opened like others, wherever they lie, and only what is inside."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media import drawing
from visionlens_jlab.media.shards import members
from visionlens_jlab.media.shards.places import inside, plain_name, row_of, row_path, shard_kind
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.containers.shards import (
    SIZE,
    detection,
    picture,
    sample,
    write_parquet,
    write_records,
    write_tar,
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("objects")
    monkeypatch.setenv("VISIONLENS_OBJECT_FOLDER", str(folder))
    members.shard_cache.cache_clear()
    members._indices.cache_clear()
    yield
    members.shard_cache.cache_clear()
    drawing.PROCESSES.release_idle()


@pytest.fixture
def shards(tmp_path: Path) -> list[str]:
    """Three files with the pictures 0 to 9, and the path of number 7 in each."""
    write_tar(tmp_path / "a.tar", [sample(f"d/{n}", n)[0] for n in range(10)])
    write_records(tmp_path / "b.tfrecord", [detection(n, [], []) for n in range(10)])
    write_parquet(
        tmp_path / "c.parquet", [{"image": picture(n)} for n in range(10)], row_group_size=4
    )
    return ["a.tar/d/7.jpg", "b.tfrecord/7/7.jpg", "c.parquet/7.jpg"]


def test_an_image_in_a_file_is_opened_as_any_other(tmp_path: Path, shards: list[str]) -> None:
    source = LocalSource(tmp_path)
    for path in shards:
        with source.open(path) as file:
            assert file.read() == picture(7)


def test_a_panel_gets_it_as_a_file_from_a_bounded_process(
    tmp_path: Path, shards: list[str]
) -> None:
    source = LocalSource(tmp_path)
    for path in shards:
        found = inside(path)
        assert found is not None
        with drawing.kept_member(source, *found) as file:
            assert file.read() == picture(7)
            drawn = drawing.draw_crop(file, (0.0, 0.0, *map(float, SIZE)), long_side=32, size=SIZE)
            assert Image.open(io.BytesIO(drawn)).size == (32, 24)
            name = file.name
        with drawing.kept_member(source, *found) as again:
            assert again.name == name
        shard = tmp_path / found.shard
        shard.write_bytes(shard.read_bytes())  # by another time of change it is another file
        os.utime(shard, ns=(1, 1))
        with drawing.kept_member(source, *found) as other:
            assert other.name != name and other.read() == picture(7)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.tar/nothing.jpg", "IMAGE_MISSING"),
        ("a.tar/../b.tfrecord", "IMAGE_MISSING"),
        ("b.tfrecord/10/7.jpg", "IMAGE_MISSING"),
        ("b.tfrecord/x.jpg", "IMAGE_MISSING"),
        ("c.parquet/10.jpg", "IMAGE_MISSING"),
        ("c.parquet/1/left/1.jpg", "IMAGE_MISSING"),
        ("no.tar/1.jpg", "IMAGE_MISSING"),
        ("../out.tar/1.jpg", "PATH_NOT_ALLOWED"),
        ("link.tar/1.jpg", "PATH_NOT_ALLOWED"),
    ],
)
def test_what_is_not_there(tmp_path: Path, shards: list[str], path: str, code: str) -> None:
    out = write_tar(tmp_path.parent / "out.tar", sample("1", 1))
    (tmp_path / "link.tar").symlink_to(out)
    source = LocalSource.stored(str(tmp_path), Confinement([os.path.realpath(tmp_path)]))
    found = inside(path)
    assert found is not None
    for opened in (source.open, lambda path: drawing.kept_member(source, *found)):
        with pytest.raises(VisionLensError) as error:
            opened(path)
        assert error.value.code == code
    out.unlink()


def test_the_index_of_a_large_file_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "KEPT_FROM", 5)
    path = write_tar(tmp_path / "a.tar", [sample(f"{n}", n)[0] for n in range(9)])
    source = LocalSource(tmp_path)
    source.open("a.tar/3.jpg").close()
    members._indices.cache_clear()
    monkeypatch.setattr(members, "_tar_rows", lambda file: pytest.fail("read again"))
    assert source.open("a.tar/8.jpg").read() == picture(8)
    (index,) = (p for p in Path(os.environ["VISIONLENS_OBJECT_FOLDER"]).rglob("*") if p.is_file())
    assert len(np.load(index)) == 9
    monkeypatch.undo()
    os.utime(path, ns=(1, 1))
    assert source.open("a.tar/8.jpg").read() == picture(8)


def test_rows_are_read_in_any_order_and_few_are_in_memory(tmp_path: Path) -> None:
    write_parquet(
        tmp_path / "c.parquet", [{"image": picture(n)} for n in range(90)], row_group_size=40
    )
    source = LocalSource(tmp_path)
    for row in (0, 39, 40, 41, 17, 89, 88, 16):
        assert source.open(f"c.parquet/{row}.jpg").read() == picture(row)
    rows = list(members._CURSORS._known.values())
    assert max(len(one._values) for one in rows) <= 16


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("train-000.tar", "tar"),
        ("x/TRAIN.TAR", "tar"),
        ("a.tfrecord", "tfrecord"),
        ("a.record", "tfrecord"),
        ("train-00000-of-01024", "tfrecord"),
        ("coco.tfrecord-00000-of-00010", "tfrecord"),
        ("train-00000-of-00002.parquet", "parquet"),
        ("a.tar.gz", None),
        ("a.tfrecord.gz", None),
        ("a.jpg", None),
    ],
)
def test_kinds_are_told_by_name(name: str, kind: str | None) -> None:
    assert shard_kind(name) == kind
    assert (inside(f"{name}/1.jpg") is not None) == (kind is not None)


def test_names_of_rows_say_which_they_are() -> None:
    assert row_of(row_path("", 3, ".png")[1:]) == ("image", 3)
    assert row_of(row_path("", 3, "12/13.jpg"[3:])[1:]) == ("image", 3)
    assert row_of(row_path("", 3, "a b.jpg", "12")[1:]) == ("12", 3)
    assert row_of(row_path("", 3, ".png", "left")[1:]) == ("left", 3)
    assert plain_name("../../x\0y", b"\x89PNG\r\n\x1a\n") == "xy.png"
    assert plain_name("...", b"") == ".jpg"
    assert plain_name("C:\\a\\b.JPG", b"") == "b.JPG"
