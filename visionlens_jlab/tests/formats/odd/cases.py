"""Odd datasets: each is written by a function and comes with what an ingest must make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

Write = Callable[[Path], Path | None]
"""Writes a dataset into an empty folder; gives the source where that is not the folder."""
Check = Callable[[Ingested], None]


class Outcome(NamedTuple):
    """What came of an ingest; see `Case`."""

    error: str | None = None
    images: int = 0
    annotations: int = 0
    codes: dict[str, int] | None = None
    boxes: list[tuple[float, ...] | None] | None = None


@dataclass(frozen=True)
class Case:
    """One odd dataset.

    Attributes
    ----------
    images, annotations : int
        Numbers that are imported.
    codes : dict
        Code -> number of items in the report; nothing else may be in it.
    boxes : list of (x, y, w, h), optional
        Of all annotations in their order, exactly; None stands for no box.
    check : callable, optional
        Looks at the rows.
    error : str, optional
        Code of the error that is raised instead.
    params : dict
        Of the ingest. Labels only, unless `labels_only=False` stands here.
    within : tuple of str, optional
        Folders that everything must lie in, relative to the one that is written.
    """

    name: str
    write: Write
    images: int = 0
    annotations: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    boxes: list[tuple[float, ...] | None] | None = None
    check: Check | None = None
    error: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    within: tuple[str, ...] | None = None

    @property
    def expected(self) -> Outcome:
        """What is to come of it."""
        if self.error is not None:
            return Outcome(error=self.error)
        return Outcome(None, self.images, self.annotations, self.codes, self.boxes)

    def ingest(self, folder: Path) -> tuple[Outcome, Ingested | None]:
        """Write the dataset and ingest it; `ingest_rows` checks that counts add up.

        None: it was refused, with a hint.
        """
        source = self.write(folder) or folder
        try:
            params = {"labels_only": True, **self.params}
            if self.within is not None:
                params["options"] = {"within": [str(folder / name) for name in self.within]}
            found = ingest_rows(source, **params)
        except VisionLensError as error:
            return Outcome(error=error.code if error.hint else "no hint"), None
        boxes = None
        if self.boxes is not None:
            rows = [tuple(row[name] for name in "xywh") for row in found.annotations]
            boxes = [None if row[0] is None else row for row in rows]
        images, annotations = (
            found.summary[kind]["imported"] for kind in ("images", "annotations")
        )
        return Outcome(None, images, annotations, dict(found.codes), boxes), found


class Cases:
    """A list of cases; `add` is a decorator for the function that writes one."""

    def __init__(self, prefix: str, **params: Any) -> None:
        self._prefix = prefix
        self._params = params
        self._cases: list[Case] = []

    def add(self, name: str, **expected: Any) -> Callable[[Write], Write]:
        """A case, with `Case`'s other attributes as keywords."""
        params = {**self._params, **expected.pop("params", {})}

        def register(write: Write) -> Write:
            self._cases.append(Case(f"{self._prefix}: {name}", write, params=params, **expected))
            return write

        return register

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)
