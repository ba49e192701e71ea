"""The dataset as a notebook holds it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self

import numpy as np

from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend, Factory
from visionlens_jlab.core.notebook.frames import check_text, ids_and_values, ids_of
from visionlens_jlab.core.notebook.lens import Lens
from visionlens_jlab.core.notebook.report import Report
from visionlens_jlab.core.notebook.view import (
    PLAIN,
    S,
    V,
    Viewing,
    narrowed,
    outcome_spec,
    search_spec,
    sort_keys,
)
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import (
    OutcomeFilter,
    SavedView,
    SearchSpec,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.errors import unknown

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

GROUND_TRUTH = "ground_truth"


@checked_methods
class Dataset(Viewing[V], Generic[V, S]):
    """What an open dataset can do without any capability."""

    _factory: ClassVar[Factory] = PLAIN

    def __init__(self, backend: DatasetBackend) -> None:
        self._backend = backend
        backend.factory = self._factory

    @property
    def name(self) -> str:
        """The name it was ingested under."""
        return self._backend.detail().name

    @property
    def classes(self) -> list[str]:
        """Class names in the dataset's own order."""
        return [item.name for item in self._backend.detail().class_list]

    @property
    def splits(self) -> dict[str, int]:
        """Split -> number of samples; samples without a split are not counted."""
        splits = self._backend.detail().splits
        return {split.name: split.samples for split in splits if split.name is not None}

    @property
    def runs(self) -> list[str]:
        """Names of the prediction runs."""
        sources = self._backend.detail().sources
        return [source.name for source in sources if source.name != GROUND_TRUTH]

    @property
    def fields(self) -> list[str]:
        """What predicates, sorts and facets know: built-in fields that have values, and yours."""
        return [field.name for field in self._backend.detail().fields]

    @property
    def troubles(self) -> list[str]:
        """What is not whole: an ingest that has not come to its end, damaged or lost files."""
        detail = self._backend.detail()
        found = [f"{one.message} {one.hint}".strip() for one in detail.damages]
        if detail.state in ("ingesting", "incomplete"):
            found.insert(
                0,
                f"The ingest of {detail.name} has not come to its end: images or labels are "
                "missing. Where none runs any more, visionlens doctor says how to complete it.",
            )
        return found

    def trust_roots(self) -> dict[str, str]:
        """Have the images read where the dataset says they lie; name -> folder of each root.

        A dataset's folder that came from elsewhere names these itself. Where nobody has chosen
        them on this machine, by an ingest or by this, and they lie neither in the dataset's own
        folder nor below `allowed_roots`, reading an image there is ROOT_NOT_TRUSTED.

        Raises
        ------
        VisionLensError
            DISK_SPACE; FORBIDDEN where a server is asked with another token than that of a local
            kernel.
        """
        return self._backend.trust_roots().roots

    @property
    def report(self) -> Report | None:
        """What the last ingest found and could not take in; None: nothing was ingested."""
        return Report.read(self._backend.report)

    def count(self, level: Level = "samples") -> int:
        """Number of samples, or of ground-truth annotations."""
        return self._everything(level).count()

    def to_arrow(
        self, level: Level = "samples", columns: Sequence[str] | None = None, *, all: bool = False
    ) -> pa.Table:
        """All samples, or all ground-truth annotations, in the order of their ids.

        Parameters
        ----------
        level : {"samples", "annotations"}
            Samples have sample_id, filename, path, uri, split, width, height, tags and the fields;
            annotations have annotation_id, sample_id, source, class, x, y, w, h, confidence, area,
            is_crowd and more. Boxes are in float pixels, origin at the top left of the upright
            image.
        columns : sequence of str, optional
            Only these columns.
        all : bool
            With level annotations: predictions as well.

        Raises
        ------
        VisionLensError
            FIELD_UNKNOWN for a column that does not exist.
        """
        return self._everything(level).to_arrow(columns=columns, all=all)

    def to_pandas(
        self, level: Level = "samples", columns: Sequence[str] | None = None, *, all: bool = False
    ) -> pd.DataFrame:
        """`to_arrow` as a DataFrame whose index holds the ids.

        Raises
        ------
        ImportError
            When pandas is not installed.
        VisionLensError
            FIELD_UNKNOWN for a column that does not exist.
        """
        return self._everything(level).to_pandas(columns=columns, all=all)

    def where(self, predicate: str) -> V:
        """The samples that satisfy a predicate, such as `class = 'car' and area < 900`.

        Conditions on annotations joined by `and` speak of one annotation, and of ground truth
        unless they name a `source`.

        Raises
        ------
        VisionLensError
            PREDICATE_INVALID or FIELD_UNKNOWN, naming the place in the text.
        """
        return self.view(predicate)

    def view(
        self,
        predicate: str | None = None,
        sort: str | Sequence[str] | None = None,
        level: Level | None = None,
        *,
        all: bool | None = None,
        sql: str | None = None,
        search: SearchSpec | Mapping[str, Any] | None = None,
        outcomes: OutcomeFilter | Mapping[str, Any] | None = None,
        saved: str | None = None,
    ) -> V:
        """A view with a level and an order.

        Parameters
        ----------
        predicate : str, optional
            What the rows satisfy; nothing: all rows.
        sort : str or sequence of str, optional
            Field names, `annotations`, `classes` or a count such as `count(class = 'car')`, `-` in
            front for descending; ties and no sort: by id, or as the rows of `sql` come.
        level : {"samples", "annotations"}, optional
            What the rows are; samples, or as it was saved.
        all : bool, optional
            With level annotations: every annotation, of any source, of the samples that match.
        sql : str, optional
            One SELECT over the tables `samples` and `annotations` whose column `sample_id` or
            `annotation_id` says what is shown, in the order of its rows.
        search : dict, optional
            What to search for among these rows, in the order of its scores: `space`, `like` and
            `unlike` (ids), `queries` (keys of encoded texts and images) with `weights`, `mode`
            ("similar", "diverse" or "outliers"), `k` (100; None: all) and `threshold`. `similar`
            is the shorter way for one query.
        outcomes : dict, optional
            Only annotations with these outcomes of an evaluation: `evaluation`, `confidence`,
            `outcomes`, `classes`, `cell` ({"true": .., "predicted": ..}; None: background),
            `errors`, `confidence_range`, `iou_range`, `area_range`, or `against` another one with
            `change` ("better", "worse", "equal"). `Evaluation` has shorter ways.
        saved : str, optional
            The name of a saved view; the other arguments narrow it down and change it.

        Raises
        ------
        VisionLensError
            PREDICATE_INVALID or FIELD_UNKNOWN, naming the place in the text; VIEW_NOT_FOUND;
            REQUEST_INVALID for a search or outcomes; EVALUATION_NOT_FOUND, SQL_REFUSED and
            SQL_TIMEOUT when the view is read.
        """
        spec = ViewSpec() if saved is None else self._saved(saved).view
        keys = None if sort is None else sort_keys(sort)
        given = {
            "level": level,
            "sql": sql,
            "sort": keys,
            "all": all,
            "search": None if search is None else search_spec(search),
            "outcomes": None if outcomes is None else outcome_spec(outcomes),
        }
        changed = {name: value for name, value in given.items() if value is not None}
        spec = shaped(ViewSpec, {**dict(spec), **changed})
        return self._view(narrowed(self._backend, spec, predicate) if predicate else spec)

    def saved_views(self) -> list[SavedView]:
        """The saved views by name: `name`, `view`, `predicate`, `created_at`, `modified_at`.

        `view(saved=name)` gives one to work with, `View.save` keeps one.
        """
        return self._backend.saved_views()

    def delete_view(self, name: str) -> None:
        """Forget a saved view.

        Raises
        ------
        VisionLensError
            VIEW_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.delete_view(name)

    def sql(self, query: str) -> pa.Table:
        """The result of one read-only SELECT over the dataset's tables.

        Raises
        ------
        VisionLensError
            SQL_REFUSED for anything but one SELECT, SQL_TIMEOUT when it takes too long.
        """
        return self._backend.sql(query)

    def set_field(self, name: str, values: Any, *, level: Level = "samples") -> int:
        """Set a field, made when it does not exist; rows without a value keep theirs.

        Parameters
        ----------
        name : str
            The field.
        values : mapping, pandas Series or DataFrame, or sequence
            id -> value; a Series indexed by id; a DataFrame with an id column and a column `name`;
            or one value for each row of the dataset in ascending order of ids.
        level : {"samples", "annotations"}
            Whose field it is.

        Returns
        -------
        int
            Number of rows set.

        Raises
        ------
        VisionLensError
            FIELD_TYPE, ID_UNKNOWN, DATASET_READ_ONLY.
        """
        ids, array = ids_and_values(name, values, level, lambda: self._ascending(level))
        return self._backend.set_field(name, ids, array, level=level).changed

    def tag(self, ids: Any, tag: str, *, level: Level = "samples") -> int:
        """Add a tag; returns how many rows had it not.

        Parameters
        ----------
        ids : int, iterable of int, boolean mask, pandas DataFrame or Series, View, or str
            Which rows; text is a predicate.
        tag : str
            The tag, at most 200 characters.
        level : {"samples", "annotations"}
            Whether samples or annotations are tagged.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN, PREDICATE_INVALID, DATASET_READ_ONLY.
        """
        return self._tag(ids, tag, level, remove=False)

    def untag(self, ids: Any, tag: str, *, level: Level = "samples") -> int:
        """Remove a tag; returns how many rows had it. Parameters as in `tag`."""
        return self._tag(ids, tag, level, remove=True)

    def show(self, workspace: str | None = None) -> Lens[V, S]:
        """Open the panels beside this notebook and link them to it.

        Where no front end listens, the lens still works and shows as a picture.

        Parameters
        ----------
        workspace : str, optional
            Link this workspace instead of the notebook's own.

        Raises
        ------
        VisionLensError
            WORKSPACE_NOT_FOUND when `workspace` does not exist.
        """
        notebook = os.environ.get("JPY_SESSION_NAME")
        state = (
            self._backend.make_workspace(notebook)
            if workspace is None
            else self._backend.workspace(workspace)
        )
        return Lens.link(self._backend, state, notebook)

    def close(self) -> None:
        """Let go of the dataset, so that another process can open it."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self.count()

    def __repr__(self) -> str:
        detail = self._backend.detail()
        state = "" if detail.state == "ready" else f", {detail.state}"
        return (
            f"<Dataset {detail.name}: {detail.samples:,} samples,"
            f" {detail.annotations:,} annotations, {len(detail.class_list):,} classes{state}>"
        )

    def _everything(self, level: Level) -> V:
        return self._view(shaped(ViewSpec, level=level))

    def _saved(self, name: str) -> SavedView:
        known = {found.name: found for found in self._backend.saved_views()}
        if name not in known:
            raise unknown("VIEW_NOT_FOUND", "saved view", name, known)
        return known[name]

    def _of_all_sources(self, level: Level) -> np.ndarray:
        return np.sort(self._backend.ids(shaped(ViewSpec, level=level, all=True)))

    def _ascending(self, level: Level) -> np.ndarray:
        return np.sort(self._everything(level).ids)

    def _tag(self, ids: Any, tag: str, level: Level, *, remove: bool) -> int:
        if isinstance(ids, str):
            check_text(ids)
            request = shaped(
                TagRequest,
                tag=tag,
                level=level,
                view=self.view(ids, level=level).spec,
                remove=remove,
            )
        else:
            chosen = ids_of(ids, level, lambda: self._ascending(level))
            request = shaped(TagRequest, tag=tag, level=level, ids=chosen.tolist(), remove=remove)
        return self._backend.tag(request).changed
