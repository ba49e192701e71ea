"""From an address to a source."""

from __future__ import annotations

from functools import lru_cache

from visionlens_jlab.buckets.objects import Objects
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.config import default_object_cache, default_object_folder
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.errors import VisionLensError

MEGABYTE = 1 << 20
WEB = ("http", "https")


@lru_cache(maxsize=64)
def connected(scheme: str, address: str) -> BucketSource:
    """The source at an address; see `BucketKind.connect`."""
    if scheme in WEB:
        from visionlens_jlab.buckets.web import check_address

        check_address(address)
    bucket, _, path = address.removeprefix(f"{scheme}://").partition("/")
    path = path.strip("/")
    if not bucket or "\0" in path or any(part in (".", "..") for part in path.split("/")):
        raise VisionLensError(
            "DIR_NOT_FOUND",
            f"{address[:200]} is no address of a bucket.",
            f"It looks like {scheme}://bucket/folder.",
        )
    location = f"{scheme}://{bucket}/{path}" if path else f"{scheme}://{bucket}"
    prefix, objects = f"{path}/" if path else "", _objects(scheme, bucket)
    if scheme in WEB:
        from visionlens_jlab.buckets.web_source import WebSource

        return WebSource(location, prefix, objects, _cache())
    return BucketSource(location, prefix, objects, _cache())


def _objects(scheme: str, bucket: str) -> Objects:
    if scheme == "gs":
        from visionlens_jlab.buckets import google_cloud

        return google_cloud.connect(bucket)
    if scheme in WEB:
        from visionlens_jlab.buckets.web import WebObjects

        return WebObjects(f"{scheme}://{bucket}")
    from visionlens_jlab.buckets import object_store

    return object_store.connect(scheme, bucket)


@lru_cache(maxsize=1)
def _cache() -> ObjectCache:
    return ObjectCache(default_object_folder(), default_object_cache() * MEGABYTE)


def object_cache() -> ObjectCache:
    """What objects are kept in on this machine, whoever they are read from."""
    return _cache()
