"""Many threads read while others write: no error, no lost write."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import FacetsRequest, TagRequest, ViewSpec
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

_ROUNDS = 12


def test_readers_and_writers_together(library: Library, tmp_path: Path) -> None:
    store = library.create("busy")
    store.results.apply(
        piece(tmp_path, sample=samples_table(0, 200), annotation=annotations_table([0] * 50))
    )
    before = store.version
    errors: list[BaseException] = []
    seen: list[tuple[int, int]] = []

    def page(number: int) -> None:
        view = store.view(ViewSpec(where=f"class = 'car' or width > {number}"))
        seen.append((view.version, len(view.ids)))
        store.tiles(ViewSpec(), view.ids[:50])
        store.tables.read("samples", ids=view.ids[:50])

    def facet(_: int) -> None:
        facets = store.facets(FacetsRequest(view=ViewSpec(where="width > 1")))
        widths = next(facet for facet in facets.facets if facet.field == "width")
        assert sum(bin_.count for bin_ in widths.bins) == facets.count == facets.total

    def field(number: int) -> None:
        store.set_field(f"field{number}", np.arange(200), pa.array(np.full(200, number)))

    def tag(number: int) -> None:
        store.tag(TagRequest(tag=f"tag{number}", ids=list(range(200))))

    def ingest(number: int) -> None:
        first = 200 + number * 100
        table = samples_table(first, 100, batch=[number] * 100)
        boxes = annotations_table(list(range(first, first + 100)))
        assert store.results.apply(piece(tmp_path, number, "more", sample=table, annotation=boxes))

    def repeat(work: Callable[[int], None]) -> None:
        try:
            for number in range(_ROUNDS):
                work(number)
        except BaseException as error:
            errors.append(error)

    jobs = [page, page, page, facet, facet, field, tag, ingest]
    threads = [threading.Thread(target=repeat, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert store.version == before + 3 * _ROUNDS
    assert store.count("samples") == 200 + _ROUNDS * 100
    assert store.count("annotations") == 50 + _ROUNDS * 100
    table = store.tables.read("samples")
    for number in range(_ROUNDS):
        assert table[f"field{number}"].to_pylist()[:200] == [number] * 200
    assert table["tags"].to_pylist()[0] == sorted(f"tag{n}" for n in range(_ROUNDS))
    # Whoever read the same version saw the same number of samples.
    assert len({count for version, count in seen if version == before}) <= 1
    sequences = store.sql("SELECT sequence FROM outbox ORDER BY sequence")["sequence"].to_pylist()
    assert sequences == list(range(1, store.version + 1))
