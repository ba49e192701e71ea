"""Damage to any file of a dataset: it opens, or says what is lost and how to mend it."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from visionlens_jlab.cli import checks as doctor
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.core.workspace.service import WorkspaceService
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import HeaderTask
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.catalog import prepared
from visionlens_jlab.tests.catalog.damaging import (
    Damaging,
    delete,
    empty,
    flip,
    folder,
    foreign,
    link,
    truncate,
    zero,
)
from visionlens_jlab.tests.catalog.prepared import MODEL, OUTCOMES, POINTS, found, named

_GENERIC = ("INTERNAL", "JOB_FAILED", "WORKER_LOST")


@dataclass(frozen=True)
class Case:
    """A damage to a file, found below the data directory; what mends it."""

    file: str
    damage: Damaging
    named: str = ""
    """In the subject of what doctor says; empty: it mends itself, or there is nothing to say."""
    mend: str = ""
    lost: bool = False
    """The dataset cannot be opened any more."""


DB, LOG = "datasets/small/dataset.duckdb", "datasets/small/dataset.duckdb.wal"
PACK, VECTORS = "datasets/small/thumbnails/*.pack", "datasets/small/vectors/clip/*.arrow"
INDEX = "datasets/small/index/*"
STATE = "state.sqlite"
_DATABASE = {"named": "dataset small", "lost": True}
_LOG = {"named": "dataset small", "mend": "repair"}
_VECTORS = {"named": "vectors clip", "mend": "add"}
_POINTS = {"named": "projection", "mend": "doctor"}
_OUTCOMES = {"named": "evaluation a", "mend": "doctor"}
_PACK = {"named": "thumbnails", "mend": "look"}
CASES = [
    *(Case(DB, truncate(share), **_DATABASE) for share in (0, 0.001, 0.1)),
    *(Case(DB, damage, **_DATABASE) for damage in (zero(0), delete, folder, link, foreign)),
    Case(DB, empty, **_DATABASE),
    *(Case(LOG, damage, named="writes") for damage in (truncate(0), truncate(0.5), empty, delete)),
    Case(LOG, flip(0.0), named="writes"),
    *(Case(LOG, damage, **_LOG) for damage in (flip(0.4), zero(0.4, 64), folder)),
    Case(LOG, foreign, named="writes"),
    *(Case("datasets/small/dataset.json", damage) for damage in (delete, folder, link, foreign)),
    *(Case("datasets/small/acknowledged", damage) for damage in (delete, folder, flip(0.0))),
    *(Case("datasets/small/owner.json", damage) for damage in (foreign, empty, folder)),
    *(Case(STATE, damage, named="state") for damage in (truncate(0.4), zero(0), folder, foreign)),
    *(Case(STATE, damage) for damage in (delete, empty)),
    Case(STATE, zero(0.6, 8192), named="state"),
    *(Case(PACK, damage, **_PACK) for damage in (truncate(0.5), flip(0.5), delete, empty, folder)),
    *(Case(VECTORS, damage, **_VECTORS) for damage in (truncate(0.9), flip(0.5), flip(0.6))),
    *(Case(VECTORS, damage, **_VECTORS) for damage in (delete, folder, link, foreign)),
    *(Case(POINTS, damage, **_POINTS) for damage in (truncate(0.5), flip(0.5), delete, folder)),
    *(Case(MODEL, damage, **_POINTS) for damage in (flip(0.5), delete, foreign)),
    *(Case(OUTCOMES, damage, **_OUTCOMES) for damage in (truncate(0.9), zero(0.5), flip(0.5))),
    *(Case(OUTCOMES, damage, **_OUTCOMES) for damage in (delete, foreign, folder)),
    *(Case(INDEX, damage) for damage in (delete, empty, foreign)),
    Case("datasets/small/index", foreign),
    *(Case("datasets/small/vector_store.json", damage) for damage in (foreign, folder, empty)),
]


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """Opened when it is asked for: after the damage."""
    found = Library(home)
    yield found
    found.close()


def try_out(store: DatasetStore) -> dict[str, VisionLensError]:
    """What fails of all that is done with a dataset; only with errors that help."""
    failed = {}
    for name, use in prepared.uses(store).items():
        try:
            use()
        except VisionLensError as error:
            assert error.code not in _GENERIC and error.hint, (name, error)
            failed[name] = error
    return failed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.rpartition("/")[2])
def test_damage_is_named_and_mended(case: Case, home: Path) -> None:
    file = sorted(home.glob(case.file))[0]
    case.damage(file)
    said = found(home)
    assert not case.named or named(said, case.named), said
    assert all(finding.advice for finding in said), said
    library = Library(home)
    try:
        if case.lost:
            _is_lost(home, library)
            return
        if case.mend == "repair":
            with pytest.raises(VisionLensError) as caught:
                library.open(prepared.NAME)
            assert caught.value.code == "DATASET_DAMAGED"
            found(home, repair=True)
        store = library.open(prepared.NAME)
        failed = try_out(store)
        if case.named and case.mend not in ("", "repair"):
            assert store.mending.damages(thorough=True)
        _mend(case.mend, library, store)
        assert try_out(store) == {}, failed
        left = [
            damage for damage in store.mending.damages(thorough=True) if damage.kind != "writes"
        ]
        assert left == []
        library.close()
        assert not [finding for finding in found(home) if finding.level == "mend"]
        library.delete(prepared.NAME)
        assert library.list() == []
    finally:
        library.close()


def _is_lost(home: Path, library: Library) -> None:
    """Neither opening nor deleting nor another ingest is stopped by it."""
    for read_only in (False, True):
        with pytest.raises(VisionLensError) as caught:
            library.open(prepared.NAME, read_only=read_only)
        assert caught.value.code == "DATASET_DAMAGED" and "doctor" in caught.value.hint
    other = library.create("other")
    assert [card.dataset for card in library.list()] == ["other", "small"]
    other.close()
    assert "other" in str([finding.subject for finding in doctor.check_datasets(home)])
    library.delete(prepared.NAME)
    assert library.create(prepared.NAME).count("samples") == 0


def _mend(how: str, library: Library, store: DatasetStore) -> None:
    if how == "doctor":
        library.close()
        found(library.data_dir, repair=True)
    elif how == "add":
        prepared.add_vectors(store)
    elif how == "look":
        store.part(Images).mend(range(12))


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_what_the_system_refuses_is_no_damage(
    number: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f'IO Error: Cannot open file "x": {os.strerror(number)}'

    def refuse(*_: Any, **__: Any) -> None:
        raise duckdb.IOException(said)

    monkeypatch.setattr(duckdb, "connect", refuse)
    library = Library(home)
    with pytest.raises(VisionLensError) as caught:
        library.open(prepared.NAME)
    assert caught.value.code == "PERMISSION_DENIED"
    assert ("read-only" in caught.value.message) == (number == errno.EROFS)
    monkeypatch.undo()
    library.close()


def test_moved_images_are_named_by_doctor_and_by_jobs(home: Path, tmp_path: Path) -> None:
    library = Library(home)
    store = library.open(prepared.NAME)
    [(root, location)] = store.detail().roots.items()
    moved = tmp_path / "moved"
    store.transaction(
        lambda cursor: cursor.execute("UPDATE source_root SET location = ?", [f"{moved}/"])
    )
    store.trust_roots()
    store.part(Images).mend(range(12))  # nothing to do, and nothing raised
    with ImagePool(lambda: None, 1) as pool, pytest.raises(VisionLensError) as caught:
        list(pool.map([HeaderTask(str(moved), ["00.jpg"], readable=[str(moved)])]))
    assert caught.value.code == "DIR_NOT_FOUND" and str(moved) in caught.value.message
    library.close()
    [finding] = named(found(home), f"images {root}")
    assert str(moved) in finding.message and "ln -s" in str(finding.advice)
    moved.symlink_to(location)
    assert not named(found(home), "images")


def test_a_damaged_block_is_told_and_the_rest_is_copied(home: Path) -> None:
    library = Library(home)
    store = library.open(prepared.NAME)
    store.transaction(lambda cursor: cursor.execute(_MANY))
    samples = store.count("samples")
    library.close()
    file = home / DB
    with duckdb.connect(str(file), read_only=True) as connection:
        [(block,)] = connection.execute(
            "SELECT max(block_id) FROM pragma_storage_info('ingest_issue') WHERE persistent"
        ).fetchall()
    with file.open("r+b") as content:
        content.seek(_FIRST_BLOCK + block * _BLOCK + _BLOCK // 2)
        content.write(bytes(64))
    said = found(home)
    [finding] = named(said, "dataset small")
    assert finding.level == "mend" and "--repair" in str(finding.advice)
    found(home, repair=True)
    assert not [one for one in found(home) if one.level == "mend"]
    assert list(file.parent.glob("dataset.duckdb.damaged-*"))
    library = Library(home)
    assert library.open(prepared.NAME).count("samples") == samples
    library.close()


_FIRST_BLOCK, _BLOCK = 3 * 4096, 1 << 18
_MANY = """
    INSERT INTO ingest_issue SELECT 'many', 0, i, hash(i)::VARCHAR, 'kept', 'other',
        hash(i + 1)::VARCHAR, hash(i + 2)::VARCHAR, NULL FROM range(200000) t(i)
