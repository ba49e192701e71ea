"""Choosing a folder of the server: what is shown, and what never is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from visionlens_jlab.ingestion.folders import list_folder
from visionlens_jlab.tests.api.servers import code, make_images


@pytest.fixture
def places(jp_root_dir: Path) -> Path:
    """A folder with images, labels, and what must not be shown."""
    folder = jp_root_dir / "sets"
    make_images(folder / "a images", 3)
    (folder / "a images" / "labels.JSON").write_text("{}")
    (folder / "a images" / "notes.txt").write_text("")
    (folder / "B").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "data.yaml").write_text("path: .")
    (folder / "out").symlink_to(jp_root_dir.parent)
    (folder / "inside").symlink_to(folder / "B")
    (folder / "circle").symlink_to(folder / "circle")
    return folder


async def test_a_folder_lists_folders_and_label_files(api, places):
    answer = await api.json("folders?path=sets")
    assert answer["path"] == str(places.resolve())
    assert answer["parent"] == str(places.parent.resolve())
    shown = [(entry["name"], entry["kind"]) for entry in answer["entries"]]
    assert shown == [
        ("a images", "folder"),
        ("B", "folder"),
        ("inside", "folder"),
        ("data.yaml", "labels"),
    ]
    assert answer["images"] == 0
    inner = await api.json(f"folders?path={answer['entries'][0]['path']}")
    assert inner["images"] == 3
    assert [(entry["name"], entry["bytes"]) for entry in inner["entries"]] == [("labels.JSON", 2)]


async def test_browsing_begins_at_the_servers_root_and_ends_at_the_allowed_ones(
    api, extension, places, jp_root_dir, monkeypatch
):
    monkeypatch.setattr(extension.services.policy, "roots", [jp_root_dir.resolve()])
    answer = await api.json("folders")
    assert answer["path"] == str(jp_root_dir.resolve())
    assert answer["parent"] is None
    assert answer["places"] == [str(jp_root_dir.resolve())]
    for outside in (str(jp_root_dir.parent), "..", "sets/out", "/"):
        refused = await api(f"folders?path={outside}")
        assert code(refused) == "PATH_NOT_ALLOWED", outside


async def test_a_root_elsewhere_is_where_browsing_begins(api, extension, tmp_path, monkeypatch):
    other = tmp_path / "pictures"
    other.mkdir()
    monkeypatch.setattr(extension.services.policy, "roots", [other.resolve()])
    assert (await api.json("folders"))["path"] == str(other.resolve())


async def test_what_is_not_there_or_is_a_file(api, places):
    assert code(await api("folders?path=sets/none")) == "DIR_NOT_FOUND"
    assert code(await api("folders?path=sets/data.yaml")) == "DIR_NOT_FOUND"


async def test_recent_places_are_sources_that_are_still_there(api, extension, dataset, places):
    store = extension.services.library.open(dataset)

    def source(path: str) -> None:
        store.write(
            lambda cursor: cursor.execute("UPDATE meta SET source = ?", [path]) and None,
            kind="test",
            payload={},
        )
        store.close()  # writes the card

    source(str(places))
    assert (await api.json("folders"))["recent"] == [str(places)]
    source(str(places / "gone"))
    assert (await api.json("folders"))["recent"] == []


def test_a_folder_with_very_much_in_it_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr("visionlens_jlab.ingestion.folders.MOST_ENTRIES", 2)
    for name in "abc":
        (tmp_path / name).mkdir()
    folder = list_folder(tmp_path, lambda _: True)
    assert [entry.name for entry in folder.entries] == ["a", "b"]
    assert folder.truncated


_LISTED = """
import os, sys
from pathlib import Path
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.folders import list_folder
list_folder(Path(sys.argv[1]), lambda _: True)  # imports what only this user may read
if os.geteuid() == 0:  # root may read every folder
    os.setuid(65534)
for name in ("open", "closed"):
    try:
        list_folder(Path(sys.argv[1], name), lambda _: True)
        print("read")
    except VisionLensError as error:
        print(error.code)
"""


@pytest.mark.skipif(os.name == "nt", reason="rights are another thing there")
def test_a_folder_that_may_not_be_read():
    # pytest's own folders are for their owner only.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "open").mkdir(mode=0o755)
        (Path(folder) / "closed").mkdir(mode=0)
        done = subprocess.run(
            [sys.executable, "-c", _LISTED, folder], capture_output=True, text=True, check=True
        )
    assert done.stdout.split() == ["read", "PERMISSION_DENIED"]
