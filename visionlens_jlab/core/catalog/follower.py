"""Who is told of what happens to datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


class Follower(Protocol):
    """Derives something from datasets, as a search index does. Any thread; must not wait."""

    def attached(self, store: OpenDataset) -> None:
        """A dataset is there from now on, which may be written to."""
        ...

    def opened(self, slug: str) -> None:
        """Its file was opened."""
        ...

    def committed(self, slug: str, kind: str) -> None:
        """A commit of that kind is in."""
        ...

    def released(self, uuid: str) -> None:
        """A dataset was let go of; another process may open it next."""
        ...

    def deleted(self, uuid: str) -> None:
        """A dataset was deleted."""
        ...
