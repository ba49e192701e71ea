"""S3 and what speaks its protocol, and Azure Blob Storage, by obstore.

Credentials are those that obstore finds: the variables `AWS_...` and `AZURE_...`, web identity, the
metadata server; with boto3 installed also profiles and single sign-on of AWS. `$AWS_ENDPOINT_URL`
names another server that speaks S3.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
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

SIGN_IN = {"s3": "aws sso login", "az": "az login"}
PAGE = 1000
_ONCE: Any = {"max_retries": 0, "retry_timeout": timedelta(seconds=60)}
_ENDPOINT = "AWS_ENDPOINT_URL"


def connect(scheme: str, bucket: str) -> StoredObjects:
    """The objects of a bucket or container. SOURCE_NOT_INSTALLED, SIGN_IN_NEEDED."""
    try:
        from obstore.store import AzureStore, S3Store
    except ImportError as error:
        raise VisionLensError(
            "SOURCE_NOT_INSTALLED",
            f"obstore, which reads {scheme}:// addresses, is not installed.",
            'pip install "visionlens-jlab[cloud]"',
        ) from error
    options: Any = {"allow_http": True, "timeout": "60s", "connect_timeout": "10s"}
    address = f"{scheme}://{bucket}"

    def make() -> Any:
        try:
            if scheme == "az":
                return AzureStore(bucket, client_options=options, retry_config=_ONCE)
            return S3Store(
                bucket,
                client_options=options,
                retry_config=_ONCE,
                credential_provider=_profile(),
                skip_signature=bool(os.environ.get("AWS_NO_SIGN_REQUEST")),
            )
        except Exception as error:
            raise sign_in_needed(address, SIGN_IN[scheme], type(error).__name__) from error

    return StoredObjects(scheme, address, make)


def _profile() -> Any:
    """What reads profiles of AWS, where boto3 is installed and no variable says who asks."""
    if os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_NO_SIGN_REQUEST"):
        return None
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider

        return Boto3CredentialProvider()
    except (ImportError, ValueError):  # ValueError: no credentials in any profile
        return None


class StoredObjects:
    """See `Objects`."""

    def __init__(self, scheme: str, address: str, make: Callable[[], Any]) -> None:
        self._scheme, self._address, self._make = scheme, address, make
        self._made: Any = make()

    @property
    def _store(self) -> Any:
        if self._made is None:  # somebody may have signed in since
            self._made = self._make()
        return self._made

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        import obstore

        with self._failures():
            if folders:
                found = obstore.list_with_delimiter(self._store, prefix)
                below = sorted(f"{name}/" for name in found["common_prefixes"])
                return Page(below, [_object(one) for one in found["objects"]], None)
            pages = obstore.list(self._store, prefix or None, offset=token, chunk_size=PAGE)
            objects = [_object(one) for one in next(iter(pages), [])]
        return Page([], objects, objects[-1].key if len(objects) >= PAGE else None)

    def head(self, key: str) -> Object | None:
        import obstore

        try:
            with self._failures():
                return _object(obstore.head(self._store, key))
        except FileNotFoundError:
            return None

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        import obstore

        options: Any = {}
        if start or end is not None:
            options["range"] = {"offset": start} if end is None else (start, end)
        if version:
            options["if_match"] = version
        try:
            with self._failures():
                found = obstore.get(self._store, key, options=options)
                return Content(bytes(found.bytes()), found.meta["e_tag"] or "")
        except FileNotFoundError:
            return None
        except _NoSuchRange:  # empty, or shorter than `start`
            described = self.head(key)
            return None if described is None else Content(b"", described.version)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Failures of the library as ours; an absent object stays a FileNotFoundError."""
        from obstore import exceptions

        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError) as error:
            if "NoSuchBucket" in str(error) or "ContainerNotFound" in str(error):
                raise no_bucket(self._address) from error
            raise FileNotFoundError from error
        except exceptions.UnauthenticatedError as error:
            raise self._sign_in("unauthenticated") from error
        except (PermissionError, exceptions.PermissionDeniedError) as error:
            text = str(error)
            if any(code in text for code in _EXPIRED):
                raise self._sign_in("expired") from error
            raise forbidden(self._address, "HTTP 403") from error
        except exceptions.PreconditionError as error:
            raise Changed from error
        except (exceptions.BaseError, OSError) as error:
            self._refuse(error)

    def _sign_in(self, cause: str) -> VisionLensError:
        self._made = None
        return sign_in_needed(self._address, SIGN_IN[self._scheme], cause)

    def _refuse(self, error: Exception) -> NoReturn:
        text = str(error)
        if "416" in text and "ange" in text:
            raise _NoSuchRange from error
        if any(code in text for code in (*_EXPIRED, "InvalidAccessKeyId", "CredentialsError")):
            raise self._sign_in("refused") from error
        # its texts hold addresses with signatures: only the kind of the failure is said
        raise Transient(type(error).__name__) from error


class _NoSuchRange(Exception):  # noqa: N818  no fault: the object is shorter
    """Nothing of the object lies in the range that was asked for."""


_EXPIRED = ("ExpiredToken", "TokenRefreshRequired", "Request has expired", "AuthenticationFailed")


def _object(meta: Any) -> Object:
    modified = round(meta["last_modified"].timestamp() * 1e6) * 1000
    return Object(meta["path"], int(meta["size"]), modified, meta["e_tag"] or "")
