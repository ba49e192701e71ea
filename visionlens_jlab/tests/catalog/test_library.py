"""Finding, opening, sharing, copying and deleting datasets."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.catalog.builders import piece, samples_table

pytestmark = pytest.mark.own_dataset

_HOLDER = """
import sys
from pathlib import Path
from visionlens_jlab.core.datasets.library import Library
library = Library(Path(sys.argv[1]), address="http://other:8889/")
library.open(sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
library.close()
print("released", flush=True)
sys.stdin.readline()
"""


def _code(caught: pytest.ExceptionInfo[VisionLensError]) -> str:
    return caught.value.code


def test_a_dataset_is_found_by_slug_name_and_uuid(library: Library) -> None:
    store = library.create("Straße im Regen")
    assert store.slug == "strae-im-regen"
    for name in (store.slug, store.name, store.uuid):
        assert library.open(name) is store
    with pytest.raises(VisionLensError) as caught:
        library.open("../datasets/strae-im-regen")
    assert _code(caught) == "DATASET_NOT_FOUND"


def test_names_are_unique_and_slugs_made_so(library: Library) -> None:
    assert library.create("北京").slug == "dataset"
    assert library.create("東京").slug == "dataset-2"
    with pytest.raises(VisionLensError) as caught:
        library.create("東京")
    assert _code(caught) == "DATASET_EXISTS"


def test_files_are_for_their_owner_only(library: Library, street: DatasetStore) -> None:
    street.close()
    assert stat.S_IMODE(street.folder.stat().st_mode) == 0o700
    for file in street.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_the_card_agrees_with_the_data_after_a_release(
    library: Library, street: DatasetStore
) -> None:
    street.tag(TagRequest(tag="x", ids=[0]))
    live = street.info()
    street.close()
    assert not street.database.is_open
    assert library.list() == [live]
    assert (live.samples, live.annotations, live.classes) == (6, 5, 2)
    assert (live.format, live.state, live.version) == ("coco", "ready", 2)


def test_another_process_gets_the_holders_name(library: Library, street: DatasetStore) -> None:
    library.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(library.data_dir), street.slug],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(VisionLensError) as caught:
            library.open(street.slug)
        assert _code(caught) == "DATASET_BUSY"
        assert caught.value.details == {
            "host": socket.gethostname(),
            "pid": holder.pid,
            "address": "http://other:8889/",
        }
        for text in (socket.gethostname(), str(holder.pid), "http://other:8889/"):
            assert text in caught.value.message
        card = library.list()[0]
        assert card.state == "busy"
        assert card.owner is not None and str(holder.pid) in card.owner
        with pytest.raises(VisionLensError) as caught:
            library.delete(street.slug)
        assert _code(caught) == "DATASET_BUSY"
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == "released"
        assert library.open(street.slug).count("samples") == 6
    finally:
        holder.kill()
        holder.wait()


def test_a_dead_owner_is_no_owner(library: Library, street: DatasetStore) -> None:
    street.close()
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    owner = {"host": socket.gethostname(), "pid": process.pid, "address": None}
    (street.folder / "owner.json").write_text(json.dumps(owner))
    assert library.list()[0].state == "ready"
    assert library.open(street.slug).count("samples") == 6


def test_owner_json_comes_and_goes(library: Library, street: DatasetStore) -> None:
    content = json.loads((street.folder / "owner.json").read_text())
    assert content["pid"] == os.getpid()
    assert content["address"] == "http://127.0.0.1:8888/"
    street.close()
    assert not (street.folder / "owner.json").exists()
    assert street.count("samples") == 6
    assert (street.folder / "owner.json").exists()


def test_who_is_told_of_an_opening_finds_it_open(tmp_path: Path) -> None:
    database = Library(tmp_path).create("street").database
    assert database.release()
    seen: list[bool] = []
    database.on_open = lambda: seen.append(database.is_open)
    for _ in range(2):
        with database.read():
            pass
    assert seen == [True]


def test_idle_stores_are_released_and_come_back(tmp_path: Path) -> None:
    library = Library(tmp_path, idle_seconds=0)
    store = library.create("idle")
    assert library.release_idle() == 1
    assert library.release_idle() == 0
    assert not store.database.is_open
    assert store.count("samples") == 0
    with store.database.read():
        assert library.release_idle() == 0
    library.close()


def test_a_copied_folder_is_another_dataset(library: Library, street: DatasetStore) -> None:
    street.close()
    shutil.copytree(street.folder, street.folder.parent / "copy")
    copy = library.open("copy")
    assert copy.uuid != street.uuid
    assert copy.count("annotations") == 5
    assert library.open(street.slug).uuid == street.uuid
    copy.close()
    assert library.open(copy.uuid) is copy


def test_it_opens_again_in_this_process_when_room_has_changed(
    library: Library, street: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB takes a second connection of a process only with the same settings."""
    room = shutil.disk_usage(library.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room._replace(free=room.free // 2))
    second = Library(library.data_dir)
    assert second.open(street.slug).count("samples") == 6
    second.close()


def test_a_moved_folder_is_the_same_dataset(library: Library, street: DatasetStore) -> None:
    library.close()
    street.folder.rename(street.folder.parent / "moved")
    assert library.open("moved").uuid == street.uuid


@pytest.mark.parametrize("kept", ["./uploads", "{folder}/uploads"])
def test_images_in_the_datasets_folder_move_with_it(
    library: Library, street: DatasetStore, tmp_path: Path, kept: str
) -> None:
    """Older versions kept the whole path."""
    uploads = street.folder.resolve() / "uploads"
    root = pa.table({"name": ["uploads"], "location": [str(uploads)]})
    sample = samples_table(6, 1, root=["uploads"], path=["a.jpg"])
    street.results.apply(piece(tmp_path, sequence=1, root=root, sample=sample))
    assert street.part(Images).path(6) == (str(uploads), "a.jpg")
    stored = street.sql("SELECT location FROM source_root WHERE name = 'uploads'").to_pylist()
    assert stored == [{"location": "./uploads"}]
    street.transaction(
        lambda cursor: cursor.execute(
            "UPDATE source_root SET location = ? WHERE name = 'uploads'",
            [kept.format(folder=street.folder.resolve())],
        )
    )
    library.close()
    moved = street.folder.resolve().parent / "moved"
    street.folder.rename(moved)
    store = library.open("moved")
    assert store.part(Images).path(6) == (f"{moved}/uploads", "a.jpg")
    assert store.part(Images).path(0) == ("/data/street/", "train/000000.jpg")
    assert store.detail().roots == {"images": "/data/street/", "uploads": f"{moved}/uploads"}
    uris = store.tables.read("samples", columns=["uri"])["uri"].to_pylist()
    assert uris[5:] == ["/data/street/train/000005.jpg", f"{moved}/uploads/a.jpg"]
    assert store.sample(6, ViewSpec()).uri == f"{moved}/uploads/a.jpg"
    shown = store.sql("SELECT uri FROM samples WHERE sample_id = 6").to_pylist()
    assert shown == [{"uri": f"{moved}/uploads/a.jpg"}]


def test_delete_removes_the_folder_and_leaves_a_tombstone(
    library: Library, street: DatasetStore
) -> None:
    library.delete("Street scenes")
    assert not street.folder.exists()
    assert library.list() == []
    assert [grave["uuid"] for grave in library.state.tombstones()] == [street.uuid]
    with pytest.raises(VisionLensError) as caught:
        library.open(street.slug)
    assert _code(caught) == "DATASET_NOT_FOUND"
    assert list((library.data_dir / "datasets").iterdir()) == []


def test_a_damaged_file_is_said_to_be_and_can_be_deleted(
    library: Library, street: DatasetStore
) -> None:
    library.close()
    (street.folder / "dataset.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(VisionLensError) as caught:
        library.open(street.slug)
    assert _code(caught) == "DATASET_DAMAGED"
    (street.folder / "dataset.duckdb").unlink()
    assert library.list()[0].state == "damaged"
    library.delete(street.slug)
    assert library.list() == []


def test_read_only(library: Library, street: DatasetStore) -> None:
    twin = library.open(street.slug, read_only=True)
    assert twin.view(ViewSpec()).ids.tolist() == list(range(6))
    with pytest.raises(VisionLensError) as caught:
        twin.tag(TagRequest(tag="x", ids=[0]))
    assert _code(caught) == "DATASET_READ_ONLY"
    library.close()
    alone = library.open(street.slug, read_only=True)
    assert alone.count("samples") == 6
    assert not (street.folder / "owner.json").exists()
    with pytest.raises(VisionLensError):
        alone.set_state("ready")
    assert library.open(street.slug).tag(TagRequest(tag="x", ids=[0])).changed == 1


def test_a_folder_without_a_card_is_listed(library: Library, street: DatasetStore) -> None:
    library.close()
    (street.folder / "dataset.json").unlink()
    assert library.list()[0].name == street.slug
    assert library.open(street.slug).name == "Street scenes"
    assert (street.folder / "dataset.json").exists()


def _modes(folder):
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}


def test_what_is_kept_is_for_its_owner_only_whatever_the_mask(tmp_path):
    before = os.umask(0)
    try:
        Library(tmp_path / "deep" / "er" / "data").close()
    finally:
        os.umask(before)
    modes = _modes(tmp_path / "deep" / "er" / "data")
    assert modes.pop("state.sqlite") == 0o600
    assert modes == dict.fromkeys(("data", "datasets", "cache"), 0o700)
    assert (tmp_path / "deep").stat().st_mode & 0o777 == 0o700


def test_folders_that_others_may_read_are_tightened(tmp_path):
    data = tmp_path / "data"
    for name in ("datasets", "cache", "spool"):
        (data / name).mkdir(parents=True, mode=0o755)
    data.chmod(0o755)
    Library(data).close()
    assert {mode for name, mode in _modes(data).items() if name != "state.sqlite"} == {0o700}


def test_a_folder_that_is_meant_for_others_stays_as_it_is(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for folder, mode in ((home, 0o755), (tmp_path / "shared", 0o1777)):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
        Library(folder).close()
        assert folder.stat().st_mode & 0o7777 == mode


def test_those_used_longest_ago_give_way(tmp_path: Path) -> None:
    library = Library(tmp_path, most_open=3)
    stores = [library.create(f"dataset {number}") for number in range(5)]
    held = [store.database.is_open for store in stores]
    assert held == [False, False, True, True, True]
    assert library.open("dataset 0").count("samples") == 0
    assert [store.database.is_open for store in stores] == [True, False, False, True, True]
    with stores[3].database.read(), stores[4].database.read(), stores[0].database.read():
        assert library.open("dataset 1").count("samples") == 0  # those in use stay
        assert [store.database.is_open for store in stores] == [True, True, False, True, True]
    library.close()
