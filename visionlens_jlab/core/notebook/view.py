"""Views and selections: a dataset narrowed down."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
from typing_extensions import TypeVar

from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend, Factory, Known
from visionlens_jlab.core.notebook.frames import ID_COLUMN, to_frame, unique
from visionlens_jlab.core.predicates.shapes import Combine, Filter, In
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import (
    OutcomeFilter,
    SearchSpec,
    SortKey,
    TableRequest,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


_OWN = re.compile(r"visionlens_jlab\.(?!tests\.)")


def conjunction(*filters: Filter | None) -> Filter | None:
    """All conditions at once, flat, so that bare annotation conditions speak of one annotation."""
    parts: list[Filter] = []
    for node in filters:
        if isinstance(node, Combine) and node.op == "and":
            parts += node.args
        elif node is not None:
            parts.append(node)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Combine(op="and", args=parts)


def sort_keys(sort: str | Sequence[str] | None) -> list[SortKey]:
    """`"-confidence"` or `["split", "-brightness"]` as sort keys; `-` is descending."""
    if sort is None:
        return []
    names = [sort] if isinstance(sort, str) else sort
    return [
        SortKey(field=name.removeprefix("-"), descending=name.startswith("-")) for name in names
    ]


def search_spec(given: SearchSpec | Mapping[str, Any]) -> SearchSpec:
    """A search that was written down as a dict. REQUEST_INVALID names what is wrong with it."""
    return shaped(SearchSpec, given)


def outcome_spec(given: OutcomeFilter | Mapping[str, Any]) -> OutcomeFilter:
    """Outcomes that were written down as a dict. REQUEST_INVALID names what is wrong with them."""
    return shaped(OutcomeFilter, given)


def checked_filter(backend: DatasetBackend, predicate: str) -> Filter | None:
    """The filter of a predicate; warns of values that nothing in the dataset has.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID, FIELD_UNKNOWN.
    """
    found = backend.predicate(predicate, None)
    for warning in found.warnings:
        warnings.warn(warning, stacklevel=outside())
    return found.filter


def outside() -> int:
    """The number of callers up to the first that is not of this package, as `warn` counts them."""
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and _OWN.match(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


V = TypeVar("V", bound="View[Any, Any]", default=Any)
"""The class of views that the product gives: this one with what capabilities add."""
S = TypeVar("S", bound="View[Any, Any]", default=Any)
"""The same of selections."""


class Viewing(Generic[V]):
    """Something of a dataset that gives views."""

    _backend: DatasetBackend

    def _view(self, spec: ViewSpec) -> V:
        made: V = self._backend.factory.view(self._backend, spec)
        return made


@checked_methods
class View(Viewing[V], Generic[V, S]):
    """What views of any capability have in common: a specification, and who answers for it."""

    def __init__(self, backend: DatasetBackend, spec: ViewSpec) -> None:
        self._backend = backend
        self._spec = spec

    @property
    def spec(self) -> ViewSpec:
        """Level, filter and sort, as the server knows them."""
        return self._spec

    @property
    def level(self) -> Level:
        """What the ids stand for: "samples" or "annotations"."""
        return self._spec.level

    @property
    def ids(self) -> np.ndarray:
        """Ids of the view's level, uint32, shape (count,), in display order."""
        return self._backend.ids(self.spec)

    @property
    def scores(self) -> np.ndarray | None:
        """float32, one per id, where the view is ranked by a search; None otherwise.

        The cosine with what is searched for, or the score of the sampling; NaN for annotations
        that a view with `all=True` shows beside those that were found.
        """
        return self._backend.ids_and_scores(self.spec)[1]

    @property
    def predicate(self) -> str:
        """The filter as text that `where` takes; empty when nothing is filtered."""
        return self._backend.predicate(self.spec.where, self.spec.filter).text

    @property
    def sql(self) -> str | None:
        """The SELECT that chose the rows; None: there is none."""
        return self.spec.sql

    def count(self, level: Level | None = None) -> int:
        """Number of rows that `to_arrow(level)` has; by default of the view's own level."""
        return len(self.ids_at(level or self.level))

    def ids_at(self, level: Level) -> np.ndarray:
        """Ids at a level, uint32, in display order.

        For a sample view the annotations are the matching ones; for an annotation view the samples
        are those that hold its annotations, each once.
        """
        if level == self.level:
            return self.ids
        column = ID_COLUMN[level]
        ids: np.ndarray = self.to_arrow(level, [column])[column].to_numpy()
        return ids.astype(np.uint32)

    def to_arrow(
        self, level: Level | None = None, columns: Sequence[str] | None = None, *, all: bool = False
    ) -> pa.Table:
        """The view as a table, in display order.

        Parameters
        ----------
        level : {"samples", "annotations"}, optional
            One row for each sample or for each matching annotation; by default the view's level.
            Samples of an annotation view come in the order of their first annotation. Boxes are
            x, y, w, h in float pixels, origin at the top left of the upright image.
        columns : sequence of str, optional
            Only these columns.
        all : bool
            With level annotations: every annotation of the samples, predictions included.

        Raises
        ------
        VisionLensError
            FIELD_UNKNOWN for a column that does not exist.
        """
        return self._backend.table(
            shaped(
                TableRequest,
                view=self.spec.model_copy(update={"all": all or self.spec.all}),
                level=level or self.level,
                columns=_listed(columns),
            )
        )

    def to_pandas(
        self, level: Level | None = None, columns: Sequence[str] | None = None, *, all: bool = False
    ) -> pd.DataFrame:
        """`to_arrow` as a DataFrame whose index holds the ids.

        Raises
        ------
        ImportError
            When pandas is not installed.
        VisionLensError
            FIELD_UNKNOWN for a column that does not exist.
        """
        return to_frame(self.to_arrow(level, columns, all=all), level or self.level)

    def where(self, predicate: str) -> V:
        """The part of this view that also satisfies a predicate.

        Raises
        ------
        VisionLensError
            PREDICATE_INVALID or FIELD_UNKNOWN, naming the place in the text.
        """
        return self._view(narrowed(self._backend, self.spec, predicate))

    def sample(self, n: int, *, seed: int | None = None) -> S:
        """Up to `n` random rows of this view, in its order; the same seed draws the same ones.

        Raises
        ------
        VisionLensError
            REQUEST_INVALID for a number or a seed below zero.
        """
        for name, number in (("n", n), ("seed", seed)):
            if number is not None and number < 0:
                raise VisionLensError(
                    "REQUEST_INVALID", f"{name} is {number}: it must not be below zero."
                )
        ids = self.ids
        drawn = np.random.default_rng(seed).permutation(len(ids))[:n]
        return self._selection(self.spec, ids[np.sort(drawn)])

    def save(self, name: str) -> None:
        """Keep this view under a name, for every panel and for `Dataset.view(saved=name)`.

        An earlier one of that name is replaced.

        Raises
        ------
        VisionLensError
            DATASET_READ_ONLY, or what reading the view raises.
        """
        self._backend.save_view(name, self.spec)

    def tag(self, tag: str) -> int:
        """Add a tag to every row of the view; returns how many had it not.

        Raises
        ------
        VisionLensError
            DATASET_READ_ONLY.
        """
        return self._backend.tag(self._tag_request(tag)).changed

    def _exported(self) -> tuple[ViewSpec, np.ndarray | None]:
        """What an export is asked for: a view, and ids of it."""
        return self.spec, None

    def _selection(self, base: ViewSpec, ids: np.ndarray) -> S:
        made: S = self._backend.factory.selection(self._backend, base, ids, None)
        return made

    def _tag_request(self, tag: str) -> TagRequest:
        return shaped(TagRequest, tag=tag, level=self.level, view=self.spec)

    def __len__(self) -> int:
        return self.count()

    def __repr__(self) -> str:
        predicate = self.predicate
        of = " chosen by SQL" if self.sql else ""
        of += f" where {predicate}" if predicate else ""
        of += f" by outcomes of {self.spec.outcomes.evaluation}" if self.spec.outcomes else ""
        return f"<View of {self._backend.dataset}: {self.count():,} {self.level}{of}>"


