"""The base of every JSON shape and the scalar types they share."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["samples", "annotations"]
Scalar = str | int | float | bool | None
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
JobState = Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]
UNFINISHED: tuple[JobState, ...] = ("queued", "running", "cancelling")


class Model(BaseModel):
    """Base of every shape: unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        defer_build=True,  # most processes use few of the shapes
    )


class LevelQuery(Model):
    """Whether ids are those of samples or of annotations."""

    level: Level = "samples"


class ErrorBody(Model):
    """The one error shape."""

    code: str
    message: str
    hint: str
    details: dict[str, Any] = {}
    request_id: str | None = None


class JobParameters(Model):
    """Base of what jobs are asked for."""

    changes_dataset: ClassVar[bool] = True


class DatasetRequest(JobParameters):
    """Base of what jobs on a dataset that exists are asked for."""

    dataset: str
