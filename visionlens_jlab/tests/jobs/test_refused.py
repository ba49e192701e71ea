"""A full disk, missing rights, folders that go away: datasets stay as they were."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion import disk_space as ingest_space
from visionlens_jlab.ingestion.disk_space import check_space
from visionlens_jlab.tests.api.servers import code, make_coco, make_images
from visionlens_jlab.tests.jobs.servers import Server

_MOUNT = 'mount -t tmpfs -o size=100m none "$0" && exec "$@"'


def mounting(folder: Path) -> tuple[str, ...]:
    """A command that runs another one with a small file system of its own in a folder.

    Skips where neither a user namespace nor root may mount one.
    """
    folder.mkdir()
    command = ("unshare", "--mount", "--map-root-user", "sh", "-c", _MOUNT, str(folder))
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if tried.returncode != 0:
        pytest.skip("no file system can be mounted here: " + tried.stderr.decode().strip())
    return command


# --- a disk that is really full ---------------------------------------------------------------

_FULL = """
import json, shutil, sys
from pathlib import Path
import visionlens_jlab as vl
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.catalog.job_results import JobResults
from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.jobs import context, sink
from visionlens_jlab.tests.jobs.end_state import differences, end_state

source, disk, moment, more = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
data_dir = disk / "data"
filler = disk / "filler"
armed = []

