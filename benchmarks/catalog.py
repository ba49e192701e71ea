"""Reading and writing a catalog of 100,000 samples and 700,000 annotations.

Usage: python benchmarks/catalog.py [SAMPLES] [CLASSES]

Each line: the first run on a newly opened dataset, then minimum and median of seven more, then the
CPU time (of all threads) of the first and the least one, which other work on the machine leaves
alone. Nothing is taken from the cache of views: each run asks for another bound. Server time: what
the call takes in the process that owns the dataset; encoding is named where it is counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import FacetsRequest, SortKey, ViewSpec
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

PIECE = 10_000
BOXES = 4
"""Ground-truth boxes of an image; beside them stand three predictions."""
PREDICTIONS = 3
TEN_FIELDS = [
    *("class", "source", "split", "tag", "confidence", "captured_at"),
    *("brightness", "area", "camera", "speed"),
]
MORNING = datetime(2024, 1, 1, 6)


def fill(store: DatasetStore, folder: Path, samples: int, classes: int) -> None:
    """Commit the samples with their boxes and predictions, in pieces."""
    rng = np.random.default_rng(7)
    names = np.array(["car", "person", "bus", "cone", *(f"class {i}" for i in range(4, classes))])
    names = names[:classes]
    for sequence, first in enumerate(range(0, samples, PIECE)):
        number = min(PIECE, samples - first)
        whole = piece(
            folder / str(sequence),
            sequence,
            sample=_samples(rng, first, number),
            annotation=_annotations(rng, first, number, names),
            media=_media(rng, first, number),
        )
        store.results.apply(whole)


def _samples(rng: np.random.Generator, first: int, number: int) -> pa.Table:
    seconds = rng.integers(0, 90 * 86_400, number)
    captured = [MORNING + timedelta(seconds=int(value)) for value in seconds]
    return samples_table(
        first,
        number,
        split=rng.choice(["train", "val", "test"], number, p=[0.7, 0.2, 0.1]).tolist(),
        camera=rng.choice(["front", "left", "right", "rear"], number).tolist(),
        captured_at=pa.array(captured, pa.timestamp("us", "UTC")),
        speed=pa.array(rng.uniform(0, 90, number), mask=rng.random(number) < 0.1),
    )


def _media(rng: np.random.Generator, first: int, number: int) -> pa.Table:
    nothing = pa.nulls(number, pa.int32())
    return pa.table(
        {
            "sample_id": pa.array(np.arange(first, first + number), pa.uint32()),
            "content_hash": pa.nulls(number, pa.string()),
            "thumb_offset": pa.nulls(number, pa.int64()),
            **{f"thumb_{name}": nothing for name in ("length", "width", "height")},
            "dominant_color": pa.array(rng.integers(0, 1 << 24, number), pa.uint32()),
            **{
                name: pa.array(rng.uniform(0, 255, number), pa.float32())
                for name in ("brightness", "contrast", "sharpness")
            },
        }
    )


def _annotations(rng: np.random.Generator, first: int, number: int, names: np.ndarray) -> pa.Table:
    rows = BOXES + PREDICTIONS
    boxes = number * rows
    predicted = np.tile(np.arange(rows) >= BOXES, number)
    w, h = rng.uniform(4, 400, boxes), rng.uniform(4, 300, boxes)
    return annotations_table(
        np.repeat(np.arange(first, first + number), rows).tolist(),
        **{
            "source": np.where(predicted, "yolo", "ground_truth").tolist(),
            "class": rng.choice(names, boxes).tolist(),
            "confidence": pa.array(rng.uniform(0.05, 1, boxes), mask=~predicted),
            **{"x": rng.uniform(0, 240, boxes).tolist(), "y": rng.uniform(0, 180, boxes).tolist()},
            **{"w": w.tolist(), "h": h.tolist(), "area": (w * h).tolist()},
        },
    )


class Bench:
    """Times calls that get a small number, another one each time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._numbers = count(1)

    def __call__(self, name: str, work: Callable[[DatasetStore, float], object]) -> None:
        """Print first run after opening, minimum and median of seven more, in milliseconds."""
        self._library.close()
        store = self._library.open("benchmark")
        times, seconds = [], []
        for _ in range(8):
            number = next(self._numbers) * 1e-6
            start, used = time.perf_counter(), time.process_time()
            work(store, number)
            times.append(1000 * (time.perf_counter() - start))
            seconds.append(1000 * (time.process_time() - used))
        later = times[1:]
        print(
            f"| {name:45s} | {times[0]:5.0f} | {min(later):5.1f} | {np.median(later):6.1f} "
            f"| {seconds[0]:5.0f} | {min(seconds[1:]):5.1f} |"
        )


