"""Pieces on disk, the context that writes them, the sink that commits them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import FileContext, JobCancelled, Step
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import LOG_LINES, Spool, whole_pieces, write_piece
from visionlens_jlab.errors import VisionLensError

JOB = Job(job="j1", kind="ingest", dataset="made", state="running", created_at="2026-01-01")


def samples(first: int, count: int = 2) -> dict[str, pa.Table]:
    names = [f"{number}.jpg" for number in range(first, first + count)]
    return {
        "sample": pa.table(
            {
                "sample_id": pa.array(range(first, first + count), pa.uint32()),
                "root": ["source"] * count,
                "path": names,
                "filename": names,
            }
        )
    }


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    spool = Spool.of(tmp_path / "data", JOB.job)
    spool.make()
    return spool


def test_a_piece_is_read_as_it_was_written(tmp_path):
    extra = tmp_path / "elsewhere.pack"
    extra.write_bytes(b"abc")
    folder = write_piece(tmp_path / "1", 3, samples(0), {"thumbnails.pack": extra}, {"final": True})
    piece = Piece.load(folder, "j1", 3)
    assert piece.tables["sample"] == samples(0)["sample"]
    assert piece.files["thumbnails.pack"].read_bytes() == b"abc"
    assert piece.summary == {"final": True}
    assert not extra.exists()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sample.arrow").stat().st_mode) == 0o600


def test_half_a_piece_is_no_piece(tmp_path):
    attempt = tmp_path / "1"

    class Broken:
        schema = pa.schema([("a", pa.int32())])

    with pytest.raises(TypeError):
        write_piece(attempt, 0, {"sample": samples(0)["sample"], "broken": Broken()}, {}, None)
    assert list(whole_pieces(attempt)) == []
    write_piece(attempt, 0, samples(0), {}, None)
    assert [sequence for sequence, _ in whole_pieces(attempt)] == [0]
    assert list(whole_pieces(tmp_path / "none")) == []


def test_the_context_writes_what_is_not_committed_yet(spool):
    steps: list[Step] = []
    context = FileContext(spool, spool.attempt(2), {"source": "x"}, [0], steps.append)
    assert (context.job, context.spool, context.params) == ("j1", spool.folder, {"source": "x"})
    assert context.committed(0) and not context.committed(1)
    context.emit(0, samples(0))
    context.emit(1, samples(2), summary={"final": True})
    assert [sequence for sequence, _ in whole_pieces(spool.attempt(2))] == [1]


def test_the_context_reports_stages_at_once_and_steps_now_and_then(spool):
    steps: list[Step] = []
    context = FileContext(spool, spool.attempt(1), {}, [], steps.append)
    for done in range(1000):
        context.progress("read", done, 1000)
    context.progress("write", 0, None, "last stage")
    assert steps[0] == Step("read", 0, 1000)
    assert steps[-1] == Step("write", 0, None, "last stage")
    assert len(steps) < 100


def test_a_cancelled_job_hands_over_nothing_more(spool):
    context = FileContext(spool, spool.attempt(1), {}, [], lambda _: None)
    context.check_cancelled()
    spool.cancel()
    with pytest.raises(JobCancelled):
        context.check_cancelled()
    with pytest.raises(JobCancelled):
        context.emit(0, samples(0))
    assert list(whole_pieces(spool.attempt(1))) == []


def test_the_log_is_kept_when_the_rest_goes(spool):
    spool.log("info", "first\nwith a line break, ü")
    spool.cancel()
    write_piece(spool.attempt(1), 0, samples(0), {}, None)
    spool.clear()
    assert [path.name for path in spool.folder.iterdir()] == ["log.jsonl"]
    assert spool.lines()[0]["message"] == "first\nwith a line break, ü"
    with (spool.folder / "log.jsonl").open("ab") as file:
        file.write(b'{"half')
    assert len(spool.lines()) == 1
    for number in range(LOG_LINES + 1):
        spool.log("info", str(number))
    assert [line["message"] for line in spool.lines()[:2]] == ["1", "2"]
    assert len(spool.lines()) == LOG_LINES
    spool.remove()
    assert spool.lines() == []
    assert not spool.folder.exists()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "data")
    library.create("made")
    yield library
    library.close()


def make_sink(library: Library, spool: Spool, attempt: int, versions: list[int]) -> Sink:
    job = JOB.model_copy(update={"dataset_uuid": library.open("made").uuid})
    return Sink(library, job, spool.attempt(attempt), versions.append)


def test_pieces_are_committed_in_order_and_removed(library, spool):
    versions: list[int] = []
    sink = make_sink(library, spool, 1, versions)
    write_piece(spool.attempt(1), 1, samples(2), {}, None)
    assert not sink.commit_next(), "the one before it is missing"
    write_piece(spool.attempt(1), 0, samples(0), {}, None)
    assert sink.commit_next() and sink.commit_next() and not sink.commit_next()
    assert library.open("made").count("samples") == 4
    assert versions == sorted(versions) and len(versions) == 2
    assert list(whole_pieces(spool.attempt(1))) == []
    sink.check_complete()


def test_a_later_attempt_repeats_nothing_and_ignores_the_earlier(library, spool):
    write_piece(spool.attempt(1), 0, samples(0), {}, None)
    assert make_sink(library, spool, 1, []).commit_next()
    write_piece(spool.attempt(1), 1, samples(100), {}, None)
    later = make_sink(library, spool, 2, [])
    assert later.committed == {0}
    write_piece(spool.attempt(2), 0, samples(50), {}, None)
    write_piece(spool.attempt(2), 1, samples(2), {}, None)
    assert later.commit_next() and not later.commit_next()
    ids = (
        library.open("made").tables.read("samples", columns=["sample_id"])["sample_id"].to_pylist()
    )
    assert ids == [0, 1, 2, 3]


def test_a_gap_at_the_end_is_told(library, spool):
    sink = make_sink(library, spool, 1, [])
    write_piece(spool.attempt(1), 2, samples(0), {}, None)
    with pytest.raises(VisionLensError, match="Piece 0") as caught:
        sink.check_complete()
    assert caught.value.code == "JOB_FAILED"


def test_the_manifest_is_json(tmp_path):
    folder = write_piece(tmp_path / "1", 0, {}, {}, None)
    assert json.loads((folder / "piece.json").read_text()) == {"summary": {}, "contents": {}}
    assert [path.name for path in folder.iterdir()] == ["piece.json"]
