"""The cache: bounded, whole, the longest unused goes first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visionlens_jlab.core.system.object_cache import ObjectCache


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*/*"))


def test_it_stays_within_its_bound_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "objects", 10_000)
    for number in range(40):
        cache.keep(f"object {number}", lambda file: file.write(b"x" * 1000) and None).close()
        path = cache._path(f"object {number}")
        if path.exists():
            os.utime(path, ns=(number * 10**9, 0))
        used = cache.find("object 3") if number < 20 else None
        if used is not None:
            used.close()
        assert size_of(tmp_path / "objects") <= 10_000
    assert cache.find("object 39") is not None
    assert cache.find("object 0") is None
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0


def test_what_was_not_written_to_its_end_is_not_there(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "objects", 10_000)

    def fail(file: object) -> None:
        raise RuntimeError("torn")

    with pytest.raises(RuntimeError):
        cache.keep("one", fail)
    assert cache.find("one") is None and size_of(tmp_path / "objects") == 0


def test_a_larger_object_than_all_is_kept_until_the_next(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "objects", 1000)
    with cache.keep("large", lambda file: file.write(b"x" * 5000) and None) as file:
        assert len(file.read()) == 5000
    cache.keep("small", lambda file: file.write(b"x") and None).close()
    assert size_of(tmp_path / "objects") <= 1000
