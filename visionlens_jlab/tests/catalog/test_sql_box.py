"""What the user's own SQL may not do, by itself and as a view's SQL; and that it harms nobody."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.sql import box as sqlbox
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError

Run = Callable[[DatasetStore, str], object]


def as_query(store: DatasetStore, sql: str) -> object:
    return store.sql(sql, timeout=5)


def as_view(store: DatasetStore, sql: str) -> object:
    return store.view(ViewSpec(sql=sql))


@pytest.fixture(params=[as_query, as_view])
def run(request: pytest.FixtureRequest) -> Run:
    """Both ways to run SQL."""
    return request.param  # type: ignore[no-any-return]


def code(run: Run, store: DatasetStore, sql: str) -> str:
    with pytest.raises(VisionLensError) as caught:
        run(store, sql)
    return caught.value.code


STATEMENTS = [
    "-- nothing",
    ";",
    "SELEC 1 AS sample_id",
    "SELECT 1 AS sample_id; SELECT 2 AS sample_id",
    "SELECT 1 AS sample_id; DROP TABLE sample",
    "ATTACH 'x.duckdb'",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "USE temp",
    "INSTALL httpfs",
    "LOAD httpfs",
    "UPDATE EXTENSIONS",
    "SET threads = 1",
    "SET SESSION search_path = 'x'",
    "RESET threads",
    "SET VARIABLE x = 1",
    "COPY sample TO 'x.csv'",
    "COPY sample FROM 'x.csv'",
    "COPY (SELECT 1) TO 'x.parquet'",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "EXPORT DATABASE 'x'",
    "IMPORT DATABASE 'x'",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "CALL pragma_version()",
    "DROP TABLE sample",
    "ALTER TABLE sample ADD COLUMN x INTEGER",
    "CREATE TABLE x (a INTEGER)",
    "CREATE TEMP TABLE x AS SELECT 1 AS sample_id",
    "CREATE TEMP VIEW x AS SELECT 1 AS sample_id",
    "CREATE TEMP MACRO f() AS 1",
    "CREATE SECRET (TYPE s3)",
    "CREATE SEQUENCE x",
    "INSERT INTO class VALUES (9, 'x', NULL, NULL, NULL, NULL)",
    "UPDATE sample SET split = 'x'",
    "DELETE FROM sample",
    "DELETE FROM sample RETURNING sample_id",
    "TRUNCATE sample",
    "MERGE INTO sample USING sample s ON false WHEN MATCHED THEN DELETE",
    "WITH x AS (DELETE FROM sample RETURNING sample_id) SELECT * FROM x",
    "WITH x AS (INSERT INTO tag_color VALUES ('a', 'b') RETURNING 1) SELECT 1 AS sample_id",
    "SELECT 1 AS sample_id WHERE 1 IN (WITH x AS (UPDATE sample SET split = 'x') SELECT 2)",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "PREPARE x AS SELECT 1 AS sample_id",
    "EXECUTE x",
    "DEALLOCATE x",
    "EXPLAIN ANALYZE SELECT 1 AS sample_id",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "SELECT ? AS sample_id",
    "SELECT $1 AS sample_id",
]
FILES = [
    "read_csv('{file}')",
    "read_csv_auto('{file}')",
    "sniff_csv('{file}')",
    "read_parquet('{file}')",
    "parquet_scan('{file}')",
    "parquet_metadata('{file}')",
    "parquet_schema('{file}')",
    "read_json('{file}')",
    "read_json_auto('{file}')",
    "read_ndjson('{file}')",
    "read_text('{file}')",
    "read_blob('{file}')",
    "read_duckdb('{file}')",
    "glob('{folder}/*')",
    "'{file}'",
    '"{file}"',
    "read_csv('https://example.org/x.csv')",
    "'https://example.org/x.parquet'",
    "'s3://bucket/x.parquet'",
    # In a string that something else runs.
    "query('SELECT * FROM read_text(''{file}'')')",
    "query_table('{file}')",
    "query_table('sample')",
    "json_execute_serialized_sql(json_serialize_sql('SELECT 1 AS sample_id'))",
    "(SELECT * FROM (SELECT * FROM read_text('{file}')) x) y",
]
SERVER = [
    *("duckdb_settings()", "duckdb_secrets()", "duckdb_databases()", "duckdb_logs()"),
    *("duckdb_databases", "DUCKDB_DATABASES", "main.duckdb_databases", '"duckdb_databases"'),
    *("pragma_database_list", "pragma_database_list()", "duckdb_temporary_files()"),
    *("duckdb_extensions()", "which_secret('x', 's3')", "checkpoint()", "force_checkpoint()"),
    *("pragma_version()", "pragma_storage_info('sample')", "duckdb_variables()", "outsider"),
    *("system.main.duckdb_settings()", "truncate_duckdb_logs()", "pg_catalog.pg_settings"),
    "test_all_types()",
]
EXPRESSIONS = [
    *("getenv('HOME')", "current_setting('temp_directory')", "getvariable('x')"),
    *("write_log('x')", "sleep_ms(10)", "nextval('x')", "'temp_directory'.current_setting()"),
    *("system.main.current_setting('temp_directory')", "setval('x', 1)"),
    *("repeat('x', 1000000000)", "lpad('x', 1000000000, 'y')", "rpad('x', 99999999, 'y')"),
    *("format('{:>1000000000}', 'x')", "printf('%999999999d', 1)", "printf('%*d', 9, 1)"),
    *("format('{:>{}}', 'x', 10000000)", "repeat('x', sample_id + 99)"),
    # A length that is no literal, hidden in a method call.
    "'x'.repeat(100000000)",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_other_statements(street: DatasetStore, run: Run, sql: str) -> None:
    before = street.detail()
    assert code(run, street, sql) == "SQL_REFUSED"
    assert street.detail() == before
    assert run(street, "SELECT 1 AS sample_id") is not None


@pytest.mark.parametrize("source", FILES)
def test_files_and_the_network(street: DatasetStore, run: Run, tmp_path: Path, source: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("sample_id\n1\n")
    sql = f"SELECT * FROM {source.format(file=file, folder=tmp_path)}"
    assert code(run, street, sql) == "SQL_REFUSED"
    assert code(run, street, f"SELECT 1 AS sample_id WHERE 1 IN ({sql})") == "SQL_REFUSED"


@pytest.mark.parametrize("source", SERVER)
def test_what_tells_about_the_server(street: DatasetStore, run: Run, source: str) -> None:
    outsider = pa.table({"sample_id": [1]})
    assert code(run, street, f"SELECT 1 AS sample_id FROM {source}") == "SQL_REFUSED"
    assert outsider.num_rows == 1


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_functions(street: DatasetStore, run: Run, expression: str) -> None:
    for sql in (
        f"SELECT sample_id FROM samples WHERE ({expression}) IS NOT NULL",
        f"WITH x AS (SELECT sample_id, {expression} AS y FROM samples) SELECT * FROM x",
        f"SELECT sample_id FROM samples ORDER BY {expression}",
        f"SELECT sample_id, row_number() OVER (PARTITION BY {expression}) FROM samples",
        f"SELECT max(sample_id) FILTER (WHERE {expression} IS NULL) AS sample_id FROM samples",
        f"SELECT sample_id FROM samples, LATERAL (SELECT {expression} AS z)",
        f"SELECT list_transform([1], lambda e: {expression}) AS y, sample_id FROM samples",
    ):
        assert code(run, street, sql) == "SQL_REFUSED"


@pytest.mark.parametrize(
    "sql",
    [
        "FROM samples",
        "TABLE sample",
        "VALUES (1), (2)",
        "SUMMARIZE samples",
        "DESCRIBE annotations",
        "SELECT lpad(sample_id::VARCHAR, 6, '0'), repeat('x', 3) FROM samples",
        "SELECT format('{} {:.2f}', filename, w), printf('%05d', width) "
        "FROM samples JOIN annotations USING (sample_id)",
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'samples'",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT * FROM range(3) r, generate_series(1, 2) s, unnest([1, 2]) u",
        "SELECT class, count(*), row_number() OVER (ORDER BY class) FROM annotations GROUP BY 1",
        "SELECT a.*, e.value FROM annotations a, json_each(coalesce(a.kind, '[]')) e LIMIT 0",
        "SELECT regexp_extract(filename, '([0-9]+)', 1) FROM samples;",
    ],
)
def test_what_people_write(street: DatasetStore, sql: str) -> None:
    assert isinstance(street.sql(sql), pa.Table)


# --- queries without end ---------------------------------------------------------------------

ENDLESS = [
    "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b",
    "SELECT * FROM range(10000000000) a WHERE range < 0",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    "SELECT count(DISTINCT a.range * b.range) FROM range(1000000) a, range(100000) b",
    "SELECT a.range FROM range(100000000) a ORDER BY hash(a.range) LIMIT 1 OFFSET 99999990",
    "SELECT list(a.range) FROM range(1000000000) a",
    "SELECT string_agg(repeat('x', 1000), '') FROM range(100000000)",
    "WITH RECURSIVE r(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM r) SELECT max(s) FROM r",
    "SELECT repeat(repeat(repeat('x', 10000), 10000), 10000)",
    "SELECT range(100000000000)",
    "SELECT * FROM range(1000000000) a, range(1000000000) b",
]


@pytest.mark.parametrize("sql", ENDLESS)
def test_a_query_without_end_ends(street: DatasetStore, sql: str) -> None:
    began = _resident()
    with pytest.raises(VisionLensError) as caught:
        street.sql(sql, timeout=0.25)
    assert caught.value.code in ("SQL_TIMEOUT", "SQL_REFUSED", "MEMORY_LIMIT")
    assert street.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    # What is kept of a result lies in a file; the query has a process of its own.
    assert _resident() - began < 64 << 20


def test_a_result_that_is_too_large(street: DatasetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlbox, "MAX_BYTES", 1 << 20)
    with pytest.raises(VisionLensError) as caught:
        street.sql("SELECT * FROM range(10000000)")
    assert caught.value.code == "SQL_REFUSED"
    assert "larger than 1 MB" in caught.value.message
    assert street.sql("SELECT * FROM range(100000)").num_rows == 100_000


@pytest.mark.own_dataset
def test_others_go_on_meanwhile(street: DatasetStore) -> None:
    """Four queries that would never end; readers and the writer do not wait for them."""
    codes: list[str] = []

    def run(sql: str) -> None:
        try:
            street.sql(sql, timeout=4)
        except VisionLensError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=run, args=(ENDLESS[i],)) for i in (0, 2, 3, 4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    done = 0
    while all(thread.is_alive() for thread in threads):
        assert street.view(ViewSpec(where=f"speed > {done}")).total == 6
        assert street.tag(TagRequest(tag=f"t{done}", ids=[0])).changed == 1
        done += 1
    for thread in threads:
        thread.join()
    assert done >= 2  # the last of them may have waited
    assert "SQL_TIMEOUT" in codes
    assert set(codes) <= {"SQL_TIMEOUT", "SQL_REFUSED", "MEMORY_LIMIT", "LIMIT_REACHED"}
    assert street.sql("SELECT count(*) AS n FROM sample_tag").to_pylist() == [{"n": done}]


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