"""


def test_reading_on_while_the_state_file_is_replaced(home: Path) -> None:
    library = Library(home)
    (home / STATE).write_bytes(b"no database at all, but longer than a header" * 20)
    assert library.state.list_jobs() == []
    library.open(prepared.NAME).tag(TagRequest(tag="on", ids=[1]))
    kept = sqlite3.connect(home / STATE).execute("SELECT name FROM dataset").fetchall()
    assert kept == [(prepared.NAME,)]
    assert list(home.glob(f"{STATE}.damaged-*"))
    library.close()


def test_lost_views_and_workspaces_are_told(home: Path) -> None:
    library = Library(home)
    library.open(prepared.NAME).save_view("first", ViewSpec())
    library.close()
    old = (home / DB).read_bytes()
    store = library.open(prepared.NAME)
    store.save_view("second", ViewSpec())
    WorkspaceService(store).find_or_create("a.ipynb")
    library.close()
    (home / DB).write_bytes(old)
    [told] = named(found(home), "writes")
    assert "2 changes of saved views, workspaces or findings are missing" in told.message
    store = library.open(prepared.NAME)
    [damage] = [one for one in store.info().damages if one.kind == "writes"]
    assert (damage.name, damage.message) == ("2", told.message)
    store.save_view("third", ViewSpec())
    library.close()
    [damage] = [one for one in library.open(prepared.NAME).info().damages if one.kind == "writes"]
    assert damage.name == "2"
    library.close()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_views_in_a_log_that_was_cut_are_counted(share: float, home: Path, tmp_path: Path) -> None:
    folder, kept = home / "datasets" / prepared.NAME, tmp_path / "killed"
    Library(home).open(prepared.NAME).release()
    library = Library(home)
    store = library.open(prepared.NAME)
    for number in range(10):
        store.save_view(f"v{number}", ViewSpec())
    shutil.copytree(folder, kept)
    library.close()
    shutil.rmtree(folder)
    kept.rename(folder)
    truncate(share)(home / LOG)
    library = Library(home)
    store = library.open(prepared.NAME)
    missing = 10 - len(store.saved_views())
    [damage] = [one for one in store.info().damages if one.kind == "writes"]
    assert missing and damage.name == str(missing)
    library.close()


def test_lost_writes_never_give_a_version_twice(home: Path) -> None:
    library = Library(home)
    before = library.open(prepared.NAME).version
    library.close()
    old = (home / DB).read_bytes()
    store = library.open(prepared.NAME)
    for number in range(3):
        store.tag(TagRequest(tag=f"new{number}", ids=[2]))
    library.close()
    (home / DB).write_bytes(old)
    store = library.open(prepared.NAME)
    assert store.version == before + 4
    [damage] = [one for one in store.info().damages if one.kind == "writes"]
    assert damage.name == "3" and "3 writes" in damage.message
    library.close()
