"""Fixtures of the tests of jobs: a server, requests, a dataset to ingest."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs import context
from visionlens_jlab.formats.text import json_stream
from visionlens_jlab.ingestion.job import job as ingest
from visionlens_jlab.tests.api.conftest import api, extension
from visionlens_jlab.tests.api.servers import Api

__all__ = ["Jobs", "api", "extension", "jobs"]

OVER = ("done", "failed", "cancelled")


class Jobs:
    """Starts ingests over REST and follows them."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def start(self, **request: Any) -> dict[str, Any]:
        """Queue an ingest."""
        return await self._api.json("jobs", "POST", {"ingest": request})

    async def until(
        self, job: dict[str, Any], reached: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Follow a job until something holds of it, or it is over."""
        while True:
            job = await self._api.json(f"jobs/{job['job']}")
            if reached(job) or job["state"] in OVER:
                return job
            await asyncio.sleep(0.02)

    async def end(self, job: dict[str, Any]) -> dict[str, Any]:
        """Follow a job to its end."""
        return await self.until(job, lambda _: False)

    async def log(self, job: dict[str, Any]) -> str:
        """The messages of a job's log."""
        lines = (await self._api.json(f"jobs/{job['job']}/log"))["lines"]
        return "\n".join(line["message"] for line in lines)


@pytest.fixture
def jobs(api: Api) -> Jobs:
    """Ingests over REST."""
    return Jobs(api)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library, without a server."""
    made = Library(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pieces of each kind, and every step reported."""
    monkeypatch.setattr(ingest, "IMAGES_PER_PIECE", 3)
    monkeypatch.setattr(context, "REPORT_SECONDS", 0)
    monkeypatch.setattr(json_stream, "BLOCK", 600)


@pytest.fixture
def images_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images are read in this process, and nobody waits for the disk: jobs take milliseconds."""
    from visionlens_jlab.media.image_processes import pool
    from visionlens_jlab.media.image_processes.work import execute

    def read(self: pool.ImagePool, tasks: Iterable[Any]) -> Iterator[Any]:
        for task in tasks:
            if self._readable is not None:
                task.readable = self._readable
            yield execute(task)

    monkeypatch.setattr(pool.ImagePool, "map", read)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    connect = sqlite3.connect

    def hasty(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", hasty)
