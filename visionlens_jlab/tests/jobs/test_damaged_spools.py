"""Damage to what jobs keep on the disk: no start fails, no job waits, nothing comes in half."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.cli import checks
from visionlens_jlab.core.jobs.attempt import Attempt
from visionlens_jlab.core.jobs.context import RESULT, Outcome
from visionlens_jlab.core.jobs.queue import OVER
from visionlens_jlab.core.jobs.spool import (
    MANIFEST,
    OWNER,
    DamagedPieceError,
    Spool,
    check_piece,
    write_piece,
)
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.jobs.in_process import opened, queue_only, run, serve
from visionlens_jlab.tests.jobs.test_pieces import JOB, library, make_sink, samples, spool

__all__ = ["library", "spool"]
pytestmark = pytest.mark.usefixtures("small_pieces", "images_here")
Damaging = Callable[[Path], Any]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Damaging] = {
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "garbage": lambda path: path.write_bytes(b"\0\xff{" * 300),
    "flipped": flip,
    "lost": Path.unlink,
    "folder": folder,
    "another": lambda path: path.write_text("[]"),
}


@pytest.mark.parametrize("file", ["sample.arrow", "thumbnails.pack", MANIFEST])
@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_piece_brings_nothing(library, spool, tmp_path, how, file):
    extra = tmp_path / "extra"
    extra.write_bytes(b"abc" * 100)
    sink = make_sink(library, spool, 1, [])
    piece = write_piece(spool.attempt(1), 0, samples(0), {"thumbnails.pack": extra}, None)
    check_piece(piece)
    DAMAGES[how](piece / file)
    sealed = how == "flipped" and file == "thumbnails.pack"  # each image in it has a checksum
    if sealed or (how, file) == ("flipped", MANIFEST):
        return
    with pytest.raises(DamagedPieceError, match="damaged"):
        sink.commit_next()
    store = library.open("made")
    assert (store.count("samples"), store.results.committed(JOB.job)) == (0, set())
    shutil.rmtree(spool.attempt(1))
    write_piece(spool.attempt(1), 0, samples(0), {}, None)
    assert sink.commit_next() and store.count("samples") == 2


def test_a_table_that_is_missing_or_too_much_is_damage(tmp_path):
    for change in (lambda at: (at / "sample.arrow").unlink(), lambda at: (at / "x.arrow").touch()):
        piece = write_piece(tmp_path / "1", 0, samples(0), {}, None)
        change(piece)
        with pytest.raises(DamagedPieceError):
            check_piece(piece)
        shutil.rmtree(piece)


def test_another_attempt_brings_a_damaged_piece_anew(tmp_path):
    attempt = Attempt.__new__(Attempt)
    attempt._abandoned = attempt._worker_over = False

    class Sink:
        def commit_next(self) -> bool:
            raise DamagedPieceError(tmp_path / "00000003", "flipped")

    attempt._sink = Sink()  # type: ignore[assignment]
    outcome = asyncio.run(attempt._commit())
    assert outcome is not None and outcome.state == "lost" and "00000003" in outcome.error.message


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"5", b"{}", b'{"state": "x"}', b"\xff\0"])
def test_an_end_that_cannot_be_read_is_none(tmp_path, content):
    assert Outcome.read(tmp_path) is None
    (tmp_path / RESULT).write_bytes(content)
    assert Outcome.read(tmp_path).state == "lost"
    (tmp_path / RESULT).unlink()
    (tmp_path / RESULT).mkdir()
    assert Outcome.read(tmp_path).state == "lost"


OWNERS = (b"", b"{", b"[]", b"5", b"null", b"{}", b'{"server": 1, "host": 2, "pid": "x"}', b"\xff")


def test_a_server_starts_whatever_lies_in_the_spool(tmp_path):
    data, town = tmp_path / "data", make_coco(tmp_path / "town", 12)
    run(data, IngestRequest(source=str(town), name="a"))
    waiting = queue_only(data, DuplicatesRequest(dataset="a", kind="exact"))
    for number, content in enumerate(OWNERS):
        left = data / "spool" / f"left{number}"
        left.mkdir()
        (left / OWNER).write_bytes(content)
        (left / "input").write_bytes(b"no folder")
        os.utime(left, (time.time() - 60,) * 2)
    (data / "spool" / "file").write_bytes(b"x")
    (data / "spool" / "link").symlink_to(tmp_path / "nowhere")
    (data / "spool" / "away").symlink_to(town)
    assert [finding for finding in checks.check_datasets(data) if finding.subject == "spool"]
    [job, *_] = serve(data)
    assert (job.job, job.state) == (waiting.job, "done")
    assert not list((data / "spool").glob("left*"))
    assert len(list(town.rglob("*.jpg"))) == 12


@pytest.mark.parametrize("how", DAMAGES)
def test_a_job_whose_folder_is_damaged_stops_no_other(tmp_path, how):
    data, town = tmp_path / "data", make_coco(tmp_path / "town", 12)
    run(data, IngestRequest(source=str(town), name="a"))
    first = queue_only(data, DuplicatesRequest(dataset="a", kind="exact"))
    serve(data, kill=2)
    spool = Spool.of(data, first.job)
    for path in [path for path in spool.folder.rglob("*") if path.is_file()]:
        DAMAGES[how](path)
    second = queue_only(data, DuplicatesRequest(dataset="a", kind="near"))
    states = {job.job: job for job in serve(data)}
    assert states[first.job].state in OVER
    assert states[second.job].state == "done", states[second.job].error
    spool.lines()
    with opened(data) as library:
        assert library.open("a").count("samples") == 12


def test_a_job_that_cannot_be_read_stops_no_other(tmp_path):
    data, town = tmp_path / "data", make_coco(tmp_path / "town", 12)
    run(data, IngestRequest(source=str(town), name="a"))
    bad = queue_only(data, DuplicatesRequest(dataset="a", kind="exact"))
    with opened(data) as library:
        library.state.update_job(bad.job, created_at=5, attempt="many", progress=[])
    good = queue_only(data, DuplicatesRequest(dataset="a", kind="near"))
    said = [
        one for one in checks.check_datasets(data) if one.subject.startswith(f"job {bad.job[:8]}")
    ]
    assert [one.message for one in said] == ["it cannot be read"]
    states = {job.job: job.state for job in serve(data)}
    assert states == {**states, good.job: "done"} and bad.job not in states


def test_uploads_that_are_damaged_are_reported(tmp_path):
    data, town = tmp_path / "data", make_coco(tmp_path / "town", 12)
    run(data, IngestRequest(source=str(town), name="a"))
    uploads = data / "datasets" / "a" / "uploads"
    uploads.mkdir()
    for how, damage in DAMAGES.items():
        path = uploads / f"{how}.jpg"
        shutil.copyfile(next(town.rglob("*.jpg")), path)
        damage(path)
    shutil.copyfile(next(town.rglob("*.jpg")), uploads / "good.jpg")
    request = IngestRequest(source=str(uploads), name="a", format="images", incremental=True)
    job = run(data, request)
    assert job is not None and job.state == "done"
    with opened(data) as library:
        store = library.open("a")
        report = store.report()
        assert report is not None
        found = {path.name for path in uploads.iterdir() if path.is_file()}
        assert report.images.found == len(found)
        assert report.images.found == report.images.imported + report.images.skipped
        assert json.dumps(report.model_dump(mode="json")).count("IMAGE_UNREADABLE") >= 3
        assert store.count("samples") == 12 + report.images.imported
