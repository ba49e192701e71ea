"""Which folders a request may name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from ..errors import VisionLensError
from ..models import (
    AttributeRequest,
    DetectRequest,
    EmbedRequest,
    ExportRequest,
    IngestRequest,
    PredictionsRequest,
)

Request = TypeVar("Request", IngestRequest, DetectRequest)
ModelRequest = TypeVar("ModelRequest", EmbedRequest, AttributeRequest)


class PathPolicy:
    """Confines what the browser names to some folders; links are followed before judging.

    Parameters
    ----------
    roots : iterable of paths
        Folders whose content may be read.
    base : Path
        What a relative path is relative to.
    """

    def __init__(self, roots: Iterable[str | Path], base: str | Path) -> None:
        self.base = Path(base).expanduser().resolve()
        self.roots = [Path(root).expanduser().resolve() for root in roots]

    @property
    def start(self) -> Path:
        """Where browsing begins: the base where it may be read, else the first root."""
        return self.base if self.allows(self.base) or not self.roots else self.roots[0]

    def resolve(self, named: str) -> Path:
        """The real path; PATH_NOT_ALLOWED outside the roots, whether it exists or not."""
        try:
            path = self.absolute(named).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise VisionLensError(
                "PATH_NOT_ALLOWED", f"{named!r} cannot be followed to a file."
            ) from error
        if not self.allows(path):
            raise VisionLensError(
                "PATH_NOT_ALLOWED", f"{named} is outside the folders that may be read from here."
            )
        return path

    def allows(self, real_path: Path) -> bool:
        """Whether a path without links lies in one of the roots."""
        return any(real_path.is_relative_to(root) for root in self.roots)

    def absolute(self, named: str) -> Path:
        """A named path as an absolute one, links kept; DIR_NOT_FOUND for an unknown `~user`."""
        try:
            return self.base / Path(named).expanduser()
        except RuntimeError as error:
            raise VisionLensError("DIR_NOT_FOUND", f"{named!r}: {error}") from error

    def notebook(self, named: str) -> str:
        """A notebook's one name: kernels know its real path, the browser that below the base."""
        try:
            return os.path.realpath(self.base / named)
        except ValueError as error:
            raise VisionLensError("PATH_NOT_ALLOWED", f"{named!r} is no path.") from error

    def confine_model(self, request: ModelRequest) -> ModelRequest:
        """Check that the files of a model lie where the browser may read; PATH_NOT_ALLOWED.

        Files come as `kind:/folder`, `kind:local-dir:/folder` or `kind:architecture//file`.
        """
        _, colon, name = (request.model or "").partition(":")
        if colon and "local-dir:" in name:
            self.resolve(name.partition("local-dir:")[2])
        elif colon and ("//" in name or name.startswith(("/", "~", "."))):
            self.resolve(name if "//" not in name else name[name.index("//") + 1 :])
        return request

    def confine_export(self, request: ExportRequest, *, unrestricted: bool) -> ExportRequest:
        """The request with an absolute path, checked unless it comes from the user's own kernel."""
        place = self.absolute if unrestricted else self.resolve
        return request.model_copy(update={"path": str(place(request.path))})

    def confine_predictions(
        self, request: PredictionsRequest, *, unrestricted: bool
    ) -> PredictionsRequest:
        """The request with an absolute source, checked unless it comes from the user's kernel."""
        place = self.absolute if unrestricted else self.resolve
        return request.model_copy(update={"source": str(place(request.source))})

    def confine(self, request: Request, *, unrestricted: bool, rows: bool = False) -> Request:
        """The request with absolute paths, checked unless it comes from the user's own kernel.

        With `rows` the source is a label only, since the rows come with the request.
        """
        place = self.absolute if unrestricted else self.resolve
        named: dict[str, Any] = {
            part: str(place(value))
            for part in (("images", "labels") if rows else ("source", "images", "labels"))
            if (value := getattr(request, part)) is not None
        }
        if isinstance(request, IngestRequest) and not unrestricted:
            # Label files may name further folders, which must lie in the same roots.
            roots = [str(root) for root in self.roots]
            named["options"] = {**request.options, "within": roots}
        return request.model_copy(update=named)