def views(bench: Bench) -> None:
    """Specs to ordered ids."""

    def where(name: str, text: str, **spec: object) -> None:
        bench(
            name,
            lambda store, x: store.view(ViewSpec(where=text.format(x=x), **spec)).ids.tobytes(),  # type: ignore[arg-type]
        )

    where("everything", "width > {x}")
    less = "class = 'car' and confidence < 0.5 and w > {x}"
    where("class = car and confidence < 0.5", less)
    where("the same, as annotations", less, level="annotations")
    where("filename contains", "filename contains '99' and width > {x}")
    where("filename matches a regular expression", "filename matches '0[0-4]+7' and width > {x}")
    where(
        "captured_at between two days",
        "captured_at between '2024-01-10' and '2024-02-10' and width > {x}",
    )
    where("speed is null", "speed is null and width > {x}")
    where("count(class = 'car') >= 2", "count(class = 'car') >= 2 and width > {x}")
    for field in ("captured_at", "filename", "annotations", "confidence", "count(class = 'car')"):
        where(f"sorted by {field}", "width > {x}", sort=[SortKey(field=field, descending=True)])
    sql = "SELECT sample_id FROM annotations WHERE w > {x} GROUP BY 1 ORDER BY max(area) DESC"
    bench(
        "SQL: samples by their largest box",
        lambda store, x: store.view(ViewSpec(sql=sql.format(x=x))),
    )
    sql = "SELECT annotation_id FROM annotations WHERE source = 'yolo' AND w > {x}"
    bench("SQL: all predictions", lambda store, x: store.view(ViewSpec(sql=sql.format(x=x))))


def pages(bench: Bench) -> None:
    """Facets, tiles and tables."""

    def facets(name: str, where: str | None, sql: str | None = None) -> None:
        def work(store: DatasetStore, x: float) -> object:
            text = None if where is None else where.format(x=x)
            chosen = None if sql is None else sql.format(x=x)
            request = FacetsRequest(view=ViewSpec(where=text, sql=chosen), fields=TEN_FIELDS)
            return store.facets(request).model_dump_json()

        bench(name, work)

    facets("10 facets, everything", None)
    facets("10 facets, split = val", "split = 'val' and width > {x}")
    facets(
        "10 facets, class = car and confidence < 0.5",
        "class = 'car' and confidence < 0.5 and w > {x}",
    )
    facets("10 facets of a SQL view", None, "SELECT sample_id FROM samples WHERE brightness > {x}")
    bench("detail (what a panel asks first)", lambda store, _: store.detail().model_dump_json())

    spec = ViewSpec(where="class = 'car' and confidence < 0.5")
    rng = np.random.default_rng(3)

    def tiles(store: DatasetStore, _: float) -> object:
        ids = store.view(spec).ids
        chosen = rng.choice(ids, 100, replace=False).tolist()
        return store.tiles(spec, chosen).model_dump_json()

    def neighbours(store: DatasetStore, x: float) -> object:
        first = int(x * 1e6) * 137 % 90_000
        return store.tiles(ViewSpec(), range(first, first + 100)).model_dump_json()

    bench("100 tiles with all boxes, JSON, anywhere", tiles)
    bench("100 tiles with all boxes, JSON, side by side", neighbours)
    bench("table of all samples", lambda store, _: store.tables.read("samples"))
    bench("table of all annotations", lambda store, _: store.tables.read("annotations"))


def main() -> None:
    """Print the figures."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    classes = int(sys.argv[2]) if len(sys.argv) > 2 else 80
    with tempfile.TemporaryDirectory() as temporary:
        library = Library(Path(temporary) / "data")
        start = time.perf_counter()
        fill(library.create("benchmark"), Path(temporary), samples, classes)
        seconds = time.perf_counter() - start
        boxes = samples * (BOXES + PREDICTIONS)
        print(f"{samples} samples, {boxes} annotations of {classes} classes: {seconds:.1f} s\n")
        print(f"| {'ms':45s} | first | least | median | CPU first | CPU least |")
        bench = Bench(library)
        views(bench)
        pages(bench)
        rng = np.random.default_rng(1)
        values = pa.array(rng.uniform(0, 1, samples))
        ids = np.arange(samples)
        bench("set_field on all samples", lambda store, _: store.set_field("score", ids, values))
        library.close()


if __name__ == "__main__":
    main()
