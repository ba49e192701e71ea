"""Upgrading from every older schema, and refusing newer ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from visionlens_jlab.core.catalog.database import FILE_NAME, Database
from visionlens_jlab.core.catalog.migrations import migrate, migrations, newest, schema_version
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError


def _write_old(folder: Path, version: int) -> None:
    """A dataset as the product wrote it when `version` was the newest schema."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / FILE_NAME)) as connection:
        migrate(connection, target=version)
        connection.execute(
            "INSERT INTO meta VALUES ('u-1', 'Old', ?, '2025-01-01', '2025-01-02', 7, 1, 1, "
            "'ready', 'coco', '/data')",
            [str(folder)],
        )
        connection.execute(
            "INSERT INTO sample (sample_id, path, filename, split) "
            "VALUES (0, 'a/b.jpg', 'b.jpg', 'val')"
        )
        connection.execute("INSERT INTO class (class_id, name) VALUES (0, 'car')")
        connection.execute(
            "INSERT INTO annotation (annotation_id, sample_id, source, class_id, kind, is_crowd) "
            "VALUES (0, 0, 'ground_truth', 0, 'box', FALSE)"
        )


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, newest() + 1))
    assert newest() >= 2


@pytest.mark.parametrize("version", range(1, newest()))
def test_every_older_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    home = tmp_path / "home"
    Library(home).close()
    _write_old(home / "datasets" / "old", version)
    library = Library(home)
    store = library.open("old")
    assert store.version == 7
    assert store.uuid == "u-1"
    assert store.view(ViewSpec(where="class = 'car' and split = 'val'")).ids.tolist() == [0]
    assert store.sql("SELECT count(*) AS n FROM annotations").to_pylist() == [{"n": 1}]
    with store.database.read() as reader:
        assert schema_version(reader.cursor) == newest()
        assert reader.rows("SELECT count(*) FROM workspace") == [(0,)]
    library.close()


def test_a_user_field_gives_way_to_a_new_built_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Library(home).close()
    folder = home / "datasets" / "old"
    _write_old(folder, 5)
    with duckdb.connect(str(folder / FILE_NAME)) as connection:
        connection.execute("ALTER TABLE sample ADD COLUMN Source_Id BIGINT")
        connection.execute("UPDATE sample SET Source_Id = 7")
        connection.execute(
            "INSERT INTO field VALUES ('samples', 'Source_Id', 'Source_Id', 'integer', 0)"
        )
        connection.execute("CREATE VIEW samples AS SELECT Source_Id FROM sample")
    library = Library(home)
    store = library.open("old")
    assert store.view(ViewSpec(where="Source_Id_ = 7")).ids.tolist() == [0]
    assert store.view(ViewSpec(where="source_id is null")).ids.tolist() == [0]
    assert store.sql("SELECT Source_Id_ FROM samples").to_pylist() == [{"Source_Id_": 7}]
    library.close()


def test_a_newer_dataset_is_refused(library: Library) -> None:
    store = library.create("new")
    store.database.transaction(
        lambda cursor: cursor.execute("INSERT INTO schema_version VALUES (99, now())")
    )
    store.close()
    for read_only in (False, True):
        with (
            pytest.raises(VisionLensError) as caught,
            Database(store.folder, read_only=read_only).read(),
        ):
            pass
        assert caught.value.code == "DATASET_TOO_NEW"


def test_an_older_dataset_is_not_upgraded_by_a_reader(tmp_path: Path) -> None:
    _write_old(tmp_path / "old", 1)
    with (
        pytest.raises(VisionLensError) as caught,
        Database(tmp_path / "old", read_only=True).read(),
    ):
        pass
    assert caught.value.code == "DATASET_READ_ONLY"


def test_a_failing_migration_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from visionlens_jlab.core.catalog import migrations as package

    broken = (*migrations(), (newest() + 1, "CREATE TABLE half (x INT); SELECT nonsense;"))
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        migrate(connection)
        monkeypatch.setattr(package, "migrations", lambda: broken)
        with pytest.raises(duckdb.Error):
            migrate(connection)
        tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
        assert "half" not in tables
        assert schema_version(connection) == len(broken) - 1
