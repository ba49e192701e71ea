"""Sources: files that lie at addresses of a scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file; its path has `/` and begins below the address.

    Attributes
    ----------
    path : str
    bytes : int
    modified : float or None
        Seconds since 1970.
    version : str
        Changes with the content (an ETag); empty: size and time of change tell.
    """

    path: str
    bytes: int
    modified: float | None = None
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of a folder: names of the folders and the files directly in it, in order.

    `token` is given to the next call; None: this was the last part.
    """

    folders: Sequence[str] = ()
    files: Sequence[SourceFile] = ()
    token: str | None = None


class SourceContext(Protocol):
    """What a source is connected with."""

    api: str
    """Version of this API."""


class Source(Protocol):
    """The files at one address; kept between calls.

    Errors: FileNotFoundError (or None), PermissionError; any other OSError is tried again.
    """

    def list(self, *, folder: str, token: str | None, **rest: Any) -> Page:
        """What lies directly in a folder; empty: the address itself."""
        ...

    def stat(self, *, path: str, **rest: Any) -> SourceFile | None:
        """A file; None: there is none."""
        ...

    def read(self, *, path: str, start: int, end: int | None, **rest: Any) -> bytes | None:
        """Bytes `start` to `end` (not included; None: the last); None: there is no such file."""
        ...

    # Also `sign(self, *, path, seconds, **rest) -> str`, if addresses can be signed.


class Connector(Protocol):
    """`target` of a source."""

    def __call__(self, *, context: SourceContext, address: str, **rest: Any) -> Source:
        """The source at an address of the manifest's `scheme`, such as `scheme://host/folder`."""
        ...
