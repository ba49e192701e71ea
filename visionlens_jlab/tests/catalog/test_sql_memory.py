"""The user's SQL stays within its memory, whatever it builds; and what it reads is all there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.sql import box as sqlbox
from visionlens_jlab.core.sql import check as sqlcheck
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

DOUBLED = "WITH a0 AS (SELECT 'xxxxxxxx' AS s)" + "".join(
    f", a{i + 1} AS (SELECT s || s || s || s AS s FROM a{i})" for i in range(16)
)
HOSTILE = [
    "SELECT range(500000000)",
    "SELECT generate_series(1, 500000000)",
    "SELECT array_agg(x) FROM (SELECT unnest(range(100000000)) x)",
    "SELECT bitstring('1', 2000000000)",
    "SELECT list_resize([1], 500000000, 0)",
    # Nothing but `||`: no list of functions by name would stop it.
    f"{DOUBLED} SELECT length(s) FROM a16",
    "SELECT list(a.range) FROM range(100000) a, range(100000) b",
    "WITH RECURSIVE t AS (SELECT [1] l UNION ALL SELECT list_concat(l, l) FROM t) SELECT len(l) "
    "FROM t",
    "SELECT map(range(50000000), range(50000000))",
    "SELECT regexp_replace(string_agg('a', ''), 'a', repeat('b', 10000), 'g') FROM range(1000000)",
]


def resident(pids: list[int]) -> int:
    """Bytes of some processes in memory; those that are gone have none."""
    total = 0
    for pid in pids:
        try:
            total += psutil.Process(pid).memory_info().rss
        except psutil.Error:
            continue
    return total


@contextmanager
def peak_of_queries() -> Iterator[list[int]]:
    """The most that all processes for queries hold meanwhile, bytes."""
    found, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            found[0] = max(found[0], resident(sqlbox.PROCESSES.pids))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def test_ten_hostile_queries_at_once(street: DatasetStore) -> None:
    def code(sql: str) -> str:
        try:
            street.sql(sql, timeout=3)
        except VisionLensError as error:
            return error.code
        return "done"

    before = resident([psutil.Process().pid])
    with peak_of_queries() as peak, ThreadPoolExecutor(len(HOSTILE)) as pool:
        codes = set(pool.map(code, HOSTILE))
    assert codes <= {"MEMORY_LIMIT", "SQL_TIMEOUT", "LIMIT_REACHED"}
    assert "MEMORY_LIMIT" in codes
    assert 0 < peak[0] < 2 * sqlbox.PROCESSES.megabytes << 20
    assert resident([psutil.Process().pid]) - before < 128 << 20
    assert street.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_a_query_that_ends_its_process_says_so(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.sql("SELECT list_resize([1], 500000000, 0)")
    assert caught.value.code == "MEMORY_LIMIT"
    assert "sql_memory_mb" in caught.value.hint


def test_a_long_query_is_refused_before_it_is_read(street: DatasetStore) -> None:
    for sql in (
        f"SELECT {'1 + ' * sqlcheck.LONGEST_QUERY}1",
        f"SELECT {'(' * 90_000}1{')' * 90_000}",
        f"SELECT {'not ' * 40_000}true",
    ):
        with pytest.raises(VisionLensError) as caught:
            street.sql(sql)
        assert caught.value.code in ("SQL_REFUSED", "MEMORY_LIMIT")


@pytest.fixture
def many(library: Library, tmp_path: Path) -> DatasetStore:
    """So many rows that tables come in several pages, with gaps between the ids."""
    store = library.create("many")
    store.results.apply(
        piece(
            tmp_path,
            sample=samples_table(0, 9_000, speed=pa.array(range(9_000), pa.int64())),
            annotation=annotations_table([i for i in range(9_000) for _ in range(3)]),
        )
    )
    store.delete_samples(range(0, 9_000, 7))
    return store


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*), sum(speed), min(filename), max(sample_id) FROM samples",
        "SELECT count(*) FROM annotation WHERE sample_id BETWEEN 4000 AND 4100 AND w = 30",
        "SELECT sample_id % 10 AS d, count(*) AS n FROM annotations GROUP BY d ORDER BY d",
        "SELECT a.sample_id FROM sample a JOIN sample b ON a.speed = b.speed + 1 ORDER BY 1",
        "SELECT path FROM sample WHERE path LIKE '%77.jpg' AND speed IN (77, 1877) ORDER BY 1",
        "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY speed) AS n FROM dataset.sample)",
        "WITH x AS (FROM sample) SELECT count(*) FROM x a SEMI JOIN x b USING (sample_id)",
        "SELECT * FROM samples WHERE split IS NULL ORDER BY sample_id LIMIT 3",
        "SELECT typeof(COLUMNS(*)) FROM sample LIMIT 1",
    ],
)
def test_queries_give_what_the_file_holds(many: DatasetStore, sql: str) -> None:
    expected = many.database.read
    with expected() as reader:
        plain = reader.arrow(sql.replace("dataset.", ""))
    found = many.sql(sql)
    assert found.to_pylist() == plain.to_pylist()
    assert found.column_names == plain.column_names


def test_only_what_a_query_needs_is_read(
    many: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, ...]] = []
    page = sqlbox.QueryResult._page

    def recorded(self: sqlbox.QueryResult, wanted: sqlbox.NeedPage) -> sqlbox.Page:
        read.append((wanted.table, *wanted.columns))
        return page(self, wanted)

    monkeypatch.setattr(sqlbox.QueryResult, "_page", recorded)
    many.sql("SELECT sum(width) FROM sample")
    assert set(read) == {("sample", "width")}
    read.clear()
    many.sql("SELECT path FROM sample WHERE width > 5 AND height < 900")
    assert set(read) == {("sample", "path", "width", "height")}


def test_duckdb_itself_takes_part_in_no_query(street: DatasetStore) -> None:
    """Nor does a connection of the module: it would have no limits at all."""
    made: list[object] = []
    street.sql("SELECT 1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "extract_statements", made.append)
        street.sql("SELECT 1")
    assert made == []
