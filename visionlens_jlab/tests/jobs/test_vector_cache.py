"""The cache of vectors: what it finds again, how large it becomes, what damage does."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.config import ENV_VECTOR_CACHE, VECTOR_CACHE_MB, default_vector_cache
from visionlens_jlab.embeddings.job import vector_cache
from visionlens_jlab.embeddings.job.vector_cache import FOLDER, VectorCache, cache_key

DIMENSION = 256
ROW = 4 * DIMENSION


def keys(start: int, count: int) -> list[bytes]:
    return [cache_key(f"image {number}", None) for number in range(start, start + count)]


def rows(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, DIMENSION), np.float32)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / FOLDER).iterdir())


def test_what_was_put_is_found(tmp_path):
    cache = VectorCache(tmp_path, "model/1", DIMENSION)
    vectors = rows(700)
    cache.put(keys(0, 700), vectors)
    asked = [None, *keys(690, 20), *keys(0, 1), *keys(0, 1)]
    found = VectorCache(tmp_path, "model/1", DIMENSION).get(asked)
    assert sorted(found) == [*range(1, 11), 21, 22]
    np.testing.assert_array_equal(found[1], vectors[690])
    np.testing.assert_array_equal(found[22], vectors[0])
    assert not VectorCache(tmp_path, "model/2", DIMENSION).get(asked)
    [path] = (tmp_path / FOLDER).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    part = cache_key("image 0", (1, 2, 3.5, 4))
    assert len({part, cache_key("image 0", (1, 2, 3.5, 4.25)), cache_key("image 0", None)}) == 3


def test_it_stays_below_its_limit_and_keeps_what_was_used(tmp_path, monkeypatch):
    """Whatever was used last stays, of all models together."""
    monkeypatch.setattr(vector_cache, "_REMEMBER_MS", 0)
    limit = 2000 * ROW
    old = VectorCache(tmp_path, "old", DIMENSION, limit)
    old.put(keys(0, 400), rows(400))
    new = VectorCache(tmp_path, "new", DIMENSION, limit)
    for start in range(0, 4000, 200):
        time.sleep(0.002)  # times are in milliseconds
        assert len(old.get(keys(0, 100))) == 100, "used every time"
        new.put(keys(start, 200), rows(200))
        assert size(tmp_path) <= limit
    assert len(old.get(keys(0, 400))) == 100, "what nobody asked for is gone"
    assert len(new.get(keys(0, 2000))) == 0
    assert len(new.get(keys(3800, 200))) == 200
    assert size(tmp_path) > limit / 2


def test_a_smaller_limit_holds_from_the_next_job_on(tmp_path):
    VectorCache(tmp_path, "one", DIMENSION).put(keys(0, 300), rows(300))
    VectorCache(tmp_path, "two", DIMENSION).put(keys(0, 300), rows(300))
    time.sleep(0.002)
    cache = VectorCache(tmp_path, "two", DIMENSION, 0)
    assert size(tmp_path) == 0
    cache.put(keys(0, 10), rows(10))
    assert not cache.get(keys(0, 10)) and size(tmp_path) == 0


@pytest.mark.parametrize(
    "damage", [b"no database at all, but long enough to look like one" * 9, b""]
)
def test_damage_is_as_if_it_were_not_there(tmp_path, damage):
    cache = VectorCache(tmp_path, "one", DIMENSION, 400 * ROW)
    cache.put(keys(0, 50), rows(50))
    [path] = (tmp_path / FOLDER).glob("*.sqlite")
    path.write_bytes(damage)
    assert cache.get(keys(0, 50)) == {}
    cache.put(keys(0, 50), rows(50))
    other = VectorCache(tmp_path, "two", DIMENSION, 400 * ROW)
    for start in range(0, 800, 100):
        time.sleep(0.002)
        other.put(keys(start, 100), rows(100))
    cache.put(keys(0, 50), rows(50))
    assert len(cache.get(keys(0, 50))) == 50, "the damaged file was replaced"


def test_a_removed_folder_comes_back(tmp_path):
    cache = VectorCache(tmp_path, "one", DIMENSION)
    cache.put(keys(0, 5), rows(5))
    for path in (tmp_path / FOLDER).iterdir():
        path.unlink()
    assert cache.get(keys(0, 5)) == {}
    cache.put(keys(0, 5), rows(5))
    assert len(cache.get(keys(0, 5))) == 5


@pytest.mark.parametrize(
    ("text", "limit"), [("50", 50), ("0", 0), ("-3", 0), ("much", VECTOR_CACHE_MB)]
)
def test_the_limit_can_be_set(monkeypatch, text, limit):
    monkeypatch.setenv(ENV_VECTOR_CACHE, text)
    assert default_vector_cache() == limit
