"""What is asked of a bucket, whoever keeps it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from visionlens_jlab.errors import VisionLensError


class Object(NamedTuple):
    """An object: its key, size in bytes, time of change in ns since 1970, and version.

    `version` is what the storage calls it (generation, ETag): it changes with the content.
    """

    key: str
    bytes: int
    modified_ns: int | None
    version: str


class Page(NamedTuple):
    """A part of a listing; `folders` end with a slash, `token` leads to the next part."""

    folders: list[str]
    objects: list[Object]
    token: str | None


class Content(NamedTuple):
    """Bytes of an object, and the version they are of."""

    data: bytes
    version: str


class Objects(Protocol):
    """The objects of one bucket.

    Each call is one request, without repetition: failures that may pass are `Transient`, others
    are a `VisionLensError` (SIGN_IN_NEEDED, PERMISSION_DENIED, DIR_NOT_FOUND) or `Changed`.
    """

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        """Objects below a prefix, in order of their keys.

        `folders`: those directly below it, and the folders; else all.
        """
        ...

    def head(self, key: str) -> Object | None:
        """What is known of an object; None: there is none."""
        ...

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        """Bytes `start` to `end` (not included; None: the last) of an object; None: there is none.

        `version`: only of this one, else `Changed`.
        """
        ...


class Transient(Exception):  # noqa: N818  a state, not a fault of anybody
    """The storage did not answer, or asks to be asked again later."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait
        """Seconds to wait at least, as the storage says."""


class Changed(Exception):  # noqa: N818  as above
    """The object is another one than that which was asked for."""


def sign_in_needed(address: str, command: str, cause: str) -> VisionLensError:
    """SIGN_IN_NEEDED, with the command that signs in."""
    return VisionLensError(
        "SIGN_IN_NEEDED",
        f"{address} cannot be read: there are no credentials, or they are no longer valid.",
        f"Sign in again: {command}. What was read stays; then go on.",
        details={"command": command, "cause": cause[:300]},
    )


def forbidden(address: str, cause: str) -> VisionLensError:
    """PERMISSION_DENIED for somebody who is signed in."""
    return VisionLensError(
        "PERMISSION_DENIED",
        f"Whoever is signed in may not read {address}.",
        "Ask for the right to list and read its objects, or sign in as somebody else.",
        details={"cause": cause[:300]},
    )


def no_bucket(address: str) -> VisionLensError:
    """DIR_NOT_FOUND for a bucket or container."""
    return VisionLensError("DIR_NOT_FOUND", f"There is no bucket {address}.")
