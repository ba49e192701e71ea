"""The persistent queue and who owns what in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.state import State
from visionlens_jlab.core.jobs import queue as queues
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.system.processes import birth, runs
from visionlens_jlab.errors import VisionLensError


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state.sqlite")


def job(name: str, state: str = "queued") -> Job:
    return Job(
        job=name, kind="ingest", dataset="d", state=state, created_at="2026-01-01T00:00:00+00:00"
    )


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_jobs_come_in_the_order_they_were_added(state):
    queue = JobQueue(state, Owner())
    for name in ("a", "b", "c"):
        queue.add(job(name), {"source": name})
    assert [one.job for one in queue.jobs()] == ["c", "b", "a"]
    assert queue.next().job == "a"
    queue.save(queue.get("a").model_copy(update={"state": "running", "done": 4}))
    assert queue.next().job == "b"
    assert queue.get("a").done == 4
    assert queue.params("b") == {"source": "b"}
    queue.set_params("b", {"source": "b", "next_sample_id": 7})
    assert queue.params("b")["next_sample_id"] == 7
    assert {one.job for one in queue.unfinished_of("d")} == {"a", "b", "c"}
    with pytest.raises(VisionLensError) as caught:
        queue.get("nothing")
    assert caught.value.code == "JOB_NOT_FOUND"


def test_a_job_that_is_over_stays_as_it_ended(state):
    queue = JobQueue(state, Owner())
    queue.add(job("a"), {})
    queue.save(job("a", "cancelled"))
    queue.save(job("a", "running"))
    assert queue.get("a").state == "cancelled"
    assert queue.next() is None


def test_each_process_takes_its_own_jobs(state):
    mine, other = JobQueue(state, Owner()), JobQueue(state, Owner(pid=os.getppid()))
    mine.add(job("a"), {})
    assert other.next() is None
    assert other.adopt() == []
    assert mine.next().job == "a"


def test_only_one_of_two_servers_takes_a_job_over(state, monkeypatch):
    JobQueue(state, Owner(pid=dead_pid())).add(job("a"), {})
    first, second = JobQueue(state, Owner()), JobQueue(state, Owner(pid=os.getppid()))
    seen = state.list_jobs()
    assert len(first.adopt()) == 1
    monkeypatch.setattr(state, "list_jobs", lambda **_: seen)
    assert second.adopt() == []


@pytest.mark.parametrize("found", ["queued", "running", "cancelling"])
def test_the_jobs_of_a_dead_process_are_taken_over(state, found):
    JobQueue(state, Owner(pid=dead_pid())).add(job("a", found), {"source": "x"})
    mine = JobQueue(state, Owner())
    adopted = mine.adopt()
    assert [one.job for one in adopted] == ["a"]
    assert adopted[0].state == ("cancelling" if found == "cancelling" else "queued")
    assert mine.next().job == "a"
    assert mine.adopt() == []


def test_another_process_with_our_pid_was_an_earlier_one(state):
    JobQueue(state, Owner()).add(job("a"), {})
    assert [one.job for one in JobQueue(state, Owner()).adopt()] == ["a"]


def test_on_another_machine_only_silence_tells(state, monkeypatch):
    far = JobQueue(state, Owner(host="far-away", pid=dead_pid()))
    far.add(job("a"), {})
    mine = JobQueue(state, Owner(host=socket.gethostname()))
    assert mine.adopt() == []
    monkeypatch.setattr(queues, "SILENT_SECONDS", -1.0)
    assert len(mine.adopt()) == 1


def test_a_released_job_is_anybodys(state):
    first = JobQueue(state, Owner())
    first.add(job("a", "running"), {})
    first.beat()
    first.release()
    assert first.next() is None
    second = JobQueue(state, Owner(pid=os.getppid()))
    assert [one.state for one in second.adopt()] == ["queued"]


def test_only_so_many_old_jobs_are_kept(state, monkeypatch):
    monkeypatch.setattr(queues, "KEPT", 2)
    queue = JobQueue(state, Owner())
    for name in ("a", "b", "c", "d"):
        queue.add(job(name), {})
    for name in ("a", "b", "c"):
        queue.save(job(name, "done"))
    assert queue.prune() == ["a"]
    assert [one.job for one in queue.jobs()] == ["d", "c", "b"]


def test_a_process_that_ended_but_was_not_waited_for_is_gone():
    process = subprocess.Popen([sys.executable, "-c", ""])
    if birth(process.pid) is None:
        pytest.skip("there is no /proc here")
    for _ in range(500):
        if not runs(process.pid):
            break
        time.sleep(0.02)
    assert not runs(process.pid)
    process.wait()


def test_a_number_that_another_process_has_now_is_not_the_owner(state):
    living = Owner(pid=os.getppid())
    if living.born is None:
        pytest.skip("there is no /proc here")
    JobQueue(state, living).add(job("a"), {})
    assert JobQueue(state, Owner()).adopt() == []
    state.update_job("a", born="1")
    assert len(JobQueue(state, Owner()).adopt()) == 1
