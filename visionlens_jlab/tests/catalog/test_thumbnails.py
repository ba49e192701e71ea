"""Places of thumbnails and the packs they are read from."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.places import Places, version_key
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.thumbnails import Packs


def open_files(folder: Path) -> int:
    """How many descriptors of this process lead into a folder."""
    links = Path("/proc/self/fd").iterdir()
    return sum(str(folder) in str(link.readlink()) for link in links if link.is_symlink())


def test_a_place_is_known_under_its_version_only() -> None:
    places = Places(kept=2)
    version = places.remember(1, "a.pack", 7, 3)
    assert version == version_key("a.pack", 7)
    assert places.find(1, version) == ("a.pack", 7, 3)
    assert places.find(1, "other") is None
    assert places.find(2, version) is None
    assert places.remember(1, None, None, None) is None
    places.remember(2, "a.pack", 10, 3)
    places.remember(3, "a.pack", 13, 3)
    assert places.find(1, version) is None
    places.forget()
    assert places.find(3, str(version_key("a.pack", 13))) is None


def test_slices_of_packs(tmp_path: Path) -> None:
    (tmp_path / "a.pack").write_bytes(b"RIFF5RIFF")
    packs = Packs(tmp_path)
    assert packs.read_at_once("a.pack", 5, 4) is None
    assert packs.read("a.pack", 5, 4) == b"RIFF"
    assert packs.read_at_once("a.pack", 5, 4) in (b"RIFF", None)
    assert packs.read_at_once("a.pack", 6, 4) is None
    for pack, offset in (("a.pack", 6), ("a.pack", 1), ("nowhere.pack", 0)):
        with pytest.raises(VisionLensError) as caught:
            packs.read(pack, offset, 4)
        assert caught.value.code == "IMAGE_MISSING"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are listed on Linux")
def test_few_packs_stay_open_and_none_after_closing(tmp_path: Path) -> None:
    packs = Packs(tmp_path, kept=2)
    for number in range(5):
        (tmp_path / f"{number}.pack").write_bytes(b"RIFF5RIFF")
        assert packs.read(f"{number}.pack", 0, 5) == b"RIFF5"
    assert open_files(tmp_path) == 2
    packs.close()
    assert open_files(tmp_path) == 0
    assert packs.read("0.pack", 0, 5) == b"RIFF5"
