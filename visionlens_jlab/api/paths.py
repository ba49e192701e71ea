"""Which folders a request may name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from ..confinement import Confinement, check_name, not_allowed
from ..errors import VisionLensError
from ..models import (
    DetectRequest,
    ExportRequest,
    IngestRequest,
    PredictionsRequest,
)

Request = TypeVar("Request", IngestRequest, DetectRequest)
_FILES_OF_MODELS = ("transformers", "open_clip")
"""Kinds of models whose names may be paths; those of providers never are."""
_PART = r"(?!\.)[\w.\-]{1,200}(?<!\.)"
_HUB_NAME = re.compile(rf"{_PART}(/{_PART})?(@[\w.\-]{{1,200}})?|", re.ASCII)
"""Up to two parts, none of which leads up; empty: none."""


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
        self.roots = [Path(root) for root in Confinement.of(roots).folders]

    @property
    def confinement(self) -> Confinement:
        """The roots as a check."""
        return Confinement(self.roots)

    @property
    def start(self) -> Path:
        """Where browsing begins: the base where it may be read, else the first root."""
        return self.base if self.allows(self.base) or not self.roots else self.roots[0]

    def resolve(self, named: str) -> Path:
        """The real path; PATH_NOT_ALLOWED outside the roots, whether it exists or not."""
        return Path(self.confinement.resolve(self.absolute(named)))

    def allows(self, real_path: Path) -> bool:
        """Whether a path without links lies in one of the roots."""
        return self.confinement.holds(real_path)

    def absolute(self, named: str) -> Path:
        """A named path as an absolute one, links kept.

        DIR_NOT_FOUND for an unknown `~user`, PATH_NOT_ALLOWED for what no system takes.
        """
        check_name(named)
        try:
            return self.base / Path(named).expanduser()
        except RuntimeError as error:
            raise VisionLensError("DIR_NOT_FOUND", f"{named!r}: {error}") from error

    def notebook(self, named: str) -> str:
        """A notebook's one name: kernels know its real path, the browser that below the base.

        Outside the roots no link is followed: the name says nothing of what is there.
        """
        plain = os.path.normpath(self.absolute(named))
        real = os.path.realpath(plain)
        known = self.allows(Path(plain)) or Path(plain).is_relative_to(self.base)
        return real if known or self.allows(Path(real)) else plain

    def confine_model(self, model: str | None) -> None:
        """Check that the files of a model lie where the browser may read; PATH_NOT_ALLOWED.

        Files come as `kind:/folder`, `kind:local-dir:/folder` or `kind:architecture//file`; what is
        no path must be a name of the hub, which leads nowhere.
        """
        kind, _, name = (model or "").partition(":")
        if kind not in _FILES_OF_MODELS:
            return
        if "local-dir:" in name:
            self.resolve(name.partition("local-dir:")[2])
        elif "//" in name:
            self.resolve(name[name.index("//") + 1 :])
        elif name.startswith(("/", "~", ".")):
            self.resolve(name)
        elif not _HUB_NAME.fullmatch(name.removeprefix("hf-hub:")):
            raise not_allowed(name)

    def confine_export(self, request: ExportRequest, *, unrestricted: bool) -> ExportRequest:
        """The request with an absolute path, checked unless it comes from the user's own kernel.

        The browser writes into no hidden folder: programs keep keys and settings there.
        """
        place = self.absolute if unrestricted else self.resolve
        path = place(request.path)
        if not unrestricted and self._is_hidden(path):
            raise VisionLensError(
                "PATH_NOT_ALLOWED", f"{path} is hidden.", "Export to a folder without a dot."
            )
        return request.model_copy(update={"path": str(path)})

    def _is_hidden(self, real_path: Path) -> bool:
        """Whether it is hidden from each of the roots that it lies in."""
        below = [real_path.relative_to(r) for r in self.roots if real_path.is_relative_to(r)]
        return all(any(part.startswith(".") for part in path.parts) for path in below)

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
