from __future__ import annotations

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.sources import Entry, LocalKind, LocalSource, connect


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "root"
    for name in ("b.txt", "a/x.txt", "a/deep/y.txt", ".git/z.txt", "__MACOSX/w.txt", ".hidden"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "secret.txt").write_text("secret")
    return root


def test_lists_in_a_fixed_order_without_hidden_files(folder):
    source = LocalSource(folder)
    assert [entry.path for entry in source.walk()] == ["b.txt", "a/x.txt", "a/deep/y.txt"]
    modified = (folder / "b.txt").stat().st_mtime_ns
    assert source.list() == (["a"], [Entry("b.txt", 5, modified)])
    assert [entry.path for entry in source.walk("a")] == ["a/x.txt", "a/deep/y.txt"]
    modified = (folder / "a/x.txt").stat().st_mtime_ns
    assert source.stat("a/x.txt") == Entry("a/x.txt", 7, modified)
    assert source.stat("a/none.txt") is None
    assert source.is_dir("a/deep")
    assert not source.is_dir("b.txt")
    with source.open("a/x.txt") as file:
        assert file.read() == b"a/x.txt"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "a/../../secret.txt",
        "/etc/passwd",
        "..",
        "out.txt",
        "out/secret.txt",
        "a\0b",
    ],
)
def test_nothing_outside_the_root_can_be_reached(folder, path):
    (folder / "out.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "out").symlink_to(folder.parent)
    with pytest.raises(VisionLensError) as error:
        LocalSource(folder).open(path)
    assert error.value.code == "PATH_NOT_ALLOWED"


def test_links_inside_the_root_work_and_circles_end(folder):
    (folder / "a" / "link.txt").symlink_to(folder / "b.txt")
    (folder / "a" / "up").symlink_to(folder)
    (folder / "outside").symlink_to(folder.parent)
    source = LocalSource(folder)
    paths = [entry.path for entry in source.walk()]
    assert paths == ["b.txt", "a/link.txt", "a/x.txt", "a/deep/y.txt"]
    with source.open("a/link.txt") as file:
        assert file.read() == b"b.txt"


def test_places_that_cannot_be_read(folder, tmp_path):
    with pytest.raises(VisionLensError, match="DIR_NOT_FOUND"):
        LocalSource(tmp_path / "absent")
    with pytest.raises(VisionLensError, match="IMAGE_MISSING"):
        LocalSource(folder).open("none.txt")
    with pytest.raises(VisionLensError, match="DIR_NOT_FOUND"):
        LocalSource(folder).list("none")


def test_addresses(folder):
    kinds = [LocalKind()]
    assert connect(str(folder), kinds).location == str(folder)
    assert connect(f"file://{folder}", kinds).location == str(folder)
    with pytest.raises(VisionLensError, match="gs://"):
        connect("gs://bucket", kinds)
