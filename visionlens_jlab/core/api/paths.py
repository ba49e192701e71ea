"""Which folders a request may name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from visionlens_jlab.core.system.confinement import Confinement, check_name
from visionlens_jlab.errors import VisionLensError


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

    def place(self, named: str, *, unrestricted: bool) -> str:
        """A named path as an absolute one, checked unless the user's own kernel names it."""
        return str(self.absolute(named) if unrestricted else self.resolve(named))

    def hides(self, real_path: Path) -> bool:
        """Whether it is hidden from each of the roots that it lies in."""
        below = [real_path.relative_to(r) for r in self.roots if real_path.is_relative_to(r)]
        return all(any(part.startswith(".") for part in path.parts) for path in below)
