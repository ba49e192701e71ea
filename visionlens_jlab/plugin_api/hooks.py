"""Hooks: what a plugin does when something has happened. `on` in the manifest names one.

Each is called with keywords only and takes `**rest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from visionlens_jlab.plugin_api.operators import OperatorContext
from visionlens_jlab.plugin_api.samples import Sample

if TYPE_CHECKING:
    from PIL import Image


class HookContext(Protocol):
    """What has happened where."""

    api: str
    """Version of this API."""
    dataset: str


class OnIngest(Protocol):
    """`on_ingest`: new samples have been committed; called with up to 500 of them at a time."""

    def __call__(self, *, context: OperatorContext, samples: Sequence[Sample], **rest: Any) -> None:
        """Tag them, set fields."""
        ...


class PostIngest(Protocol):
    """`post_ingest`: an ingest is done; called once."""

    def __call__(self, *, context: OperatorContext, report: Mapping[str, Any], **rest: Any) -> None:
        """`report` has the counts of the ingest's report; the context has the new samples."""
        ...


class OnTransform(Protocol):
    """`on_transform`: an image is about to be embedded, or measured by a plugin."""

    def __call__(self, *, context: HookContext, image: Image.Image, **rest: Any) -> Image.Image:
        """The image to use instead, RGB and of the same size."""
        ...


class OnView(Protocol):
    """`on_view`: the view of a workspace is another one."""

    def __call__(
        self, *, context: OperatorContext, ids: Sequence[int], level: str, **rest: Any
    ) -> None:
        """`ids` of the level, 100,000 at most; `count` in `rest` says how many there are."""
        ...


class OnSelection(Protocol):
    """`on_selection`: other rows are selected in a workspace."""

    def __call__(
        self, *, context: OperatorContext, ids: Sequence[int], level: str, **rest: Any
    ) -> None:
        """As `OnView`."""
        ...


class OnEvaluate(Protocol):
    """`on_evaluate`: a run has been evaluated."""

    def __call__(
        self,
        *,
        context: OperatorContext,
        evaluation: str,
        run: str,
        metrics: Mapping[str, float | None],
        **rest: Any,
    ) -> None:
        """`metrics` by name, as the evaluation has them."""
        ...
