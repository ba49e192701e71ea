"""The kinds of buckets, and places of the web, registered through the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl

if TYPE_CHECKING:
    from visionlens_jlab.buckets.source import BucketSource
    from visionlens_jlab.media.sources import SourceKind

visionlens_api_version = API_VERSION


class BucketKind:
    """Buckets of one scheme; the library behind it is imported with the first address."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def connect(self, address: str) -> BucketSource:
        """The bucket, or the part of it, at an address such as `gs://bucket/photos`.

        Raises
        ------
        VisionLensError
            DIR_NOT_FOUND, SIGN_IN_NEEDED, SOURCE_NOT_INSTALLED.
        """
        from visionlens_jlab.buckets.connecting import connected

        return connected(self.scheme, address)


@hookimpl
def visionlens_sources(context: PluginContext) -> Sequence[SourceKind]:
    """Google Cloud Storage, S3, Azure, the web."""
    return [BucketKind(scheme) for scheme in ("gs", "s3", "az", "http", "https")]
