"""Listing and reading under faults: nothing lost, nothing doubled, nothing torn."""

from __future__ import annotations

import random

import pytest

from visionlens_jlab.buckets import connecting, retries
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults

OBJECTS = 30


def run(bucket: Bucket, seed: int) -> None:
    """List and read everything; sign in again where that is needed."""
    chance = random.Random(seed)
    bucket.page_size = chance.choice((3, 7, 1000))
    faults = Faults(
        errors=chance.choice((0.0, 0.02, 0.3)),
        torn=chance.choice((0.0, 0.02, 0.3)),
        resets=chance.choice((0.0, 0.02, 0.2)),
        changes=chance.choice((0.0, 0.1)),
        expires_after=chance.choice((None, 3, 20)),
        seed=seed,
    )
    bucket.fail_as(faults)
    connecting.connected.cache_clear()
    source = connect("gs://bucket", source_kinds())
    assert isinstance(source, BucketSource)
    for _ in range(2):
        try:
            listed = [entry.path for entry in source.walk()]
            found = {}
            with source.reading(listed, chance.choice((None, 100))):
                for path in listed:
                    with source.open(path) as file:
                        found[path] = file.read()
        except VisionLensError as error:
            assert error.code == "SIGN_IN_NEEDED", error
            bucket.sign_in()
            continue
        assert listed == sorted(bucket.objects)
        assert found == bucket.objects
        return
    raise AssertionError("signed in, and still refused")


@pytest.fixture
def filled(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for number in range(OBJECTS):
        bucket.put(f"{number:03}.bin", random.Random(number).randbytes(50 + 20 * number))
    patience = {"patience": 1000.0, "sleep": lambda seconds: None}
    monkeypatch.setattr(retries.persistent, "__kwdefaults__", patience)
    return bucket


@pytest.mark.parametrize("seed", range(12))
def test_every_object_is_read_once_and_whole_whatever_fails(filled: Bucket, seed: int) -> None:
    run(filled, seed)


@pytest.mark.soak
def test_every_object_is_read_once_and_whole_in_200_runs(filled: Bucket) -> None:
    for seed in range(1000, 1200):
        run(filled, seed)


def test_waits_grow_are_drawn_and_heed_what_the_storage_says() -> None:
    waits: list[float] = []
    failures = iter([retries.Transient("503")] * 4 + [retries.Transient("429", wait=30.0)])

    def call() -> str:
        error = next(failures, None)
        if error is not None:
            raise error
        return "done"

    assert retries.persistent("gs://b", call, sleep=waits.append) == "done"
    assert len(waits) == 5 and waits[-1] == 30.0
    assert all(0 <= wait <= retries.FIRST * 2**n for n, wait in enumerate(waits[:4]))
