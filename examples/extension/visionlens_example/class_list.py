"""Images with one list of their classes: `classes.txt` has a line `image<TAB>class` for each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visionlens_jlab.formats.base import (
    AnnotationRows,
    Batch,
    ClassEntry,
    Found,
    Issue,
    detected,
)
from visionlens_jlab.formats.listing import file_rows
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected

LIST = "classes.txt"


class ClassListFormat:
    """Paths in the list are those below the folder, with `/`."""

    name = "class_list"
    label = "Class list"
    description = "Images, and a file classes.txt that has a class for each."

    def detect(self, request: Request) -> Detected | None:
        """Where there is such a list, and nobody named another file."""
        if request.file or request.labels or LIST not in request.files(request.source):
            return None
        return detected(self, request, f"There is a {LIST}.", labels=[LIST])

    def read(self, request: Request) -> Iterator[Batch]:
        """One annotation of kind `classification` for each line whose image is there."""
        request.note_read(request.source, LIST)
        with request.source.open(LIST) as file:
            lines = file.read().decode().splitlines()
        stated = dict(line.split("\t", 1) for line in lines if "\t" in line)
        entries = request.own_images()
        missing = stated.keys() - {entry.path for entry in entries}
        issues = [
            Issue("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", path, f"{LIST} names it.")
            for path in sorted(missing)
        ]
        for start, rows in file_rows(request, entries, [None] * len(entries), named=False):
            labelled = [n for n, path in enumerate(rows.paths) if path in stated]
            paths = [rows.paths[n] for n in labelled]
            yield Batch(
                images=rows,
                annotations=AnnotationRows(
                    images=np.array(labelled, np.int64) + start,
                    classes=[stated[path] for path in paths],
                    kinds=["classification"] * len(paths),
                    boxes=np.full((len(paths), 4), np.nan),
                    name=paths.__getitem__,
                ),
                classes=[ClassEntry(name) for name in sorted(set(stated.values()))],
                issues=issues if start == 0 else [],
                found=Found(
                    images=len(rows.paths),
                    annotations=len(paths) + (len(missing) if start == 0 else 0),
                    label_files=int(start == 0),
                ),
                images_total=len(entries),
            )
