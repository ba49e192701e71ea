"""JSON shapes that only the REST API has: limits, lists of jobs, and query parameters."""

from __future__ import annotations

from typing import Literal

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.shapes import Model


class Limits(Model):
    """What one request may ask for."""

    tile_ids: int
    body_bytes: int


class About(Model):
    """Version of the extension and its limits."""

    name: Literal["visionlens-jlab"] = "visionlens-jlab"
    version: str
    api: Literal["v1"] = "v1"
    limits: Limits


class JobList(Model):
    """Jobs, newest first."""

    jobs: list[Job]


class LogLine(Model):
    """One line of a job's log."""

    time: str
    level: str
    message: str


class JobLog(Model):
    """A job's log, oldest line first; the last 1,000 lines."""

    lines: list[LogLine]