def fill():
    with filler.open("ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass

def before(owner, name, when):
    wrapped = getattr(owner, name)
    def call(*arguments, **named):
        if armed and when(*arguments):
            armed.clear()
            fill()
        return wrapped(*arguments, **named)
    setattr(owner, name, call)

if moment in ("headers", "labels", "images"):
    before(context.FileContext, "progress", lambda self, stage, *rest: stage == moment)
elif moment == "spool":
    before(context, "write_piece", lambda attempt, sequence, *rest: sequence == 1)
elif moment == "commit":
    before(JobResults, "apply", lambda self, piece: piece.sequence == 1)
elif moment == "media":
    before(JobResults, "apply", lambda self, piece: "media" in piece.tables)

wanted = None
if more == "more":
    make = vl.ingest(source / "first", "d", data_dir=data_dir)
    make.close()
    wanted = end_state(data_dir, "d")
armed.append(True)
try:
    vl.ingest(source / "second", "d", data_dir=data_dir, incremental=True)
    print(json.dumps({"code": None}))
    sys.exit()
except vl.VisionLensError as error:
    said = error.to_json()
library = Library(data_dir)
said["opens"] = [library.open(card.dataset).info().state for card in library.list()]
library.close()
if wanted is not None:
    said["differences"] = differences(end_state(data_dir, "d"), wanted)
filler.unlink()
again = vl.ingest(source / "second", "d", data_dir=data_dir, incremental=True)
said["after"] = [again.count(), again.count("annotations"), again.report.images.imported]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders: 20 images, and 600 whose labels are 1 MB."""
    folder = tmp_path_factory.mktemp("sources")
    make_coco(folder / "first", 20)
    make_coco(folder / "second", 600)
    return folder


@pytest.mark.parametrize("more", ["new", "more"])
@pytest.mark.parametrize("moment", ["labels", "spool", "commit", "media", "images"])
def test_a_disk_that_gets_full(sources, tmp_path, moment, more):
    script = tmp_path / "full.py"
    script.write_text(_FULL)
    command = [*mounting(tmp_path / "disk"), sys.executable, str(script)]
    done = subprocess.run(
        [*command, str(sources), str(tmp_path / "disk"), moment, more],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["code"] == "DISK_SPACE", said
    assert said["hint"]
    if more == "more":
        assert said["opens"] == ["ready"]
        assert set(said["differences"]) <= {"next"}, said["differences"]
        assert said["after"] == [620, 1240, 600]
    else:
        assert said["opens"] == []
        assert said["after"] == [600, 1200, 600]


async def test_a_server_on_a_full_disk_fails_the_job_and_goes_on(sources, tmp_path):
    """The job says DISK_SPACE, and the lane runs the next one when there is room."""
    disk = tmp_path / "disk"
    server = Server(sources, disk / "data", prefix=mounting(disk), log=tmp_path / "server.log")
    try:
        await server.get("about")
        inside = Path(f"/proc/{server.process.pid}/root{disk}")
        first = await server.follow(await server.get("jobs", ingest={"source": "first"}))
        assert first["state"] == "done", first
        filler = inside / "filler"
        job = await server.get("jobs", ingest={"source": "second"})
        job = await server.follow(job, lambda now: now["stage"] == "images", interval=0.01)
        if job["finished_at"]:
            pytest.skip("it was over before the disk could be filled")
        fill(filler)
        job = await server.follow(job)
        assert (job["state"], job["error"]["code"]) == ("failed", "DISK_SPACE"), job
        answer = await server.ask("POST", "jobs", '{"ingest": {"source": "second"}}')
        assert (answer.status_code, answer.json()["code"]) == (507, "DISK_SPACE")
        assert [card["name"] for card in (await server.get("datasets"))["datasets"]] == ["first"]
        assert (await server.get("datasets/first"))["samples"] == 20
        filler.unlink()
        again = await server.follow(await server.get("jobs", ingest={"source": "second"}))
        assert again["state"] == "done", again
    finally:
        server.stop()


def fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


# --- known before -----------------------------------------------------------------------------


def test_the_estimate(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=ingest_space.RESERVE + 1000 * 5000)
    monkeypatch.setattr(ingest_space.shutil, "disk_usage", lambda _: usage)
    check_space(tmp_path)
    check_space(tmp_path, 1000, [5000, None, 5000])
    for images, sizes in ((1000, [5001]), (1000, []), (500, [2**20])):
        with pytest.raises(VisionLensError) as caught:
            check_space(tmp_path, images, sizes)
        assert caught.value.code == "DISK_SPACE"
        assert caught.value.details["needed"] > caught.value.details["free"] == usage.free


async def test_what_can_be_known_before_is_said_at_once(api, jobs, jp_root_dir, monkeypatch):
    make_images(jp_root_dir / "here", 2)
    for request, expected in (
        ({"source": "nowhere", "name": "x"}, "DIR_NOT_FOUND"),
        ({"source": "here", "images": "nowhere", "name": "x"}, "DIR_NOT_FOUND"),
        ({"source": "here", "format": "nothing"}, "FORMAT_UNKNOWN"),
    ):
        assert code(await api("jobs", "POST", {"ingest": request})) == expected
    usage = shutil.disk_usage(jp_root_dir)._replace(free=2**20)
    monkeypatch.setattr(ingest_space.shutil, "disk_usage", lambda _: usage)
    answer = await api("jobs", "POST", {"ingest": {"source": "here"}})
    assert (answer.code, code(answer)) == (507, "DISK_SPACE")
    monkeypatch.undo()
    assert (await api.json("jobs"))["jobs"] == []
    assert (await api.json("datasets"))["datasets"] == []


async def test_a_failed_ingest_leaves_the_former_rows(api, jobs, jp_root_dir):
    make_images(jp_root_dir / "here", 3)
    assert (await jobs.end(await jobs.start(source="here")))["state"] == "done"
    (jp_root_dir / "empty").mkdir()
    (jp_root_dir / "broken").mkdir()
    (jp_root_dir / "broken" / "labels.json").write_text('{"images": [{"id": 1')
    for source, form, expected in (
        ("empty", None, "DIR_EMPTY"),
        ("broken", "coco", "LABELS_INVALID"),
    ):
        job = await jobs.start(source=source, name="here", format=form, incremental=True)
        job = await jobs.end(job)
        assert (job["state"], job["error"]["code"]) == ("failed", expected), job
        assert job["error"]["hint"]
        detail = await api.json("datasets/here")
        assert (detail["samples"], detail["state"]) == (3, "ready")


# --- rights -----------------------------------------------------------------------------------

NOBODY = 65534

_AS_NOBODY = """
import json, os, sys
if os.getuid() == 0:
    os.setgroups([]); os.setgid({nobody}); os.setuid({nobody})
os.environ["HOME"] = {home!r}
import visionlens_jlab as vl
try:
    dataset = vl.ingest({source!r}, "d", data_dir={data!r}, format={form!r})
    said = {{"code": None, "by_code": dataset.report.by_code, "samples": dataset.count(),
            "items": [item["item"] for item in dataset.report.items]}}
except vl.VisionLensError as error:
    said = error.to_json()
print(json.dumps(said))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are for their owner only."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o777)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=True)
    shutil.rmtree(folder)


def as_nobody(folder: Path, source: Path, form: str | None = None) -> dict[str, Any]:
    """Ingest without root's rights; what came of it."""
    program = _AS_NOBODY.format(
        nobody=NOBODY, home=str(folder), source=str(source), data=str(folder / "data"), form=form
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=folder
    )
    if done.returncode != 0 and os.getuid() == 0 and "visionlens_jlab" in done.stderr:
        pytest.skip("another user cannot read this checkout")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_folder_that_may_not_be_read(open_folder):
    make_images(open_folder / "closed", 2)
    (open_folder / "closed").chmod(0)
    said = as_nobody(open_folder, open_folder / "closed")
    assert said["code"] == "PERMISSION_DENIED" and said["hint"], said
    assert not list((open_folder / "data" / "datasets").glob("*"))


def test_a_data_directory_that_may_not_be_written(open_folder):
    make_images(open_folder / "images", 2)
    (open_folder / "data").mkdir(mode=0o500)
    said = as_nobody(open_folder, open_folder / "images")
    assert said["code"] == "PERMISSION_DENIED" and "data" in said["message"], said


def test_single_files_that_may_not_be_read_are_reported(open_folder):
    names = make_images(open_folder / "images", 5)
    for name in names[:2]:
        (open_folder / "images" / name).chmod(0)
    said = as_nobody(open_folder, open_folder / "images")
    assert said["code"] is None, said
    assert said["by_code"] == {"IMAGE_UNREADABLE": 2}
    assert [Path(item).name for item in said["items"]] == names[:2]


def test_a_label_file_that_may_not_be_read(open_folder):
    folder = make_coco(open_folder / "town", 3)
    (folder / "annotations" / "instances.json").chmod(0)
    said = as_nobody(open_folder, folder, "coco")
    assert said["code"] in ("PERMISSION_DENIED", "LABELS_INVALID") and said["hint"], said


# --- a source that goes away ------------------------------------------------------------------


async def test_a_source_that_vanishes_midway(api, jobs, extension, jp_root_dir):
    make_images(jp_root_dir / "many", 1500)
    job = await jobs.until(await jobs.start(source="many"), lambda now: now["stage"] == "images")
    shutil.rmtree(jp_root_dir / "many")
    job = await jobs.end(job)
    assert job["state"] == "done", job
    detail = await api.json("datasets/many")
    report = await api.json("datasets/many/report?limit=1")
    assert detail["samples"] == 1500 == report["images"]["found"]
    assert report["images"]["imported"] + report["images"]["skipped"] == 1500
    assert report["by_code"].get("IMAGE_UNREADABLE", 0) > 0
