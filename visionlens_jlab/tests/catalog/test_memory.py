"""The memory that the database of an open dataset may take."""

from __future__ import annotations

import os
from functools import partial

import numpy as np
import psutil
import pyarrow as pa
import pytest

from visionlens_jlab.config import ENV_MEMORY_LIMIT, LEAST_MEMORY_MB, default_memory_limit
from visionlens_jlab.core.catalog.database import Database
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.core.views.table_pages import PAGE_BYTES
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import piece, samples_table


def limits(folder, **options):
    folder.mkdir()
    database = Database(folder, create=True, **options)
    with database.read() as reader:
        rows = reader.rows(
            "SELECT current_setting('memory_limit'), current_setting('max_temp_directory_size')"
        )
    database.release()
    return rows[0]


def test_the_limit_that_is_given_or_named_holds(tmp_path, monkeypatch):
    assert limits(tmp_path / "given", memory_mb=160)[0] == "160.0 MiB"
    monkeypatch.setenv(ENV_MEMORY_LIMIT, "320")
    assert limits(tmp_path / "named")[0] == "320.0 MiB"
    monkeypatch.delenv(ENV_MEMORY_LIMIT)
    assert limits(tmp_path / "default")[0] == "192.0 MiB"


@pytest.mark.parametrize(("text", "limit"), [("1", LEAST_MEMORY_MB), ("much", 192), ("4096", 4096)])
def test_what_the_environment_may_say(monkeypatch, text, limit):
    monkeypatch.setenv(ENV_MEMORY_LIMIT, text)
    assert default_memory_limit() == limit


def test_a_sort_beyond_the_limit_goes_to_disk(tmp_path):
    folder = tmp_path / "dataset"
    folder.mkdir()
    database = Database(folder, create=True, memory_mb=LEAST_MEMORY_MB)
    with database.read() as reader:
        rows = reader.rows(
            "SELECT count(*), bool_and(text >= before) FROM (SELECT text, lag(text, 1, '') "
            "OVER (ORDER BY text) AS before FROM "
            "(SELECT hash(i)::VARCHAR || repeat('x', 100) AS text FROM range(1500000) t(i)))"
        )
    database.release()
    assert rows == [(1_500_000, True)]
    assert not any((folder / "tmp").glob("*")) or not (folder / "tmp").exists()


def test_a_table_larger_than_the_memory_comes_page_by_page(tmp_path):
    count = 100_000
    store = Library(tmp_path / "data").create("many")
    captions = [f"{number:0300d}" for number in range(count)]
    store.results.apply(piece(tmp_path, sample=samples_table(0, count, caption=captions)))
    for tag in "abc":
        store.tag(TagRequest(tag=tag, view=ViewSpec()))
    store.set_field("text", np.arange(count), pa.array([f"{i:040d}" for i in range(count)]))
    store.close()
    library = Library(tmp_path / "data", memory_mb=48)
    store = library.open("many")
    seen = 0
    for page in store.tables.pages("samples", spec=ViewSpec()):
        assert page.nbytes <= 1.5 * PAGE_BYTES
        assert page["caption"].to_pylist() == captions[seen : seen + page.num_rows]
        assert page["tags"][-1].as_py() == ["a", "b", "c"]
        seen += page.num_rows
    assert seen == count
    library.close()


def test_pages_hold_as_many_rows_as_their_width_allows(tmp_path):
    count = 3_000
    store = Library(tmp_path / "data").create("wide")
    captions = [f"{number:040000d}" for number in range(count)]
    store.results.apply(piece(tmp_path, sample=samples_table(0, count, caption=captions)))
    pages = list(store.tables.pages("samples", ids=np.arange(count)[::-1]))
    assert max(page.nbytes for page in pages) <= 1.5 * PAGE_BYTES
    assert [text for page in pages for text in page["caption"].to_pylist()] == captions[::-1]
    assert len(list(store.tables.pages("samples", columns=["sample_id", "width"]))) == 2
    store.close()


def test_too_little_memory_has_a_code_of_its_own(tmp_path):
    folder = tmp_path / "dataset"
    folder.mkdir()
    database = Database(folder, create=True, memory_mb=LEAST_MEMORY_MB)
    big = "SELECT list(i) FROM range(100000000) t(i)"
    write = partial(database.transaction, lambda cursor: cursor.execute(big))
    for use in (partial(_read, database, big), write):
        with pytest.raises(VisionLensError) as caught:
            use()
        assert caught.value.code == "MEMORY_LIMIT"
        assert "memory_limit_mb" in caught.value.hint
    assert _read(database, "SELECT 1") == [(1,)]
    database.release()


def _read(database, sql):
    with database.read() as reader:
        return reader.rows(sql)


def test_an_open_dataset_has_few_threads(tmp_path):
    library = Library(tmp_path)
    library.create("first")
    before = psutil.Process().num_threads()
    for number in range(4):
        library.create(f"dataset {number}")
    workers = min(4, os.cpu_count() or 1)
    assert psutil.Process().num_threads() - before <= 4 * (workers + 1)
    library.close()
