"""The memory that the database of an open dataset may take."""

from __future__ import annotations

import pytest

from visionlens_jlab.catalog.database import Database
from visionlens_jlab.config import ENV_MEMORY_LIMIT, LEAST_MEMORY_MB, default_memory_limit


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
