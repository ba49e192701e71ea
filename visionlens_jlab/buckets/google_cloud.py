"""Google Cloud Storage, by google-cloud-storage.

Credentials are those that Google's libraries find (Application Default Credentials: a service
account's file, `gcloud auth application-default login`, also with impersonation, workload identity,
the metadata server). `$STORAGE_EMULATOR_HOST` names an emulator, which needs none.
`$VISIONLENS_REQUESTER_PAYS` names the project that pays for buckets whose requester pays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NoReturn

from visionlens_jlab.buckets.objects import (
    Changed,
    Content,
    Object,
    Page,
    Transient,
    forbidden,
    no_bucket,
    sign_in_needed,
)
from visionlens_jlab.errors import VisionLensError

SIGN_IN = "gcloud auth application-default login"
ENV_PAYER = "VISIONLENS_REQUESTER_PAYS"
PAGE = 1000
TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two parts of an answer."""
_FIELDS = "items(name,size,updated,generation),prefixes,nextPageToken"
_NO_TELEMETRY = {
    "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA": "true",
    "GCP_STORAGE_PYTHON_ENABLE_OTEL_METRICS": "false",
}
"""The library would ask for the bucket with each request, to describe it in measurements."""
_PASSING = (408, 429, 500, 502, 503, 504)


def connect(bucket: str) -> GoogleObjects:
    """The objects of a bucket. SOURCE_NOT_INSTALLED, SIGN_IN_NEEDED."""
    _client()
    return GoogleObjects(bucket)


@lru_cache(maxsize=1)
def _client() -> Any:
    for name, value in _NO_TELEMETRY.items():
        os.environ.setdefault(name, value)
    try:
        from google.auth.credentials import AnonymousCredentials
        from google.auth.exceptions import DefaultCredentialsError
        from google.cloud import storage
    except ImportError as error:
        raise VisionLensError(
            "SOURCE_NOT_INSTALLED",
            "google-cloud-storage, which reads gs:// addresses, is not installed.",
            'pip install "visionlens-jlab[gcs]"',
        ) from error
    if os.environ.get("STORAGE_EMULATOR_HOST"):
        anonymous: Any = AnonymousCredentials  # its package has no types of this
        return storage.Client(project="emulated", credentials=anonymous())
    try:
        return storage.Client()
    except (DefaultCredentialsError, OSError) as error:  # OSError: no project is set
        if isinstance(error, OSError):
            return storage.Client(project="none")
        raise sign_in_needed("gs://", SIGN_IN, str(error)) from error


class GoogleObjects:
    """See `Objects`."""

    def __init__(self, bucket: str) -> None:
        self._name = bucket
        self._address = f"gs://{bucket}"

    @property
    def _bucket(self) -> Any:
        # the client of now: after signing in again it is another one
        return _client().bucket(self._name, user_project=os.environ.get(ENV_PAYER) or None)

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        with self._failures():
            found = self._bucket.list_blobs(
                prefix=prefix,
                delimiter="/" if folders else None,
                page_token=token,
                page_size=PAGE,
                fields=_FIELDS,
                timeout=TIMEOUT,
                retry=None,
            )
            page = next(found.pages, None)
            objects = [_object(blob) for blob in page or ()]
            return Page(sorted(found.prefixes), objects, found.next_page_token)

    def head(self, key: str) -> Object | None:
        with self._failures():
            blob = self._bucket.get_blob(key, timeout=TIMEOUT, retry=None)
            return None if blob is None else _object(blob)

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        from google.api_core.exceptions import NotFound, RequestRangeNotSatisfiable

        blob = self._bucket.blob(key)
        with self._failures():
            try:
                data = blob.download_as_bytes(
                    start=start or None,
                    end=None if end is None else end - 1,
                    raw_download=True,
                    if_generation_match=int(version) if version else None,
                    timeout=TIMEOUT,
                    retry=None,
                    checksum=None if start or end else "auto",
                )
            except NotFound:
                return None
            except RequestRangeNotSatisfiable:  # empty, or shorter than `start`
                data = b""
        return Content(data, str(blob.generation or blob.etag or ""))

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Failures of the library as ours; none of them says a key or an address with one."""
        import requests
        from google.api_core.exceptions import GoogleAPICallError, NotFound
        from google.auth.exceptions import GoogleAuthError, TransportError
        from urllib3.exceptions import HTTPError

        try:
            yield
        except NotFound as error:
            raise no_bucket(self._address) from error
        except GoogleAPICallError as error:
            self._refuse(error)
        except TransportError as error:
            raise Transient(type(error).__name__) from error
        except GoogleAuthError as error:
            raise self._sign_in(type(error).__name__) from error
        except (requests.RequestException, HTTPError, ConnectionError) as error:
            raise Transient(type(error).__name__) from error
        except Exception as error:
            # the library's own: a checksum or a length that differs from what was announced
            if type(error).__name__ in ("DataCorruption", "InvalidResponse"):
                raise Transient(type(error).__name__) from error
            raise

    def _sign_in(self, cause: str) -> VisionLensError:
        _client.cache_clear()  # the next one reads the credentials anew
        return sign_in_needed(self._address, SIGN_IN, cause)

    def _refuse(self, error: Any) -> NoReturn:
        code, cause = int(error.code or 0), f"HTTP {error.code}"
        if code in _PASSING:
            raise Transient(cause, _wait(error)) from error
        if code == 401:
            raise self._sign_in(cause) from error
        if code == 403:
            raise forbidden(self._address, cause) from error
        if code == 412:
            raise Changed from error
        raise VisionLensError(
            "SOURCE_UNAVAILABLE", f"{self._address} refuses the request.", details={"cause": cause}
        ) from error


def _object(blob: Any) -> Object:
    updated = blob.updated
    modified = None if updated is None else round(updated.timestamp() * 1e6) * 1000
    return Object(blob.name, int(blob.size or 0), modified, str(blob.generation or ""))


def _wait(error: Any) -> float:
    """Seconds of `Retry-After`, a minute at most."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return min(60.0, float(headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0
