"""The shared state file."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.state import State
from visionlens_jlab.errors import VisionLensError


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "home" / "state.sqlite")


def test_it_is_for_its_owner_only_and_keeps_a_rollback_journal(
    state: State, tmp_path: Path
) -> None:
    path = tmp_path / "home" / "state.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_jobs_keep_everything_they_were_given(state: State) -> None:
    state.put_job({"job": "a", "kind": "ingest", "state": "queued", "dataset": "x", "done": 3})
    state.put_job({"job": "b", "kind": "ingest", "state": "done", "server": "s1"})
    assert state.get_job("a")["done"] == 3
    assert "created_at" in state.get_job("b")
    assert [job["job"] for job in state.list_jobs()] == ["a", "b"]
    assert [job["job"] for job in state.list_jobs(dataset="x")] == ["a"]
    assert [job["job"] for job in state.list_jobs(states=["done", "failed"])] == ["b"]
    assert [job["job"] for job in state.list_jobs(server="s1", states=["queued"])] == []
    state.delete_job("a")
    with pytest.raises(VisionLensError) as caught:
        state.get_job("a")
    assert caught.value.code == "JOB_NOT_FOUND"


def test_an_update_can_ask_for_a_state(state: State) -> None:
    state.put_job({"job": "a", "kind": "ingest", "state": "queued"})
    taken = state.update_job("a", when=["queued"], state="running", server="one")
    assert taken is not None and taken["server"] == "one"
    assert state.update_job("a", when=["queued"], state="running", server="two") is None
    assert state.get_job("a")["server"] == "one"
    with pytest.raises(VisionLensError):
        state.update_job("missing", state="done")


def test_updates_from_many_threads_are_all_kept(state: State) -> None:
    state.put_job({"job": "a", "kind": "ingest", "state": "running"})

    def work(key: str) -> None:
        for number in range(10):
            state.update_job("a", **{key: number})

    threads = [threading.Thread(target=work, args=(f"k{i}",)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [state.get_job("a")[f"k{i}"] for i in range(5)] == [9] * 5


def test_a_deleted_dataset_leaves_a_tombstone(state: State) -> None:
    state.remember_dataset("street", "u1", "Street")
    assert state.known_datasets()[0]["uuid"] == "u1"
    state.bury_dataset("street", "u1")
    assert state.known_datasets() == []
    assert [grave["slug"] for grave in state.tombstones()] == ["street"]


def test_a_newer_file_is_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "home" / "state.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(VisionLensError, match="newer"):
        State(path)