@checked_methods
class Selection(View[V, S]):
    """What selections have besides: ids that stay as they are."""

    def __init__(
        self, backend: DatasetBackend, base: ViewSpec, ids: np.ndarray, known: Known | None = None
    ) -> None:
        super().__init__(backend, base)
        self._ids = ids
        self._known = known
        self._ids.setflags(write=False)

    @property
    def spec(self) -> ViewSpec:
        """The view the ids were taken from, narrowed down to them."""
        chosen = In(field=ID_COLUMN[self.level], values=self._ids.tolist())
        return self._spec.model_copy(update={"filter": conjunction(self._spec.filter, chosen)})

    @property
    def ids(self) -> np.ndarray:
        """The ids, uint32, shape (count,)."""
        return self._ids

    def to_arrow(
        self, level: Level | None = None, columns: Sequence[str] | None = None, *, all: bool = False
    ) -> pa.Table:
        """As `View.to_arrow`, with one row for each id at the selection's own level."""
        if level in (None, self.level) and not all:
            known = self._known() if columns is None and self._known is not None else None
            return self._rows(self.level, self._ids, columns) if known is None else known
        if level == "samples":
            holders = self._rows("annotations", self._ids, ["sample_id"])["sample_id"]
            return self._rows("samples", unique(holders.to_numpy()), columns)
        return super().to_arrow(level, columns, all=all)

    def _rows(self, level: Level, ids: np.ndarray, columns: Sequence[str] | None) -> pa.Table:
        return self._backend.rows(level, ids, _listed(columns))

    def _exported(self) -> tuple[ViewSpec, np.ndarray | None]:
        return self._spec, self._ids

    def _tag_request(self, tag: str) -> TagRequest:
        return shaped(TagRequest, tag=tag, level=self.level, ids=self._ids.tolist())

    def __repr__(self) -> str:
        return f"<Selection of {self._backend.dataset}: {len(self._ids):,} {self.level}>"


PLAIN = Factory(View, Selection, lambda backend, samples: None)
"""Without what capabilities add."""


def narrowed(backend: DatasetBackend, spec: ViewSpec, predicate: str) -> ViewSpec:
    """The part of a view that also satisfies a predicate; PREDICATE_INVALID, FIELD_UNKNOWN."""
    added = checked_filter(backend, predicate)
    return spec.model_copy(update={"filter": conjunction(spec.filter, added)})


def _listed(columns: Sequence[str] | None) -> list[str] | None:
    return None if columns is None else [columns] if isinstance(columns, str) else list(columns)
