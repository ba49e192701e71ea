"""The same source over Google's protocol (an emulator, our fault server) and S3's (moto)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from visionlens_jlab.buckets import connecting, retries
from visionlens_jlab.buckets import source as bucket_source
from visionlens_jlab.buckets.objects import Page
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import Entry, Source, check_reach, connect
from visionlens_jlab.tests.buckets.conftest import Put
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults

KINDS = {"bucket": "gs://photos", "gcs_emulator": "gs://photos", "moto": "s3://photos"}
FILES = {
    "a/one.jpg": b"1" * 10,
    "a/deep/two.jpg": bytes(range(256)) * 1000,
    "a/.hidden": b"x",
    "b/three.txt": b"",
    "top.json": b"{}",
}


@pytest.fixture(params=list(KINDS))
def source(request: pytest.FixtureRequest) -> Source:
    """The same files in each kind of storage."""
    storage = request.getfixturevalue(request.param)
    put: Put = storage.put if isinstance(storage, Bucket) else storage
    for key, data in FILES.items():
        put(key, data)
    return connect(KINDS[request.param], source_kinds())


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(VisionLensError) as raised:
        call()
    return raised.value.code


def test_a_bucket_is_listed_described_and_read_as_folders_are(source: Source) -> None:
    folders, files = source.list()
    assert folders == ["a", "b"] and [entry.path for entry in files] == ["top.json"]
    assert source.list("a")[0] == ["deep"]
    walked = list(source.walk())
    assert sorted(entry.path for entry in walked) == [
        "a/deep/two.jpg", "a/one.jpg", "b/three.txt", "top.json",
    ]  # fmt: skip
    assert all(isinstance(entry, Entry) and entry.modified_ns for entry in walked)
    assert {entry.path: entry.bytes for entry in walked}["a/deep/two.jpg"] == 256_000
    found = source.stat("a/one.jpg")
    assert found is not None and found.bytes == 10 and source.stat("a/none.jpg") is None
    assert source.is_dir("a") and not source.is_dir("c")
    for path in ("a/one.jpg", "a/deep/two.jpg", "b/three.txt"):
        for _ in range(2):  # from the storage, from the cache
            with source.open(path) as file:
                assert file.read() == FILES[path]
    assert code_of(lambda: source.open("a/none.jpg")) == "IMAGE_MISSING"
    assert code_of(lambda: source.open("../b/three.txt")) == "PATH_NOT_ALLOWED"
    assert code_of(lambda: source.list("c")) == "DIR_NOT_FOUND"


def test_files_read_ahead_are_those_asked_for_and_their_ends_come_when_they_are_read(
    source: Source,
) -> None:
    paths = ["a/one.jpg", "a/deep/two.jpg", "a/none.jpg", "b/three.txt"]
    with source.reading(paths, 1000):  # type: ignore[attr-defined]
        with source.open("a/one.jpg") as file:
            assert file.read() == FILES["a/one.jpg"]
        with source.open("a/deep/two.jpg") as file:
            assert file.read(10) == FILES["a/deep/two.jpg"][:10]
            file.seek(200_000)
            assert file.read(5) == FILES["a/deep/two.jpg"][200_000:200_005]
            file.seek(0)
            assert file.read() == FILES["a/deep/two.jpg"]
        assert code_of(lambda: source.open("a/none.jpg")) == "IMAGE_MISSING"
        with source.open("b/three.txt") as file:
            assert file.read() == b""


def test_a_part_of_a_bucket_is_a_source_of_its_own(bucket: Bucket) -> None:
    bucket.put("photos/2024/a.jpg", b"a")
    bucket.put("photos-old/b.jpg", b"b")
    source = connect("gs://bucket/photos/", source_kinds())
    assert source.location == "gs://bucket/photos"
    assert [entry.path for entry in source.walk()] == ["2024/a.jpg"]
    assert code_of(lambda: connect("gs://", source_kinds())) == "DIR_NOT_FOUND"
    assert code_of(lambda: connect("gs://bucket/../other", source_kinds())) == "DIR_NOT_FOUND"
    assert code_of(lambda: connect("ftp://host/x", source_kinds())) == "DIR_NOT_FOUND"


def test_long_listings_come_in_pages(bucket: Bucket) -> None:
    bucket.page_size = 7
    for number in range(40):
        bucket.put(f"{number:03}.jpg", b"x")
    source = connect("gs://bucket", source_kinds())
    bucket.fail_as(Faults())
    assert [entry.path for entry in source.walk()] == [f"{number:03}.jpg" for number in range(40)]
    assert len(bucket.requests) == 6


@pytest.mark.parametrize("following", [["again", "again"], map(str, range(1_000_000))])
def test_a_listing_without_end_is_ended(following, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(bucket_source, "MOST_PAGES", 50)
    tokens = iter(following)

    class Endless:
        def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
            return Page([], [], next(tokens))

    made = BucketSource("x://y", "", Endless(), ObjectCache(tmp_path, 1))  # type: ignore[arg-type]
    assert code_of(lambda: list(made.walk())) == "SOURCE_UNAVAILABLE"
    with pytest.raises(VisionLensError, match="does not come to an end"):
        check_reach([made])


def test_objects_larger_than_a_part_are_fetched_in_parts_of_one_version(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from visionlens_jlab.buckets import source as source_module

    monkeypatch.setattr(source_module, "PART_BYTES", 1000)
    content = bytes(range(250)) * 20
    bucket.put("large.bin", content)
    source = connect("gs://bucket", source_kinds())
    bucket.fail_as(Faults(torn=0.3, errors=0.2, seed=3))
    with source.open("large.bin") as file:
        assert file.read() == content
    bucket.put("large.bin", content[::-1])
    with source.open("large.bin") as file:  # it is looked at again after a minute
        assert file.read() == content
    bucket.fail_as(Faults(changes=1.0))
    connecting.connected.cache_clear()
    source = connect("gs://bucket", source_kinds())
    assert code_of(lambda: source.open("large.bin")) == "SOURCE_UNAVAILABLE"
    bucket.fail_as(Faults())
    with source.open("large.bin") as file:
        assert file.read() == content[::-1]


def test_what_is_forbidden_expired_or_out_of_reach_says_so_without_a_key_or_an_address(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("a.jpg", b"a")
    source = connect("gs://bucket", source_kinds())
    bucket.fail_as(Faults(forbidden=True))
    assert code_of(source.list) == "PERMISSION_DENIED"
    bucket.fail_as(Faults(expires_after=0))
    with pytest.raises(VisionLensError) as raised:
        source.list()
    assert raised.value.code == "SIGN_IN_NEEDED"
    assert "gcloud auth application-default login" in (raised.value.hint or "")
    bucket.sign_in()
    assert [entry.path for entry in source.walk()] == ["a.jpg"]
    bucket.fail_as(Faults(errors=1.0))
    patience = {"patience": 0.01, "sleep": lambda seconds: None}
    monkeypatch.setattr(retries.persistent, "__kwdefaults__", patience)
    assert code_of(source.list) == "SOURCE_UNAVAILABLE"
