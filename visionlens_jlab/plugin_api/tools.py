"""Tools: what the analyst's language model may ask of a plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class ToolContext(Protocol):
    """The dataset, to be read."""

    api: str
    """Version of this API."""

    def count(self, where: str = "", level: str = "samples") -> int:
        """How many rows a predicate has; ValueError for a predicate that cannot be read."""
        ...

    def rows(
        self,
        where: str = "",
        columns: Sequence[str] = (),
        level: str = "samples",
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        """Rows of a predicate, 1,000 at most; no columns: all."""
        ...


class Tool(Protocol):
    """`target` of a tool. The language model gets its answer as data, never as instructions."""

    def __call__(
        self, *, context: ToolContext, arguments: Mapping[str, Any], **rest: Any
    ) -> Mapping[str, Any]:
        """Answer with JSON; numbers stand at names of their own."""
        ...
